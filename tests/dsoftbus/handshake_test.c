/* Both roles of the handshake against each other: what must happen, step by step. */
#include "dsoftbus/peer.h"
#include "dsoftbus/testing.h"

#include <stdlib.h>
#include <string.h>

static struct pair pair;

static int start(void **state)
{
    (void)state;
    pair_start(&pair);
    return 0;
}

static void reaches_a_session_that_carries_data(void **state)
{
    const uint8_t *body;
    size_t body_len;

    (void)state;
    pair_authenticate(&pair);
    assert_true(
        dsb_device_id_equal(dsb_session_peer(&pair.a.slot.session), &pair.b_peer.identity.id));
    assert_true(
        dsb_device_id_equal(dsb_session_peer(&pair.b.slot.session), &pair.a_peer.identity.id));
    assert_memory_equal(dsb_session_hash(&pair.a.slot.session),
                        dsb_session_hash(&pair.b.slot.session), NOISE_HASH_LEN);
    session_send(&pair.a, &pair.b, "there", 5, pair.now_ms);
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_DATA);
    assert_int_equal(body_len, 5);
    assert_memory_equal(body, "there", 5);
    session_send(&pair.b, &pair.a, "back", 4, pair.now_ms);
    assert_int_equal(session_read(&pair.a, pair.now_ms, &body, &body_len), DSB_EVENT_DATA);
    assert_int_equal(body_len, 4);
    assert_memory_equal(body, "back", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(reaches_a_session_that_carries_data, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
