/* SPDX-License-Identifier: Apache-2.0 */
/* Each result of a Diffie-Hellman is wiped before the next one is made. Later calls overwrite the
 * stack by chance, so what lies there afterwards (dead_stack_test.c) would not show it. */
#include "noise/pair.h"

#include <stdbool.h>

static struct pair p;
static const uint8_t *shared; /* the latest result, until it is wiped */
static unsigned made_count, wiped_count;

int __real_noise_x25519(uint8_t out[NOISE_KEY_LEN], const uint8_t scalar[NOISE_KEY_LEN],
                        const uint8_t point[NOISE_KEY_LEN]);
int __wrap_noise_x25519(uint8_t out[NOISE_KEY_LEN], const uint8_t scalar[NOISE_KEY_LEN],
                        const uint8_t point[NOISE_KEY_LEN]);
void __real_noise_wipe(void *secret, size_t secret_len);
void __wrap_noise_wipe(void *secret, size_t secret_len);

int __wrap_noise_x25519(uint8_t out[NOISE_KEY_LEN], const uint8_t scalar[NOISE_KEY_LEN],
                        const uint8_t point[NOISE_KEY_LEN])
{
    assert_null(shared);
    shared = out;
    made_count++;
    return __real_noise_x25519(out, scalar, point);
}

void __wrap_noise_wipe(void *secret, size_t secret_len)
{
    if (secret == shared && secret_len == NOISE_KEY_LEN) {
        shared = NULL;
        wiped_count++;
    }
    __real_noise_wipe(secret, secret_len);
}

static void every_dh_is_wiped(void **state)
{
    (void)state;
    pair_begin(&p);
    pair_run(&p, 3, 0);
    assert_int_equal(made_count, 6); /* es, ee, se, at each side */
    assert_int_equal(wiped_count, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_dh_is_wiped)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
