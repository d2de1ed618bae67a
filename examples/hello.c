/* SPDX-License-Identifier: Apache-2.0 */
/* hello ID HOST PORT: says hello to a device that answers ECHO, and prints what it says.
 *     cc hello.c $(pkg-config --cflags --libs dsoftbus) */
#include "host.h"
#include <dsoftbus/link.h>
#include <stdio.h>
#include <string.h>

static const struct dsb_local local = {&host_identity, &host_trust, .recv_max = 4096};
static uint8_t in[DSB_LINK_IN_MIN(4096)], out[sizeof in], ephemeral[DSB_KEY_LEN];
static const struct dsb_link_buffers buffers = {in, sizeof in, out, sizeof out};
static struct dsb_link l;

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

int main(int argc, char **argv)
{
    static const uint8_t hello[] = "\x01hello"; /* kind ECHO, see dsoftbus(1) */
    struct dsb_device_id id;
    must(argc == 4 && noise_init() == 0, "usage: hello ID HOST PORT");
    must(dsb_device_id_set(&id, argv[1], strlen(argv[1])) == DSB_OK, "not an id");
    host_load();
    host_random(ephemeral, sizeof ephemeral);
    int fd = host_dial(argv[2], argv[3]);
    (void)!dsb_link_connect(&l, &local, &id, ephemeral, &buffers, 0); /* an event tells */
    for (;;) {
        struct dsb_link_event event = dsb_link_next_event(&l, 0);
        switch (event.type) {
        case DSB_LINK_EVENT_AUTHENTICATED: /* it is ID, and it knows us */
            must(dsb_link_open(&l, 0) == DSB_OK, "cannot open");
            must(dsb_link_send(&l, hello, sizeof hello - 1, 0) == DSB_OK, "cannot send");
            break;
        case DSB_LINK_EVENT_DATA:
            printf("%.*s from %s\n", (int)event.body_len - 1, event.body + 1, argv[1]);
            must(dsb_link_close(&l) == DSB_OK, "cannot close");
            break;
        case DSB_LINK_EVENT_CLOSED: /* both have said so */
            return 0;
        case DSB_LINK_EVENT_FAILED:
            errx(1, "%s", dsb_reason_name(dsb_link_reason(&l)));
        default:
            move_bytes(fd);
        }
    }
}
