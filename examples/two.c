/* SPDX-License-Identifier: Apache-2.0 */
/* Two devices in one process hold a session. Build: cc two.c $(pkg-config --cflags --libs dsoftbus)
 */
#include "host.h"
#include <dsoftbus/link.h>
#include <stdio.h>
#include <string.h>

static struct side {
    struct dsb_identity_file file;
    struct dsb_identity self;
    struct dsb_trust_entry peer;
    struct dsb_trust_store trust;
    struct dsb_local local;
    struct dsb_link link;
    uint8_t in[DSB_LINK_IN_MIN(512)], out[512];
} ann, bob;

static void make(struct side *side, const char *id)
{
    host_random(side->file.private_key, DSB_KEY_LEN);
    must(dsb_device_id_set(&side->file.id, id, strlen(id)) == DSB_OK, "id");
    must(dsb_identity_init(&side->self, &side->file) == DSB_OK, "identity");
    side->local = (struct dsb_local){&side->self, &side->trust, .recv_max = 512};
}

static void trust(struct side *side, const struct side *other)
{
    side->peer.id = other->self.id;
    memcpy(side->peer.key, other->self.key.public_key, DSB_KEY_LEN);
    side->trust = (struct dsb_trust_store){&side->peer, 1, 1};
}

/* The wire: what waits at one side reaches the other. Returns what that one makes of it. */
static struct dsb_link_event move(struct side *from, struct side *to)
{
    size_t len, room_len;
    const uint8_t *bytes = dsb_link_pending(&from->link, 0, &len);
    uint8_t *room = dsb_link_room(&to->link, &room_len);
    if (len > 0 && len <= room_len) {
        memcpy(room, bytes, len);
        dsb_link_received(&to->link, len);
        dsb_link_sent(&from->link, len, 0);
    }
    struct dsb_link_event event = dsb_link_next_event(&to->link, 0);
    if (event.type == DSB_LINK_EVENT_AUTHENTICATED)
        must(dsb_link_open(&to->link, 0) == DSB_OK, "open");
    return event;
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
        (void)move(&bob, &ann);
        (void)move(&ann, &bob);
    }
    must(dsb_link_send(&ann.link, (const uint8_t *)"hello", 5, 0) == DSB_OK, "send");
    struct dsb_link_event event = move(&ann, &bob);
    must(event.type == DSB_LINK_EVENT_DATA, "hear");
    printf("%.3s says %.*s\n", dsb_link_peer(&bob.link)->text, (int)event.body_len, event.body);
    return 0;
}
