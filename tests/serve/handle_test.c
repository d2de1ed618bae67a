/* SPDX-License-Identifier: Apache-2.0 */
/* What a handle means, to whom, from when and until when; readiness of what it names. */
#include "serve/toy.h"

#define GENERATION_STEP 0x100u

static void a_handle_is_known_from_when_it_was_given(void **state)
{
    (void)state;
    serve_handle handle = toy_open(1, COUNTER_OP_OPEN);
    assert_int_equal(toy_add(1, handle, 5), SERVE_OK);
    assert_int_equal(toy_reply.head.value, 5);
}

/* Handles can be computed: the next life's, the one beside, those of objects that are not given. */
static void no_number_near_a_given_one_means_anything(void **state)
{
    (void)state;
    serve_handle handle = toy_open(1, COUNTER_OP_OPEN);
    static const uint32_t steps[] = {1, 2, 3, GENERATION_STEP, 2 * GENERATION_STEP, 1u << 31};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        assert_int_equal(toy_add(1, handle + steps[i], 1), SERVE_NOT_FOUND);
        assert_int_equal(toy_add(1, handle - steps[i], 1), SERVE_NOT_FOUND);
    }
    assert_int_equal(toy_add(1, 0, 1), SERVE_NOT_FOUND);
    assert_int_equal(toy_add(1, handle & 0xff, 1), SERVE_NOT_FOUND);
    assert_int_equal(toy_add(1, handle & ~0xffu, 1), SERVE_NOT_FOUND);
}

/* An object that was taken and whose handle nobody got, as a connection not yet accepted. */
static void what_was_not_given_out_cannot_be_named(void **state)
{
    (void)state;
    serve_handle first = toy_open(1, COUNTER_OP_OPEN);
    struct serve_object *taken = serve_take(serve_client_of_badge(&counter_service, 1), 1);
    assert_non_null(taken);
    serve_handle its = taken->generation << 8 | (taken->number + 1);
    assert_int_equal(toy_add(1, its, 1), SERVE_NOT_FOUND);
    assert_int_equal(toy_call(1, COUNTER_OP_CLOSE, its), SERVE_NOT_FOUND);
    assert_int_equal(toy_add(1, first, 1), SERVE_OK);
    taken->named = true; /* that was its handle */
    assert_int_equal(toy_add(1, its, 1), SERVE_OK);
}

static void a_closed_handle_means_nothing_even_when_its_place_lives_again(void **state)
{
    (void)state;
    serve_handle old = toy_open(1, COUNTER_OP_OPEN);
    assert_int_equal(toy_call(1, COUNTER_OP_CLOSE, old), SERVE_OK);
    assert_int_equal(toy_add(1, old, 1), SERVE_NOT_FOUND);
    assert_int_equal(toy_call(1, COUNTER_OP_CLOSE, old), SERVE_NOT_FOUND);
    serve_handle fresh = toy_open(1, COUNTER_OP_OPEN);
    assert_int_equal(fresh & 0xff, old & 0xff);
    assert_int_not_equal(fresh, old);
    assert_int_equal(toy_add(1, old, 1), SERVE_NOT_FOUND);
    assert_int_equal(toy_add(1, fresh, 1), SERVE_OK);
}

static void an_ended_handle_leaves_the_object_taken(void **state)
{
    (void)state;
    serve_handle handle = toy_open(1, COUNTER_OP_OPEN);
    struct serve_object *object = serve_find(serve_client_of_badge(&counter_service, 1), handle);
    serve_end_handle(object);
    assert_int_equal(toy_add(1, handle, 1), SERVE_NOT_FOUND);
    assert_int_equal(toy_count(1), 1);
}

static void a_handle_of_another_client_means_nothing(void **state)
{
    (void)state;
    serve_handle mine = toy_open(1, COUNTER_OP_OPEN), others = toy_open(2, COUNTER_OP_OPEN);
    assert_int_not_equal(mine, others);
    assert_int_equal(toy_add(1, others, 1), SERVE_NOT_FOUND);
    assert_int_equal(toy_add(2, mine, 1), SERVE_NOT_FOUND);
    assert_int_equal(toy_call(2, COUNTER_OP_CLOSE, mine), SERVE_NOT_FOUND);
    assert_int_equal(toy_add(1, mine, 1), SERVE_OK);
    assert_int_equal(toy_reply.head.value, 1);
}

