/* SPDX-License-Identifier: Apache-2.0 */
/* The key's process and who asks it: real ones, and ones that say what a broken one might. */
#include "node/store/key_process.h"

#include "node/base/secret.h"

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
        for (uint32_t op = 0; op <= KEY_OP_COUNT; op++) {
            if ((op == KEY_OP_IDENTITY && len == sizeof longer[0].head) ||
                (op == KEY_OP_DH && len == sizeof longer[0]))
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_as_the_key_would),
        cmocka_unit_test(low_order_is_the_peers_fault),
        cmocka_unit_test(other_requests_get_a_refusal_alone),
        cmocka_unit_test(what_the_reader_says_is_passed_on),
        cmocka_unit_test(identities_that_are_none),
        cmocka_unit_test(answers_that_are_none_are_the_last),
        cmocka_unit_test(one_that_is_gone),
    };
    return noise_init() != 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
