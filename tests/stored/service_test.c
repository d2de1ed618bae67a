/* SPDX-License-Identifier: Apache-2.0 */
/* stored's answers: whose records, what is malformed, and when the disk is tried again. */
#include "service.h"

#include "dsoftbus/testing.h"
#include "noise/crypto.h"
#include "stored/sim_disk.h"
#include "support/asked_service.h"

#include <string.h>

#define DATA_AT offsetof(struct store_put_request, data)

static struct sim_disk sim;
static bool is_there;
static unsigned start_count;
static const struct store_get_reply *const answer = (const void *)asked.answer;

static const struct disk *start_disk(void)
{
    start_count++;
    return is_there ? &sim.disk : NULL;
}

static int begin(void **state)
{
    (void)state;
    sim_disk_init(&sim, STORE_SECTORS);
    is_there = true;
    start_count = 0;
    asked.now_ms = 1000;
    asked.line_count = 0;
    return 0;
}

static int start(void **state)
{
    (void)begin(state);
    store_service_start(start_disk);
    return 0;
}

static uint32_t ask(uint64_t badge, uint32_t op, const char *name, const char *data, size_t len)
{
    struct store_put_request *request = store_service.request;

    memset(request, 0, sizeof *request);
    request->head.op = op;
    memcpy(request->name.text, name, strlen(name));
    memcpy(request->data, data, strlen(data));
    asked.wake = (struct serve_wake){.kind = SERVE_WAKE_REQUEST, .value = badge, .len = len};
    serve_step(&store_service);
    assert_int_equal(asked.deadline, SERVE_FOREVER);
    return answer->head.status;
}

static uint32_t put(uint64_t badge, const char *name, const char *data)
{
    return ask(badge, STORE_OP_PUT, name, data, DATA_AT + strlen(data));
}

static uint32_t get(uint64_t badge, const char *name)
{
    return ask(badge, STORE_OP_GET, name, "", sizeof(struct store_get_request));
}

static void keeps_each_owner_his_own(void **state)
{
    static const uint8_t zeros[sizeof *answer];

    (void)state;
    assert_string_equal(asked.lines[0], "stored: ready");
    assert_int_equal(put(1, "key", "secret"), STORE_OK);
    assert_int_equal(asked.answer_len, sizeof answer->head);
    assert_memory_equal(store_service.request, zeros, DATA_AT + 6);
    assert_int_equal(get(2, "key"), STORE_NOT_FOUND);
    assert_int_equal(get(1, "key"), STORE_OK);
    assert_int_equal(answer->head.value, 6);
    assert_int_equal(asked.answer_len, sizeof answer->head + 6);
    assert_memory_equal(answer->data, "secret", 6);
    assert_memory_equal(store_service.reply, zeros, asked.answer_len);
    assert_int_equal(put(4, "empty", ""), STORE_OK);
    assert_int_equal(get(4, "empty"), STORE_OK);
    assert_int_equal(asked.answer_len, sizeof answer->head);
}

static void refuses_who_is_no_owner(void **state)
{
    static const uint64_t nobody[] = {0, STORE_OWNERS_MAX + 1, (uint64_t)1 << 32 | 1, UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof nobody / sizeof nobody[0]; i++) {
        assert_int_equal(put(nobody[i], "key", "x"), STORE_NOT_ALLOWED);
        assert_int_equal(get(nobody[i], "key"), STORE_NOT_ALLOWED);
    }
}

static void refuses_what_is_malformed(void **state)
{
    (void)state;
    assert_int_equal(put(1, "Key", "x"), STORE_MALFORMED);
    assert_int_equal(put(1, "", "x"), STORE_MALFORMED);
    assert_int_equal(get(1, "a/b"), STORE_MALFORMED);
    assert_int_equal(ask(1, STORE_OP_GET, "key", "", DATA_AT + 1), STORE_MALFORMED);
    assert_int_equal(ask(1, STORE_OP_GET, "key", "", DATA_AT - 1), STORE_MALFORMED);
    assert_int_equal(ask(1, STORE_OP_PUT, "key", "", DATA_AT - 1), STORE_MALFORMED);
    assert_int_equal(ask(1, STORE_OP_COUNT, "key", "", DATA_AT), STORE_MALFORMED);
    assert_int_equal(ask(1, STORE_OP_PUT, "key", "", sizeof(struct store_put_request)), STORE_OK);
}

/* Asked for, but not too often; told once. */
static void tries_a_disk_that_is_not_there_again(void **state)
{
    (void)begin(state);
    is_there = false;
    store_service_start(start_disk);
    for (uint32_t ms = 0; ms < DISK_AGAIN_MS; ms++) {
        assert_int_equal(get(1, "key"), STORE_NO_DISK);
        asked.now_ms++;
    }
    assert_int_equal(start_count, 1);
    assert_int_equal(put(1, "key", "x"), STORE_NO_DISK);
    assert_int_equal(start_count, 2);
    assert_int_equal(asked.line_count, 1);
    assert_string_equal(asked.lines[0], "stored: no disk");
    is_there = true;
    asked.now_ms += DISK_AGAIN_MS;
    assert_int_equal(put(1, "key", "x"), STORE_OK);
    assert_string_equal(asked.lines[1], "stored: ready");
}

static void a_disk_that_fails_is_opened_anew_before_it_is_believed(void **state)
{
    (void)state;
    assert_int_equal(put(1, "key", "old"), STORE_OK);
    sim.fail_at_op = sim.op_count + 2; /* the flush: the record may be there or not */
    assert_int_equal(put(1, "key", "new"), STORE_IO);
    assert_string_equal(asked.lines[1], "stored: the disk fails");
    assert_int_equal(get(1, "key"), STORE_IO);
    sim.fail_at_op = 0;
    asked.now_ms += DISK_AGAIN_MS;
    assert_int_equal(get(1, "key"), STORE_OK);
    assert_memory_equal(answer->data, "new", 3); /* it was there */
    assert_int_equal(start_count, 2);
}

static void a_disk_of_another_is_told_and_left_alone(void **state)
{
    (void)begin(state);
    sim.durable[2][56] = 0x53;
    store_service_start(start_disk);
    assert_int_equal(put(1, "key", "x"), STORE_FOREIGN);
    assert_int_equal(sim.op_count, 0);
    assert_string_equal(asked.lines[0], "stored: the disk is not ours, left alone");
    sim_disk_init(&sim, STORE_SECTORS - 1);
    asked.now_ms += DISK_AGAIN_MS;
    assert_int_equal(put(1, "key", "x"), STORE_TOO_SMALL);
    assert_string_equal(asked.lines[1], "stored: the disk is too small");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(keeps_each_owner_his_own, start),
        cmocka_unit_test_setup(refuses_who_is_no_owner, start),
        cmocka_unit_test_setup(refuses_what_is_malformed, start),
        cmocka_unit_test_setup(tries_a_disk_that_is_not_there_again, begin),
        cmocka_unit_test_setup(a_disk_that_fails_is_opened_anew_before_it_is_believed, start),
        cmocka_unit_test_setup(a_disk_of_another_is_told_and_left_alone, begin),
    };

    return noise_init() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
