/* SPDX-License-Identifier: Apache-2.0 */
/* The loop: what each wake brings about, and in which order. */
#include "serve/toy.h"

static void wake(enum serve_wake_kind kind, uint64_t value, size_t len, uint32_t capability)
{
    fake_wake = (struct serve_wake){kind, value, len, capability};
    serve_step(&counter_service);
}

/* The request lies in the service's own buffer, as the kernel leaves it there. */
static void ask(uint64_t badge, uint32_t op, serve_handle handle, uint32_t capability)
{
    *(struct serve_request *)counter_service.request = (struct serve_request){op, handle};
    wake(SERVE_WAKE_REQUEST, badge, sizeof(struct serve_request), capability);
}

static const struct serve_reply *answer(void)
{
    return (const struct serve_reply *)(const void *)fake_answer;
}

static void an_answer_goes_out_once_with_the_next_wait(void **state)
{
    (void)state;
    ask(1, COUNTER_OP_OPEN, 0, 0);
    assert_int_equal(fake_answer_count, 0);
    assert_int_equal(counter_turn_count, 1);
    wake(SERVE_WAKE_DEADLINE, 0, 0, 0);
    assert_int_equal(fake_answer_count, 1);
    assert_int_equal(answer()->status, SERVE_OK);
    wake(SERVE_WAKE_DEADLINE, 0, 0, 0);
    assert_int_equal(fake_answer_count, 1);
    assert_int_equal(counter_turn_count, 3);
    assert_int_equal(fake_deadline, SERVE_FOREVER);
}

static uint64_t at_77(void)
{
    return 77;
}

static void it_sleeps_no_longer_than_the_service_says(void **state)
{
    (void)state;
    counter_service.deadline = at_77;
    wake(SERVE_WAKE_DEADLINE, 0, 0, 0);
    counter_service.deadline = NULL;
    assert_int_equal(fake_deadline, 77);
}

static void a_capability_comes_with_its_request(void **state)
{
    (void)state;
    ask(3, SERVE_OP_ATTACH, 0, 55);
    ask(3, COUNTER_OP_OPEN, 0, 56);
    assert_int_equal(answer()->value, COUNTER_VERSION);
    assert_int_equal(fake_dropped_count[55], 0);
    assert_int_equal(fake_dropped_count[56], 1);
}

static void what_is_given_goes_with_its_answer_alone(void **state)
{
    (void)state;
    for (uint32_t i = 0; i <= COUNTER_SHARE; i++) {
        ask(1, COUNTER_OP_OPEN, 0, 0);
        wake(SERVE_WAKE_DEADLINE, 0, 0, 0);
        assert_int_equal(answer()->status, i < COUNTER_SHARE ? SERVE_OK : SERVE_NO_BUFFERS);
        assert_int_equal(fake_given, i < COUNTER_SHARE ? COUNTER_GIVEN : 0);
        ask(1, SERVE_OP_READY, 0, 0);
        wake(SERVE_WAKE_DEADLINE, 0, 0, 0);
        assert_int_equal(answer()->status, SERVE_OK);
        assert_int_equal(fake_given, 0);
    }
}

static void bits_are_deaths_and_the_services_own(void **state)
{
    (void)state;
    (void)toy_open(1, COUNTER_OP_OPEN);
    (void)toy_open(2, COUNTER_OP_OPEN);
    serve_handle alarm = toy_open(2, COUNTER_OP_ALARM);
    assert_int_equal(toy_call(2, COUNTER_OP_WAIT, alarm), SERVE_WOULD_BLOCK);
    wake(SERVE_WAKE_BITS, serve_death_mask(1), 0, 0);
    assert_int_equal(toy_count(1), 0);
    assert_int_equal(toy_count(2), 2);
    assert_int_equal(fake_signal_count[102], 0);
    wake(SERVE_WAKE_BITS, COUNTER_ALARM_BIT | serve_death_mask(3), 0, 0);
    assert_int_equal(fake_signal_count[102], 1); /* told at the end of the round */
    assert_int_equal(toy_count(2), 2);
    wake(SERVE_WAKE_BITS, serve_death_mask(COUNTER_CLIENTS_MAX + 1), 0, 0); /* nobody's */
    assert_int_equal(toy_count(2), 2);
}

static uint64_t woken_bits;

static void remember(uint64_t bits)
{
    woken_bits = bits;
}

static void the_service_sees_its_own_bits_alone(void **state)
{
    void (*woken)(uint64_t) = counter_service.woken;

    (void)state;
    counter_service.woken = remember;
    woken_bits = 0;
    wake(SERVE_WAKE_BITS, serve_death_mask(1) | serve_death_mask(3), 0, 0);
    assert_int_equal(woken_bits, 0);
    wake(SERVE_WAKE_BITS, UINT64_MAX, 0, 0);
    counter_service.woken = woken;
    assert_int_equal(woken_bits, UINT64_MAX - 2 - 4 - 8);
}

static void a_secret_answer_is_wiped_when_it_is_out(void **state)
{
    (void)state;
    counter_service.is_secret = true;
    ask(1, COUNTER_OP_OPEN, 0, 0);
    counter_service.is_secret = false;
    assert_int_equal(fake_answer_count, 1); /* at once */
    assert_int_not_equal(answer()->value, 0);
    const struct serve_reply *reply = counter_service.reply;
    const struct serve_request *request = counter_service.request;
    assert_int_equal(reply->value, 0);
    assert_int_equal(request->op, 0);
    wake(SERVE_WAKE_DEADLINE, 0, 0, 0);
    assert_int_equal(fake_answer_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_answer_goes_out_once_with_the_next_wait, toy_begin),
        cmocka_unit_test_setup(it_sleeps_no_longer_than_the_service_says, toy_begin),
        cmocka_unit_test_setup(a_capability_comes_with_its_request, toy_begin),
        cmocka_unit_test_setup(what_is_given_goes_with_its_answer_alone, toy_begin),
        cmocka_unit_test_setup(bits_are_deaths_and_the_services_own, toy_begin),
        cmocka_unit_test_setup(the_service_sees_its_own_bits_alone, toy_begin),
        cmocka_unit_test_setup(a_secret_answer_is_wiped_when_it_is_out, toy_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
