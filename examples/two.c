/* SPDX-License-Identifier: Apache-2.0 */
/* Two devices in one process: a stream to a service. Build: cc two.c $(pkg-config --cflags --libs
 * dsoftbus)
 */
#include "host.h"
#include <dsoftbus/stream_link.h>
#include <stdio.h>
#include <string.h>

enum { WINDOW = 64, SEND_CAP = 64 }; /* of a stream */

static struct side {
    struct dsb_identity_file file;
    struct dsb_identity self;
    struct dsb_trust_entry peer;
    struct dsb_trust_store trust;
    struct dsb_local local;
    struct dsb_link link;
    uint8_t in[DSB_LINK_IN_MIN(512)], out[DSB_LINK_OUT_MIN];
    struct dsb_streams streams;
    struct dsb_stream table[2]; /* one that this side opens, and one of the other's */
    uint8_t bytes[2 * (WINDOW + SEND_CAP)];
    uint32_t refused[1];
} ann, bob;

static void make(struct side *side, const char *id)
{
    host_random(side->file.private_key, DSB_KEY_LEN);
    must(dsb_device_id_set(&side->file.id, id, strlen(id)) == DSB_OK, "id");
    must(dsb_identity_init(&side->self, &side->file) == DSB_OK, "identity");
    side->local =
        (struct dsb_local){&side->self, &side->trust, 512, {WINDOW, .streams_max = 1}, NULL};
}

static void trust(struct side *side, const struct side *other)
{
    side->peer.id = other->self.id;
    memcpy(side->peer.key, other->self.key.public_key, DSB_KEY_LEN);
    side->trust = (struct dsb_trust_store){.entries = &side->peer, .count = 1, .capacity = 1};
}

static void begin(struct side *side)
{
    const struct dsb_streams_memory memory = {side->table, side->bytes, side->refused};
    must(dsb_link_open(&side->link, 0) == DSB_OK, "open");
    must(dsb_stream_link_begin(&side->streams, &side->link, 1, SEND_CAP, &memory) == DSB_OK,
         "begin");
}

/* The wire: what waits at one side reaches the other, which makes of it what there is to be made.
 */
static void move(struct side *from, struct side *to)
{
    size_t len, room_len;
    dsb_stream_link_send(&from->streams, &from->link, 0);
    const uint8_t *bytes = dsb_link_pending(&from->link, 0, &len);
    uint8_t *room = dsb_link_room(&to->link, &room_len);
    if (len > 0 && len <= room_len) {
        memcpy(room, bytes, len);
        dsb_link_received(&to->link, len);
        dsb_link_sent(&from->link, len, 0);
    }
    for (struct dsb_link_event event; (event = dsb_link_next_event(&to->link, 0)).type != 0;) {
        dsb_stream_link_receive(&to->streams, &to->link, &event);
        if (event.type == DSB_LINK_EVENT_AUTHENTICATED)
            begin(to);
    }
}

int main(void)
{
    uint8_t random[DSB_KEY_LEN];
    must(noise_init() == 0, "crypto");
    make(&ann, "ann");
    make(&bob, "bob");
    trust(&ann, &bob);
    trust(&bob, &ann);
    struct dsb_link_buffers at_ann = {ann.in, sizeof ann.in, ann.out, sizeof ann.out};
    struct dsb_link_buffers at_bob = {bob.in, sizeof bob.in, bob.out, sizeof bob.out};
    host_random(random, sizeof random);
    must(dsb_link_connect(&ann.link, &ann.local, &bob.self.id, random, &at_ann, 0) == 0, "connect");
    host_random(random, sizeof random);
    must(dsb_link_accept(&bob.link, &bob.local, random, &at_bob, 0) == 0, "accept");
    while (ann.link.state != DSB_LINK_OPEN) { /* three messages, and bob's ACCEPT */
        move(&bob, &ann);
        move(&ann, &bob);
    }
    uint32_t id;
    size_t len;
    must(dsb_streams_open(&ann.streams, "talk", 4, &id) == DSB_OK, "stream");
    must(dsb_streams_write(&ann.streams, id, (const uint8_t *)"hello", 5, &len) == DSB_OK, "write");
    move(&ann, &bob);
    struct dsb_stream_event event = dsb_streams_next_event(&bob.streams);
    must(event.type == DSB_STREAM_EVENT_INCOMING && event.service_len == 4 &&
             memcmp(event.service, "talk", 4) == 0,
         "incoming");
    must(dsb_streams_accept(&bob.streams, event.id) == DSB_OK, "accept");
    char text[WINDOW];
    must(dsb_streams_read(&bob.streams, event.id, (uint8_t *)text, sizeof text, &len) == DSB_OK,
         "read");
    printf("%.3s says %.*s\n", dsb_link_peer(&bob.link)->text, (int)len, text);
    return 0;
}
