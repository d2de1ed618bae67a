/* SPDX-License-Identifier: Apache-2.0 */
/* The known answers on the host, one named test each. */
#include "vectors/known_answers.h"

#include "noise/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TESTS_MAX 32 /* more than the table has; checked below */

static void run(void **state)
{
    const struct known_answer *answer = *state;

    assert_true(answer->check());
}

int main(void)
{
    struct CMUnitTest tests[TESTS_MAX] = {0};

    if (noise_init() != 0 || known_answers_count > TESTS_MAX)
        return 1;
    for (size_t i = 0; i < known_answers_count; i++) {
        tests[i].name = known_answers[i].name;
        tests[i].test_func = run;
        tests[i].initial_state = (void *)(uintptr_t)&known_answers[i];
    }
    return _cmocka_run_group_tests("known answers", tests, known_answers_count, NULL, NULL);
}
