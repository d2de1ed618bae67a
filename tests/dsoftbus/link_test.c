/* SPDX-License-Identifier: Apache-2.0 */
/* Two links joined by pieces of every size: handshake, echo, PING, both CLOSEs, and the failures.
 */
#include "dsoftbus/link.h"
#include "dsoftbus/peer.h"
#include "dsoftbus/testing.h"

#include <string.h>

#define IN_LEN (2 + PEER_RECV_MAX)

struct side {
    struct dsb_link link;
    uint8_t in[IN_LEN], out[IN_LEN];
};

static struct pair pair;
static struct side a, b;

static void start(void)
{
    uint8_t ephemeral[DSB_KEY_LEN];
    struct dsb_link_buffers at_a = {a.in, sizeof(a.in), a.out, sizeof(a.out)};
    struct dsb_link_buffers at_b = {b.in, sizeof(b.in), b.out, sizeof(b.out)};

    pair_start(&pair);
    test_ephemeral(ephemeral, PAIR_A_EPHEMERAL);
    assert_ok(dsb_link_connect(&a.link, &pair.a_peer.local, &pair.b_peer.identity.id, ephemeral,
                               &at_a, 0));
    test_ephemeral(ephemeral, PAIR_B_EPHEMERAL);
    assert_ok(dsb_link_accept(&b.link, &pair.b_peer.local, ephemeral, &at_b, 0));
}

static size_t move(struct side *from, struct side *to, size_t max)
{
    size_t len, room;
    const uint8_t *bytes = dsb_link_pending(&from->link, 0, &len);
    uint8_t *at = dsb_link_room(&to->link, &room);

    len = len < max ? len : max;
    len = len < room ? len : room;
    if (len != 0) {
        memcpy(at, bytes, len);
    }
    dsb_link_received(&to->link, len);
    dsb_link_sent(&from->link, len, 0);
    return len;
}

static struct dsb_link_event next(struct side *side)
{
    struct dsb_link_event event = dsb_link_next_event(&side->link, 0);

    if (event.type == DSB_LINK_EVENT_AUTHENTICATED) {
        assert_ok(dsb_link_open(&side->link, 0));
    }
    return event;
}

static void authenticate(size_t piece)
{
    start();
    for (unsigned i = 0;
         i < 2000 && (a.link.state != DSB_LINK_OPEN || b.link.state != DSB_LINK_OPEN); i++) {
        (void)next(&a);
        (void)move(&a, &b, piece);
        (void)next(&b);
        (void)move(&b, &a, piece);
    }
    assert_int_equal(a.link.state, DSB_LINK_OPEN);
    assert_int_equal(b.link.state, DSB_LINK_OPEN);
}

/* Moves from one side to the other until that one has an event. */
static struct dsb_link_event await(struct side *from, struct side *to, size_t piece)
{
    for (;;) {
        struct dsb_link_event event = next(to);
        if (event.type != DSB_LINK_EVENT_NONE || move(from, to, piece) == 0) {
            return event;
        }
    }
}

static void pieces_of_every_size(void **state)
{
    (void)state;
    for (size_t piece = 1; piece <= 150; piece++) {
        authenticate(piece);
        assert_ok(dsb_link_send(&a.link, (const uint8_t *)"hello", 5, 0));
        struct dsb_link_event event = await(&a, &b, piece);
        assert_int_equal(event.type, DSB_LINK_EVENT_DATA);
        assert_int_equal(event.body_len, 5);
        assert_memory_equal(event.body, "hello", 5);
        assert_ok(dsb_link_ping(&b.link, (const uint8_t *)"token", 5));
        assert_int_equal(await(&b, &a, piece).type, DSB_LINK_EVENT_NONE);
        assert_int_equal(await(&a, &b, piece).type, DSB_LINK_EVENT_PONG);
        assert_ok(dsb_link_close(&a.link));
        assert_int_equal(await(&a, &b, piece).type, DSB_LINK_EVENT_PEER_CLOSED);
        assert_ok(dsb_link_close(&b.link));
        assert_int_equal(await(&b, &a, piece).type, DSB_LINK_EVENT_PEER_CLOSED);
        assert_int_equal(next(&a).type, DSB_LINK_EVENT_CLOSED);
        assert_int_equal(next(&b).type, DSB_LINK_EVENT_CLOSED);
    }
}

static void end_and_abort_have_their_reasons(void **state)
{
    (void)state;
    authenticate(IN_LEN);
    dsb_link_end_of_stream(&a.link);
    assert_int_equal(next(&a).type, DSB_LINK_EVENT_FAILED);
    assert_int_equal(dsb_link_reason(&a.link), DSB_REASON_SESSION_TRUNCATED);
    dsb_link_abort(&b.link, DSB_REASON_LOCAL_REVOKED);
    assert_int_equal(next(&b).type, DSB_LINK_EVENT_FAILED);
    assert_int_equal(dsb_link_reason(&b.link), DSB_REASON_LOCAL_REVOKED);
    assert_int_equal(move(&b, &a, IN_LEN), 0);
}

/* A full `out` with a PONG owed still takes what comes; the PONG leaves when there is room. */
static void writing_never_blocks_reading(void **state)
{
    static const uint8_t big[PEER_RECV_MAX - DSB_RECORD_OVERHEAD];

    (void)state;
    authenticate(IN_LEN);
    assert_ok(dsb_link_send(&b.link, big, sizeof(big), 0));
    assert_int_equal(dsb_link_send(&b.link, big, 1, 0), DSB_WOULD_BLOCK);
    assert_ok(dsb_link_ping(&a.link, NULL, 0));
    assert_int_equal(await(&a, &b, IN_LEN).type, DSB_LINK_EVENT_NONE);
    assert_ok(dsb_link_send(&a.link, big, 9, 0));
    assert_int_equal(await(&a, &b, IN_LEN).type, DSB_LINK_EVENT_DATA);
    assert_int_equal(await(&b, &a, IN_LEN).type, DSB_LINK_EVENT_DATA);
    assert_int_equal(await(&b, &a, IN_LEN).type, DSB_LINK_EVENT_PONG);
}

static void time_passes_in_next_event(void **state)
{
    (void)state;
    start();
    assert_int_equal(dsb_link_deadline(&b.link), DSB_HANDSHAKE_DEADLINE_MS);
    assert_int_equal(dsb_link_next_event(&b.link, DSB_HANDSHAKE_DEADLINE_MS).type,
                     DSB_LINK_EVENT_FAILED);
    assert_int_equal(dsb_link_reason(&b.link), DSB_REASON_MSG1_DEADLINE);
    assert_true(dsb_link_deadline(&b.link) == DSB_NO_DEADLINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_of_every_size),
        cmocka_unit_test(end_and_abort_have_their_reasons),
        cmocka_unit_test(writing_never_blocks_reading),
        cmocka_unit_test(time_passes_in_next_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
