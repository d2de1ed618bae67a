/* SPDX-License-Identifier: Apache-2.0 */
/* A handshake that becomes a session in its own place leaves no key in the stack between. */
#include "dsoftbus/peer.h"
#include "dsoftbus/testing.h"
#include "noise/dead_stack.h"

#include <string.h>

static struct pair pair;

static void leave_copy(void *context)
{
    volatile uint8_t copy[sizeof(struct dsb_session)];
    const uint8_t *session = context;

    for (size_t i = 0; i < sizeof copy; i++)
        copy[i] = session[i];
}

static void finish(void *context)
{
    (void)!dsb_slot_finish(context, PAIR_START_MS);
}

static bool stack_holds_a_key_of(const struct noise_transport *transport)
{
    return dead_stack_holds(transport->send.k, NOISE_KEY_LEN) ||
           dead_stack_holds(transport->recv.k, NOISE_KEY_LEN);
}

static void a_session_that_is_left_is_found(void **state)
{
    (void)state;
    pair_start(&pair);
    pair_authenticate(&pair);
    dead_stack_run(leave_copy, &pair.b.slot.session);
    assert_true(stack_holds_a_key_of(&pair.b.slot.session.transport));
}

static void a_session_made_in_place_leaves_no_key(void **state)
{
    (void)state;
    pair_start(&pair);
    pair_run_messages(&pair, 3);
    dead_stack_run(finish, &pair.b.slot);
    assert_int_equal(pair.b.slot.session.state, DSB_SESSION_OPEN);
    assert_false(stack_holds_a_key_of(&pair.b.slot.session.transport));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_that_is_left_is_found),
        cmocka_unit_test(a_session_made_in_place_leaves_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