/* Within the 2^24 lives of a place no number comes twice, also across the generation's wrap. */
static void numbers_do_not_come_again(void **state)
{
    enum { COUNT = 1000 };
    static serve_handle given[COUNT];

    (void)state;
    struct serve_object *object = serve_object_at(&counter_service, 0);
    object->generation = 0xffffff - COUNT / 2;
    for (size_t i = 0; i < COUNT; i++) {
        given[i] = toy_open(1, COUNTER_OP_OPEN);
        assert_int_equal(toy_call(1, COUNTER_OP_CLOSE, given[i]), SERVE_OK);
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(given[i], given[j]);
    }
}

/* The service began anew, elsewhere. */
static void a_handle_of_the_service_before_means_nothing(void **state)
{
    serve_handle old = toy_open(1, COUNTER_OP_OPEN);

    (void)state;
    for (uint32_t i = 0; i < 77; i++)
        (void)fake_random();
    serve_init(&counter_service, fake_random);
    toy_attach(1);
    serve_handle fresh = toy_open(1, COUNTER_OP_OPEN);
    assert_int_equal(fresh & 0xff, old & 0xff);
    assert_int_not_equal(fresh, old);
    assert_int_equal(toy_add(1, old, 1), SERVE_NOT_FOUND);
}

static void a_share_is_ones_own(void **state)
{
    serve_handle handles[COUNTER_SHARE];

    (void)state;
    for (uint32_t i = 0; i < COUNTER_SHARE; i++)
        handles[i] = toy_open(1, i & 1 ? COUNTER_OP_ALARM : COUNTER_OP_OPEN);
    assert_int_equal(toy_call(1, COUNTER_OP_OPEN, 0), SERVE_NO_BUFFERS);
    assert_int_equal(toy_call(1, COUNTER_OP_ALARM, 0), SERVE_NO_BUFFERS);
    (void)toy_open(2, COUNTER_OP_OPEN);
    assert_int_equal(toy_call(1, COUNTER_OP_CLOSE, handles[2]), SERVE_OK);
    (void)toy_open(1, COUNTER_OP_OPEN);
    assert_int_equal(toy_call(1, COUNTER_OP_OPEN, 0), SERVE_NO_BUFFERS);
    assert_int_equal(toy_count(1), COUNTER_SHARE);
    assert_int_equal(serve_count_of_kind(serve_client_of_badge(&counter_service, 1), 1), 3 - 1);
}

static void ring(void)
{
    counter_service.woken(COUNTER_ALARM_BIT);
    serve_signal(&counter_service);
}

static uint32_t ready(uint32_t badge)
{
    assert_int_equal(toy_call(badge, SERVE_OP_READY, 0), SERVE_OK);
    assert_int_equal(toy_reply_len, sizeof(struct serve_reply) +
                                        toy_reply.head.value * sizeof(struct serve_event));
    return toy_reply.head.value;
}

static void would_block_is_told_once_when_it_happened(void **state)
{
    (void)state;
    serve_handle alarm = toy_open(1, COUNTER_OP_ALARM);
    assert_int_equal(toy_call(1, COUNTER_OP_WAIT, alarm), SERVE_WOULD_BLOCK);
    assert_int_equal(ready(1), 0);
    ring();
    assert_int_equal(fake_signal_count[101], 1);
    ring();
    assert_int_equal(fake_signal_count[101], 1);
    assert_int_equal(ready(1), 1);
    assert_int_equal(toy_reply.ready.events[0].handle, alarm);
    assert_int_equal(toy_reply.ready.events[0].events_mask, COUNTER_EVENT_RANG);
    assert_int_equal(ready(1), 0);
    assert_int_equal(toy_call(1, COUNTER_OP_WAIT, alarm), SERVE_OK);
}

static void nobody_is_told_who_did_not_ask(void **state)
{
    (void)state;
    serve_handle alarm = toy_open(1, COUNTER_OP_ALARM);
    ring();
    assert_int_equal(fake_signal_count[101], 0);
    assert_int_equal(ready(1), 0);
    assert_int_equal(toy_call(1, COUNTER_OP_WAIT, alarm), SERVE_OK);
}

