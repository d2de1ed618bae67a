/* SPDX-License-Identifier: Apache-2.0 */
/* Who may ask keystored, how often, what is answered, and what is left behind. */
#include "dsoftbus/testing.h"
#include "service.h"
#include "support/asked_service.h"

#include <string.h>

#define START_MS 1000
#define FRIEND   2 /* the badge that may ask */
#define OTHER    3

static struct dsb_identity_file file;
static const uint8_t zeros[sizeof(struct key_identity_reply)];

static int start(void **state)
{
    (void)state;
    asked.now_ms = START_MS;
    asked.line_count = 0;
    memset(&file, 0, sizeof file);
    assert_ok(dsb_device_id_set(&file.id, "lamp-1", 6));
    memset(file.private_key, 0x42, sizeof file.private_key);
    assert_ok(key_service_start(&file, KEY_MAY_ASK(FRIEND)));
    return 0;
}

/* A request as anybody with the endpoint may send it. */
static uint32_t ask_with(uint64_t badge, uint32_t op, const uint8_t *peer, size_t request_len)
{
    struct key_dh_request *request = key_service.request;

    *request = (struct key_dh_request){.head = {.op = op}};
    if (peer != NULL)
        memcpy(request->peer, peer, KEY_LEN);
    asked.wake =
        (struct serve_wake){.kind = SERVE_WAKE_REQUEST, .value = badge, .len = request_len};
    serve_step(&key_service);
    assert_int_equal(asked.deadline, SERVE_FOREVER);
    return ((const struct serve_reply *)(const void *)asked.answer)->status;
}

static uint32_t ask_dh(uint64_t badge, const uint8_t peer[KEY_LEN])
{
    return ask_with(badge, KEY_OP_DH, peer, sizeof(struct key_dh_request));
}

static uint32_t ask_identity(uint64_t badge)
{
    return ask_with(badge, KEY_OP_IDENTITY, NULL, sizeof(struct serve_request));
}

static int answered_once(void **state)
{
    (void)start(state);
    assert_int_equal(ask_identity(FRIEND), KEY_OK);
    asked.line_count = 0;
    return 0;
}

static void is_ready_with_its_first_answer(void **state)
{
    (void)state;
    assert_int_equal(ask_identity(OTHER), KEY_NOT_ALLOWED);
    assert_int_equal(asked.line_count, 1);
    assert_int_equal(ask_identity(FRIEND), KEY_OK);
    assert_int_equal(ask_identity(FRIEND), KEY_OK);
    assert_int_equal(asked.line_count, 2);
    assert_string_equal(asked.lines[1], "keystored: ready");
}

static void tells_who_the_device_is(void **state)
{
    const struct key_identity_reply *reply = (const void *)asked.answer;
    uint8_t public_key[KEY_LEN];

    (void)state;
    noise_x25519_base(public_key, file.private_key);
    assert_int_equal(ask_identity(FRIEND), KEY_OK);
    assert_int_equal(asked.answer_len, sizeof *reply);
    assert_int_equal(reply->head.value, 0);
    assert_memory_equal(reply->public_key, public_key, KEY_LEN);
    assert_int_equal(reply->id_len, 6);
    assert_memory_equal(reply->id, "lamp-1", 6);
    assert_memory_equal(reply->id + 6, zeros, KEY_ID_MAX - 6);
    file.bring_up = true;
    assert_int_equal(ask_identity(FRIEND), KEY_OK);
    assert_int_equal(reply->head.value, 1);
}

/* The peer, with the other half of each key, gets the same; nothing of it stays in the buffers. */
static void does_diffie_hellman_and_keeps_nothing(void **state)
{
    const struct key_dh_reply *reply = (const void *)asked.answer;
    uint8_t scalar[KEY_LEN], point[KEY_LEN], public_key[KEY_LEN], shared[KEY_LEN];

    (void)state;
    memset(scalar, 0x17, sizeof scalar);
    noise_x25519_base(point, scalar);
    noise_x25519_base(public_key, file.private_key);
    assert_int_equal(noise_x25519(shared, scalar, public_key), 0);
    assert_int_equal(ask_dh(FRIEND, point), KEY_OK);
    assert_int_equal(asked.answer_len, sizeof *reply);
    assert_memory_equal(reply->shared, shared, KEY_LEN);
    assert_memory_equal(key_service.reply, zeros, sizeof *reply);
    assert_memory_equal(key_service.request, zeros, sizeof(struct key_dh_request));
    assert_int_equal(asked.line_count, 0);
}

static void refuses_a_point_of_low_order(void **state)
{
    static const uint8_t low_order[KEY_LEN] = {1};

    (void)state;
    assert_int_equal(ask_dh(FRIEND, low_order), KEY_LOW_ORDER);
    assert_int_equal(asked.answer_len, sizeof(struct serve_reply));
    assert_int_equal(ask_dh(FRIEND, zeros), KEY_LOW_ORDER);
}

