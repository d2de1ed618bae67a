/* SPDX-License-Identifier: Apache-2.0 */
/* The key's process and who asks it: real ones, and ones that say what a broken one might. */
#include "node/base/secret.h"
#include "node/engine/key_queue.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static struct dsb_identity_file *file; /* the new process' copy */

static const struct dsb_identity_file *read_key(void *ctx, struct error *e)
{
    (void)ctx;
    file = secret_alloc(sizeof *file, e);
    if (file == NULL || dsb_device_id_set(&file->id, "alpha", 5) != DSB_OK)
        return NULL;
    memset(file->private_key, 7, DSB_KEY_LEN);
    return file;
}

static const struct dsb_identity_file *read_nothing(void *ctx, struct error *e)
{
    (void)error_set(e, EXIT_CONFIG, "no %s", (const char *)ctx);
    return NULL;
}

static const struct dsb_identity_file *die(void *ctx, struct error *e)
{
    (void)ctx, (void)e;
    _exit(3);
}

static void start(struct key_process *p, struct dsb_identity *identity)
{
    struct error e;
    assert_true(key_process_start(p, read_key, NULL, &e));
    assert_true(key_process_identity(p, identity, &e));
}

static void answers_as_the_key_would(void **state)
{
    struct key_process p;
    struct dsb_identity identity;
    uint8_t private_key[32], public_key[32], peer[32] = {9}, own[32], shared[32];
    (void)state;
    start(&p, &identity);
    memset(private_key, 7, sizeof private_key);
    noise_x25519_base(public_key, private_key);
    assert_memory_equal(identity.key.public_key, public_key, 32);
    assert_int_equal(identity.id.len, 5);
    assert_memory_equal(identity.id.text, "alpha", 5);
    for (int i = 0; i < 300; i++) {
        peer[1] = (uint8_t)i;
        assert_int_equal(noise_x25519(own, private_key, peer), 0);
        assert_int_equal(identity.key.dh(identity.key.ctx, shared, peer), 0);
        assert_memory_equal(shared, own, 32);
    }
    key_process_stop(&p);
}

static void low_order_is_the_peers_fault(void **state)
{
    static const uint8_t zero[32];
    struct key_process p;
    struct dsb_identity identity;
    uint8_t peer[32] = {0}, shared[32];
    (void)state;
    start(&p, &identity);
    for (uint8_t u = 0; u < 2; u++) { /* two points of low order */
        peer[0] = u;
        memset(shared, 1, sizeof shared);
        assert_int_equal(identity.key.dh(identity.key.ctx, shared, peer), 0);
        assert_memory_equal(shared, zero, 32);
    }
    peer[0] = 9;
    assert_int_equal(identity.key.dh(identity.key.ctx, shared, peer), 0);
    assert_memory_not_equal(shared, zero, 32);
    key_process_stop(&p);
}

/* Points of which every fourth is of low order. */
static void make_points(uint8_t points[KEY_POINTS_MAX][32], const uint8_t *pointers[])
{
    for (size_t i = 0; i < KEY_POINTS_MAX; i++) {
        memset(points[i], 0, 32);
        points[i][0] = i % 4 == 3 ? 0 : 9;
        points[i][1] = i % 4 == 3 ? 0 : (uint8_t)i;
        pointers[i] = points[i];
    }
}

static void several_at_once_are_answered_alike(void **state)
{
    struct key_process p;
    struct dsb_identity identity;
    uint8_t points[KEY_POINTS_MAX][32], private_key[32], own[32], shared[32];
    const uint8_t *pointers[KEY_POINTS_MAX];
    (void)state;
    start(&p, &identity);
    memset(private_key, 7, sizeof private_key);
    make_points(points, pointers);
    for (size_t count = KEY_POINTS_MIN; count <= KEY_POINTS_MAX; count++) {
        key_process_ask_ahead(&p, pointers, count);
        assert_int_equal(p.known_count, count);
        for (size_t i = 0; i < count; i++) {
            if (noise_x25519(own, private_key, points[i]) != 0)
                memset(own, 0, sizeof own);
            assert_int_equal(identity.key.dh(&p, shared, points[i]), 0);
            assert_memory_equal(shared, own, 32);
            assert_int_equal(p.known_count, count - i - 1);
        }
    }
    key_process_stop(&p);
}

