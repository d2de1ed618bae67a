/* SPDX-License-Identifier: Apache-2.0 */
/* hello ID HOST PORT asks a device's echo. cc hello.c $(pkg-config --cflags --libs dsoftbus) */
#include "host.h"
#include <dsoftbus/stream_link.h>
#include <stdio.h>
#include <string.h>

enum { WINDOW = 64, SEND_CAP = 64 }; /* of one stream, ours: the device may open none */
static const struct dsb_local local = {&host_identity, &host_trust, 4096, {.window = WINDOW}, NULL};
static uint8_t in[DSB_LINK_IN_MIN(4096)], out[sizeof in], bytes[WINDOW + SEND_CAP];
static const struct dsb_link_buffers buffers = {in, sizeof in, out, sizeof out};
static struct dsb_link l;
static struct dsb_stream stream;
static const struct dsb_streams_memory memory = {&stream, bytes, NULL};
static struct dsb_streams s;
static uint32_t id;

static void say(const char *text)
{
    size_t len;
    must(dsb_link_open(&l, 0) == DSB_OK, "it is trusted no more");
    must(dsb_stream_link_begin(&s, &l, 1, SEND_CAP, &memory) == DSB_OK, "streams");
    must(dsb_streams_open(&s, "echo", 4, &id) == DSB_OK, "it takes no stream");
    must(dsb_streams_write(&s, id, (const uint8_t *)text, strlen(text), &len) == DSB_OK, "write");
    must(dsb_streams_finish(&s, id) == DSB_OK, "finish");
}

static bool hear(void) /* true at the end */
{
    uint8_t text[WINDOW];
    enum dsb_status status;
    for (size_t len; (status = dsb_streams_read(&s, id, text, sizeof text, &len)) == DSB_OK;)
        printf("%.*s", (int)len, (const char *)text);
    must(status != DSB_WAS_RESET, "it has no echo for us");
    return status == DSB_ENDED;
}

int main(int argc, char **argv)
{
    uint8_t ephemeral[DSB_KEY_LEN];
    struct dsb_device_id target;
    must(argc == 4 && noise_init() == 0, "usage: hello ID HOST PORT");
    host_load();
    must(dsb_device_id_set(&target, argv[1], strlen(argv[1])) == DSB_OK, "not an id");
    host_random(ephemeral, sizeof ephemeral);
    int fd = host_dial(argv[2], argv[3]);
    (void)!dsb_link_connect(&l, &local, &target, ephemeral, &buffers, 0); /* an event tells */
    while (l.state != DSB_LINK_CLOSED) {
        struct dsb_link_event event = dsb_link_next_event(&l, 0);
        must(event.type != DSB_LINK_EVENT_FAILED, dsb_reason_name(dsb_link_reason(&l)));
        dsb_stream_link_receive(&s, &l, &event);
        if (event.type == DSB_LINK_EVENT_AUTHENTICATED) /* it is ID, and it knows us */
            say("hello");
        else if (event.type == DSB_LINK_EVENT_STREAM && hear())
            must(printf(" from %s\n", argv[1]) > 0 && dsb_link_close(&l) == DSB_OK, "close");
        dsb_stream_link_send(&s, &l, 0);
        if (event.type == DSB_LINK_EVENT_NONE)
            host_move(&l, fd);
    }
}
