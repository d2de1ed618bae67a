/* SPDX-License-Identifier: Apache-2.0 */
/* hello ID HOST PORT: says hello to the service `echo` of a device, and prints what it says.
 *     cc hello.c $(pkg-config --cflags --libs dsoftbus) */
#include "host.h"
#include <dsoftbus/stream_link.h>
#include <stdio.h>
#include <string.h>

static const struct dsb_local local = {&host_identity, &host_trust, .recv_max = 4096};
static uint8_t in[DSB_LINK_IN_MIN(4096)], out[sizeof in], ephemeral[DSB_KEY_LEN];
static const struct dsb_link_buffers buffers = {in, sizeof in, out, sizeof out};
static struct dsb_link l;

enum { WINDOW = 4096, SEND_CAP = 256 }; /* one stream, ours: the device may open none */
static const struct dsb_stream_limits limits = {.window = WINDOW, .streams_max = 0};
static struct dsb_stream stream;
static uint8_t stream_bytes[WINDOW + SEND_CAP];
static const struct dsb_streams_memory memory = {&stream, stream_bytes, NULL};
static struct dsb_streams streams;
static uint32_t id_of_stream;

/* Writes what waits, then reads. (A real program waits for both, and keeps the time.) */
static void move_bytes(int fd)
{
    size_t len;
    for (const uint8_t *bytes; (bytes = dsb_link_pending(&l, 0, &len)) != NULL;) {
        ssize_t put = write(fd, bytes, len);
        must(put > 0, "write");
        dsb_link_sent(&l, (size_t)put, 0);
    }
    uint8_t *room = dsb_link_room(&l, &len);
    ssize_t got = read(fd, room, len);
    if (got > 0)
        dsb_link_received(&l, (size_t)got);
    else
        dsb_link_end_of_stream(&l);
}

static void say_hello(void)
{
    size_t len;
    must(dsb_stream_link_begin(&streams, &l, 1, SEND_CAP, &memory) == DSB_OK, "no streams");
    must(dsb_streams_open(&streams, "echo", 4, &id_of_stream) == DSB_OK, "cannot open");
    must(dsb_streams_write(&streams, id_of_stream, (const uint8_t *)"hello", 5, &len) == DSB_OK &&
             dsb_streams_finish(&streams, id_of_stream) == DSB_OK,
         "cannot write");
}

/* What the device says, to its end; then we close. */
static void hear(const char *who)
{
    static char answer[64];
    static size_t answer_len;
    size_t len;
    enum dsb_status status;
    while ((status = dsb_streams_read(&streams, id_of_stream, (uint8_t *)answer + answer_len,
                                      sizeof answer - answer_len, &len)) == DSB_OK)
        answer_len += len;
    must(status == DSB_WOULD_BLOCK || status == DSB_ENDED, "another answer");
    if (status == DSB_ENDED) {
        printf("%.*s from %s\n", (int)answer_len, answer, who);
        must(dsb_link_close(&l) == DSB_OK, "cannot close");
    }
}

int main(int argc, char **argv)
{
    struct dsb_device_id id;
    must(argc == 4 && noise_init() == 0, "usage: hello ID HOST PORT");
    must(dsb_device_id_set(&id, argv[1], strlen(argv[1])) == DSB_OK, "not an id");
    host_load();
    host_random(ephemeral, sizeof ephemeral);
    int fd = host_dial(argv[2], argv[3]);
    (void)!dsb_link_connect(&l, &local, &id, ephemeral, &buffers, 0); /* an event tells */
    (void)!dsb_link_offer_streams(&l, &limits);
    for (;;) {
        struct dsb_link_event event = dsb_link_next_event(&l, 0);
        switch (event.type) {
        case DSB_LINK_EVENT_AUTHENTICATED: /* it is ID, and it knows us */
            must(dsb_link_open(&l, 0) == DSB_OK, "cannot open");
            say_hello();
            break;
        case DSB_LINK_EVENT_DATA:
            dsb_stream_link_receive(&streams, &l, &event);
            hear(argv[1]);
            break;
        case DSB_LINK_EVENT_CLOSED: /* both have said so */
            return 0;
        case DSB_LINK_EVENT_FAILED:
            errx(1, "%s", dsb_reason_name(dsb_link_reason(&l)));
        default:
            if (id_of_stream != 0)
                dsb_stream_link_send(&streams, &l, 0);
            move_bytes(fd);
        }
    }
}