static void what_was_asked_ahead_serves_once(void **state)
{
    static const struct key_known nothing[KEY_POINTS_MAX];
    struct key_process p;
    uint8_t ones[32];
    struct dsb_identity identity;
    uint8_t points[KEY_POINTS_MAX][32], shared[32];
    const uint8_t *pointers[KEY_POINTS_MAX];
    (void)state;
    start(&p, &identity);
    make_points(points, pointers);
    key_process_ask_ahead(&p, pointers, 2);
    memset(ones, 1, sizeof ones);
    memset(p.known[0].shared, 1, 32); /* so that it shows where an answer comes from */
    assert_int_equal(identity.key.dh(&p, shared, points[0]), 0);
    assert_memory_equal(shared, ones, 32);
    assert_int_equal(identity.key.dh(&p, shared, points[0]), 0);
    assert_memory_not_equal(shared, ones, 32);
    assert_int_equal(p.known_count, 1);
    assert_memory_equal(&p.known[1], nothing, sizeof p.known[1]);
    key_process_forget(&p);
    assert_int_equal(p.known_count, 0);
    assert_memory_equal(p.known, nothing, sizeof p.known);
    key_process_stop(&p);
}

static void several_of_another_number_are_refused(void **state)
{
    struct key_process p;
    struct dsb_identity identity;
    struct serve_reply reply;
    struct {
        struct serve_request head;
        uint8_t bytes[(KEY_POINTS_MAX + 1) * KEY_LEN + 1];
    } request = {.head = {.op = KEY_OP_DH_SEVERAL}, .bytes = {9}};
    (void)state;
    start(&p, &identity);
    for (size_t len = 0; len <= sizeof request.bytes; len++) {
        if (len % KEY_LEN == 0 && len / KEY_LEN >= KEY_POINTS_MIN &&
            len / KEY_LEN <= KEY_POINTS_MAX)
            continue;
        size_t request_len = sizeof request.head + len;
        assert_int_equal(send(p.fd, &request, request_len, 0), request_len);
        assert_int_equal(recv(p.fd, &reply, sizeof reply, MSG_TRUNC), sizeof reply);
        assert_int_equal(reply.status, KEY_MALFORMED);
    }
    key_process_stop(&p);
}

/* What only a daemon that was taken over would ask. */
static void other_requests_get_a_refusal_alone(void **state)
{
    struct key_process p;
    struct dsb_identity identity;
    uint8_t reply[256];
    struct key_dh_request longer[2] = {{.peer = {9}}};
    (void)state;
    start(&p, &identity);
    for (size_t len = 1; len <= sizeof longer; len++) {
        for (uint32_t op = 0; op <= KEY_OP_DH_SEVERAL + 1; op++) {
            if ((op == KEY_OP_IDENTITY && len == sizeof longer[0].head) ||
                (op == KEY_OP_DH && len == sizeof longer[0]) || op == KEY_OP_DH_SEVERAL)
                continue;
            longer[0].head.op = op;
            assert_int_equal(send(p.fd, longer, len, 0), len);
            assert_int_equal(recv(p.fd, reply, sizeof reply, 0), sizeof(struct serve_reply));
            assert_int_equal(reply[0], KEY_MALFORMED);
        }
    }
    assert_int_equal(identity.key.dh(identity.key.ctx, reply, (const uint8_t[32]){9}), 0);
    key_process_stop(&p);
}