static void one_signal_is_for_many_and_for_its_client(void **state)
{
    serve_handle alarms[3];

    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        alarms[i] = toy_open(1, COUNTER_OP_ALARM);
        assert_int_equal(toy_call(1, COUNTER_OP_WAIT, alarms[i]), SERVE_WOULD_BLOCK);
    }
    serve_handle others = toy_open(2, COUNTER_OP_ALARM);
    assert_int_equal(toy_call(2, COUNTER_OP_WAIT, others), SERVE_WOULD_BLOCK);
    ring();
    assert_int_equal(fake_signal_count[101], 1);
    assert_int_equal(fake_signal_count[102], 1);
    assert_int_equal(ready(1), 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(toy_reply.ready.events[i].handle, alarms[i]);
    assert_int_equal(ready(2), 1);
    assert_int_equal(toy_reply.ready.events[0].handle, others);
}

static void who_tries_before_it_asks_is_not_told_what_is_past(void **state)
{
    (void)state;
    serve_handle alarm = toy_open(1, COUNTER_OP_ALARM);
    assert_int_equal(toy_call(1, COUNTER_OP_WAIT, alarm), SERVE_WOULD_BLOCK);
    ring();
    assert_int_equal(toy_call(1, COUNTER_OP_WAIT, alarm), SERVE_OK);
    assert_int_equal(toy_call(1, COUNTER_OP_WAIT, alarm), SERVE_WOULD_BLOCK);
    assert_int_equal(ready(1), 0);
    ring();
    assert_int_equal(ready(1), 1);
}

/* What was told is past when the next event comes. */
static void an_event_is_told_without_those_before(void **state)
{
    (void)state;
    serve_handle alarm = toy_open(1, COUNTER_OP_ALARM);
    struct serve_object *object = serve_find(serve_client_of_badge(&counter_service, 1), alarm);
    for (uint32_t mask = 1; mask <= 4; mask *= 2) {
        assert_int_equal(serve_would_block(object, mask), SERVE_WOULD_BLOCK);
        serve_happened(object, 7);
        assert_int_equal(ready(1), 1);
        assert_int_equal(toy_reply.ready.events[0].events_mask, mask);
    }
}

/* Its place lives again, and did not ask. */
static void what_ended_is_not_told(void **state)
{
    (void)state;
    serve_handle alarm = toy_open(1, COUNTER_OP_ALARM);
    assert_int_equal(toy_call(1, COUNTER_OP_WAIT, alarm), SERVE_WOULD_BLOCK);
    ring();
    assert_int_equal(toy_call(1, COUNTER_OP_CLOSE, alarm), SERVE_OK);
    assert_int_equal(ready(1), 0);
    alarm = toy_open(1, COUNTER_OP_ALARM);
    assert_int_equal(toy_call(1, COUNTER_OP_WAIT, alarm), SERVE_WOULD_BLOCK);
    assert_int_equal(toy_call(1, COUNTER_OP_CLOSE, alarm), SERVE_OK);
    (void)toy_open(1, COUNTER_OP_ALARM);
    ring();
    assert_int_equal(ready(1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_handle_is_known_from_when_it_was_given, toy_begin),
        cmocka_unit_test_setup(no_number_near_a_given_one_means_anything, toy_begin),
        cmocka_unit_test_setup(what_was_not_given_out_cannot_be_named, toy_begin),
        cmocka_unit_test_setup(a_closed_handle_means_nothing_even_when_its_place_lives_again,
                               toy_begin),
        cmocka_unit_test_setup(an_ended_handle_leaves_the_object_taken, toy_begin),
        cmocka_unit_test_setup(a_handle_of_another_client_means_nothing, toy_begin),
        cmocka_unit_test_setup(numbers_do_not_come_again, toy_begin),
        cmocka_unit_test_setup(a_handle_of_the_service_before_means_nothing, toy_begin),
        cmocka_unit_test_setup(a_share_is_ones_own, toy_begin),
        cmocka_unit_test_setup(would_block_is_told_once_when_it_happened, toy_begin),
        cmocka_unit_test_setup(nobody_is_told_who_did_not_ask, toy_begin),
        cmocka_unit_test_setup(one_signal_is_for_many_and_for_its_client, toy_begin),
        cmocka_unit_test_setup(who_tries_before_it_asks_is_not_told_what_is_past, toy_begin),
        cmocka_unit_test_setup(an_event_is_told_without_those_before, toy_begin),
        cmocka_unit_test_setup(what_ended_is_not_told, toy_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