/* Another badge learns nothing, and its refusal is one line, however often it asks. */
static void refuses_every_other_badge_and_says_so_once(void **state)
{
    static const uint64_t others[] = {0,  1,  OTHER,     KEY_ASKERS_MAX, KEY_ASKERS_MAX + FRIEND,
                                      64, 66, UINT64_MAX};
    static const uint8_t point[KEY_LEN] = {9};

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        for (uint32_t n = 0; n < 3; n++) {
            assert_int_equal(ask_identity(others[i]), KEY_NOT_ALLOWED);
            assert_int_equal(asked.answer_len, sizeof(struct serve_reply));
            assert_int_equal(ask_dh(others[i], point), KEY_NOT_ALLOWED);
            assert_int_equal(asked.answer_len, sizeof(struct serve_reply));
        }
    }
    /* Those from 63 on share a line. */
    assert_int_equal(asked.line_count, 6);
    assert_string_equal(asked.lines[2], "keystored: refused badge=3");
    assert_int_equal(ask_identity(FRIEND), KEY_OK);
}

static void refuses_what_is_malformed(void **state)
{
    static const uint8_t point[KEY_LEN] = {9};

    (void)state;
    assert_int_equal(ask_with(FRIEND, KEY_OP_DH, point, sizeof(struct key_dh_request) - 1),
                     KEY_MALFORMED);
    assert_int_equal(ask_with(FRIEND, KEY_OP_DH, point, sizeof(struct serve_request)),
                     KEY_MALFORMED);
    assert_int_equal(ask_with(FRIEND, KEY_OP_IDENTITY, point, sizeof(struct key_dh_request)),
                     KEY_MALFORMED);
    assert_int_equal(ask_with(FRIEND, SERVE_OP_ATTACH, NULL, sizeof(struct serve_request)),
                     KEY_MALFORMED);
    assert_int_equal(ask_with(FRIEND, KEY_OP_COUNT, NULL, sizeof(struct serve_request)),
                     KEY_MALFORMED);
    assert_int_equal(ask_with(FRIEND, KEY_OP_DH, point, 0), KEY_MALFORMED);
    assert_int_equal(ask_dh(FRIEND, point), KEY_OK);
}

static void bounds_how_often_one_badge_asks(void **state)
{
    static const uint8_t point[KEY_LEN] = {9};

    (void)state;
    for (uint32_t i = 0; i < KEY_DH_BURST; i++)
        assert_int_equal(ask_dh(FRIEND, point), KEY_OK);
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(ask_dh(FRIEND, point), KEY_BUSY);
        assert_int_equal(asked.answer_len, sizeof(struct serve_reply));
    }
    assert_int_equal(asked.line_count, 1);
    assert_string_equal(asked.lines[0], "keystored: too many requests badge=2");
    asked.now_ms += KEY_DH_INTERVAL_MS;
    assert_int_equal(ask_dh(FRIEND, point), KEY_OK);
    assert_int_equal(ask_dh(FRIEND, point), KEY_BUSY);
    assert_int_equal(asked.line_count, 1);
    asked.now_ms = START_MS + KEY_BUSY_LINE_MS;
    for (uint32_t i = 0; i < KEY_DH_BURST; i++)
        assert_int_equal(ask_dh(FRIEND, point), KEY_OK);
    assert_int_equal(ask_dh(FRIEND, point), KEY_BUSY);
    assert_int_equal(asked.line_count, 2);
}

/* Each badge has a bound of its own: one cannot use up another's. */
static void one_badge_cannot_use_up_what_another_has(void **state)
{
    static const uint8_t point[KEY_LEN] = {9};

    (void)state;
    assert_ok(key_service_start(&file, KEY_MAY_ASK(FRIEND) | KEY_MAY_ASK(OTHER)));
    for (uint32_t i = 0; i < KEY_DH_BURST + 1; i++)
        (void)ask_dh(OTHER, point);
    assert_int_equal(ask_dh(OTHER, point), KEY_BUSY);
    assert_int_equal(ask_dh(FRIEND, point), KEY_OK);
}

static void does_not_serve_without_a_key(void **state)
{
    struct dsb_identity_file none = {0};

    (void)state;
    assert_int_equal(key_service_start(&none, KEY_MAY_ASK(FRIEND)), DSB_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(is_ready_with_its_first_answer, start),
        cmocka_unit_test_setup(tells_who_the_device_is, answered_once),
        cmocka_unit_test_setup(does_diffie_hellman_and_keeps_nothing, answered_once),
        cmocka_unit_test_setup(refuses_a_point_of_low_order, answered_once),
        cmocka_unit_test_setup(refuses_every_other_badge_and_says_so_once, answered_once),
        cmocka_unit_test_setup(refuses_what_is_malformed, answered_once),
        cmocka_unit_test_setup(bounds_how_often_one_badge_asks, answered_once),
        cmocka_unit_test_setup(one_badge_cannot_use_up_what_another_has, answered_once),
        cmocka_unit_test_setup(does_not_serve_without_a_key, answered_once),
    };

    return noise_init() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