static void what_the_reader_says_is_passed_on(void **state)
{
    struct key_process p;
    struct error e;
    static char what[] = "such thing";
    (void)state;
    assert_false(key_process_start(&p, read_nothing, what, &e));
    assert_int_equal(e.code, EXIT_CONFIG);
    assert_string_equal(e.text, "no such thing");
    assert_int_equal(key_process_fd(&p), -1);
    assert_false(key_process_start(&p, die, NULL, &e));
    assert_int_equal(e.code, EXIT_LOCAL);
}

/* --- one that answers what the test says --- */

static void play(struct key_process *p, int *far)
{
    int ends[2];
    const struct timeval limit = {.tv_usec = 100 * 1000};
    *p = (struct key_process){.fd = -1};
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    p->fd = ends[0];
    *far = ends[1];
    assert_int_equal(setsockopt(p->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
}

static struct key_identity_reply good_identity(void)
{
    struct key_identity_reply reply = {.id_len = 5, .id = "alpha"};
    return reply;
}

static void identities_that_are_none(void **state)
{
    (void)state;
    for (int lie = 0; lie < 5; lie++) {
        struct key_identity_reply reply = good_identity();
        struct dsb_identity identity;
        struct key_process p;
        struct error e;
        int far;
        size_t len = sizeof reply;
        play(&p, &far);
        if (lie == 1)
            reply.id_len = 0;
        if (lie == 2)
            reply.id_len = KEY_ID_MAX + 1;
        if (lie == 3)
            len--;
        if (lie == 4)
            reply.head.status = KEY_NOT_ALLOWED;
        assert_int_equal(send(far, &reply, len, 0), len);
        assert_int_equal(key_process_identity(&p, &identity, &e), lie == 0);
        key_process_stop(&p);
        close(far);
    }
}

/* Each is the last: what came late would be taken for the next answer. */
static void answers_that_are_none_are_the_last(void **state)
{
    static const uint8_t zero[32];
    (void)state;
    for (int lie = 0; lie < 5; lie++) {
        struct key_identity_reply hello = good_identity();
        struct key_dh_reply reply = {.shared = {1}};
        struct dsb_identity identity;
        struct key_process p;
        struct error e;
        uint8_t shared[32];
        int far;
        size_t len = sizeof reply;
        play(&p, &far);
        assert_int_equal(send(far, &hello, sizeof hello, 0), sizeof hello);
        assert_true(key_process_identity(&p, &identity, &e));
        if (lie == 1)
            len--; /* short */
        if (lie == 2)
            reply.head.status = KEY_BUSY; /* a refusal that is longer than one */
        if (lie == 3)
            reply.head.status = KEY_IO, len = sizeof reply.head;
        if (lie < 4) /* 4: none */
            assert_int_equal(send(far, &reply, len, 0), len);
        int result = identity.key.dh(identity.key.ctx, shared, zero);
        assert_int_equal(result, lie == 0 ? 0 : -1);
        assert_int_equal(shared[0], lie == 0);
        assert_int_equal(p.fault == NULL, lie == 0);
        if (lie != 0) { /* a good one does not come too late */
            (void)!send(far, &hello, sizeof hello, MSG_NOSIGNAL);
            assert_int_not_equal(identity.key.dh(identity.key.ctx, shared, zero), 0);
            assert_memory_equal(shared, zero, 32);
        }
        key_process_stop(&p);
        close(far);
    }
}

static void several_answers_that_are_none_are_the_last(void **state)
{
    (void)state;
    for (int lie = 0; lie < 4; lie++) {
        struct key_several_reply reply = {.shared = {{1}, {2}}};
        const uint8_t first[32] = {9}, second[32] = {9, 1};
        struct key_process p;
        int far;
        size_t len = sizeof reply.head + (size_t)2 * KEY_LEN;
        play(&p, &far);
        if (lie == 1)
            len -= KEY_LEN;
        if (lie == 2)
            reply.head.status = KEY_LOW_ORDER, len = sizeof reply.head;
        if (lie < 3) /* 3: none */
            assert_int_equal(send(far, &reply, len, 0), len);
        key_process_ask_ahead(&p, (const uint8_t *const[]){first, second}, 2);
        assert_int_equal(p.known_count, lie == 0 ? 2 : 0);
        assert_int_equal(p.fault == NULL, lie == 0);
        key_process_stop(&p);
        close(far);
    }
}

static void one_that_is_gone(void **state)
{
    struct key_process p;
    struct dsb_identity identity;
    uint8_t shared[32], peer[32] = {9};
    int far;
    (void)state;
    start(&p, &identity);
    key_process_stop(&p);
    play(&p, &far);
    close(far);
    assert_int_not_equal(identity.key.dh(&p, shared, peer), 0);
    assert_string_equal(p.fault, "it ended");
    key_process_stop(&p);
}

#define WAITING_COUNT 2

/* Responders with a first message each; its point is their number's. */
static struct dsb_link links[WAITING_COUNT];
static uint8_t ins[WAITING_COUNT][DSB_FRAME_HEADER_LEN + DSB_HANDSHAKE_UNIT_MAX];
static size_t gone_on_count;
static struct key_queue queue;

static void accept_first_message(size_t i, const struct dsb_local *local)
{
    static const uint8_t head[] = {0, NOISE_XK_MESSAGE_1_OVERHEAD};
    const struct dsb_link_buffers buffers = {.in = ins[i], .in_cap = sizeof ins[i]};
    uint8_t ephemeral[DSB_KEY_LEN] = {(uint8_t)(i + 1)};
    size_t room;
    assert_int_equal(dsb_link_accept(&links[i], local, ephemeral, &buffers, 0), DSB_REASON_NONE);
    uint8_t *at = dsb_link_room(&links[i], &room);
    memcpy(at, head, sizeof head);
    at[sizeof head] = (uint8_t)(9 + i);
    dsb_link_received(&links[i], sizeof head + NOISE_XK_MESSAGE_1_OVERHEAD);
}

static void expect_known(void *owner)
{
    size_t i = (size_t)((struct dsb_link *)owner - links);
    assert_int_equal(queue.key->known_count, queue.count == 1 ? 0 : queue.count);
    assert_int_equal(links[i].slot.handshake.noise.known.point[0], queue.count == 1 ? 0 : 9 + i);
    gone_on_count++;
}

/* One alone is left to itself. */
static void handshakes_that_wait_together_are_multiplied_for_together(void **state)
{
    struct key_process p;
    struct dsb_identity identity;
    struct dsb_trust_store trust = {.count = 0};
    const struct dsb_local local = {.identity = &identity,
                                    .trust = &trust,
                                    .recv_max = DSB_HANDSHAKE_UNIT_MAX,
                                    .streams = {.window = 1, .streams_max = 1}};
    (void)state;
    start(&p, &identity);
    queue.key = &p;
    for (size_t count = 1; count <= WAITING_COUNT; count++) {
        for (size_t i = 0; i < count; i++) {
            accept_first_message(i, &local);
            assert_true(key_queue_enter(&queue, &links[i], &links[i]));
        }
        gone_on_count = 0;
        key_queue_run(&queue, expect_known);
        assert_int_equal(gone_on_count, count);
        assert_int_equal(p.known_count, 0);
    }
    key_process_stop(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_as_the_key_would),
        cmocka_unit_test(low_order_is_the_peers_fault),
        cmocka_unit_test(several_at_once_are_answered_alike),
        cmocka_unit_test(what_was_asked_ahead_serves_once),
        cmocka_unit_test(several_of_another_number_are_refused),
        cmocka_unit_test(other_requests_get_a_refusal_alone),
        cmocka_unit_test(what_the_reader_says_is_passed_on),
        cmocka_unit_test(identities_that_are_none),
        cmocka_unit_test(answers_that_are_none_are_the_last),
        cmocka_unit_test(several_answers_that_are_none_are_the_last),
        cmocka_unit_test(one_that_is_gone),
        cmocka_unit_test(handshakes_that_wait_together_are_multiplied_for_together),
    };
    return noise_init() != 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
