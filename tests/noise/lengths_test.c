/* SPDX-License-Identifier: Apache-2.0 */
/* Every length but the right one, of each message: a program of its own because there are 196,608
 * of them. */
#include "noise/pair.h"

#include <string.h>

#define PAYLOAD_LEN 5

static struct pair p;

static void every_other_length(size_t i, size_t overhead_len)
{
    static uint8_t message[NOISE_MESSAGE_MAX + 2];
    struct noise_xk_handshake before;

    pair_begin(&p);
    pair_run(&p, i, PAYLOAD_LEN);
    pair_write(&p, i, PAYLOAD_LEN);
    before = pair_reader(&p, i)->hs;
    memset(message, 0, sizeof message);
    memcpy(message, p.message[i], p.message_len[i]);
    for (size_t len = 0; len <= sizeof message; len++) {
        struct noise_xk_handshake hs = before;
        bool has_room = len >= overhead_len && len <= NOISE_MESSAGE_MAX;

        if (len != p.message_len[i])
            assert_rejects(&hs, message, len, has_room ? NOISE_ERR_AUTH : NOISE_ERR_LENGTH);
    }
}

static void every_other_length_of_message_1(void **state)
{
    (void)state;
    every_other_length(0, 48);
}

static void every_other_length_of_message_2(void **state)
{
    (void)state;
    every_other_length(1, 48);
}

static void every_other_length_of_message_3(void **state)
{
    (void)state;
    every_other_length(2, 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_other_length_of_message_1),
        cmocka_unit_test(every_other_length_of_message_2),
        cmocka_unit_test(every_other_length_of_message_3),
    };

    if (noise_init() != 0)
        return 1;
    return cmocka_run_group_tests_name("noise lengths", tests, NULL, NULL);
}
