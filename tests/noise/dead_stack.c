/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a call on a painted stack and searches what it left. */
#include "noise/dead_stack.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>
#include <ucontext.h>

#define STACK_LEN ((size_t)512 * 1024)
#define PAINT     0x6b

/* Room that lies between the call's frames and what leaving the stack itself writes. */
#define PAD_LEN 2048

static _Alignas(4096) uint8_t stack[STACK_LEN];
static ucontext_t here;
static void (*the_call)(void *context);
static void *the_context;

static void run(void)
{
    volatile uint8_t pad[PAD_LEN];

    pad[0] = PAINT;
    the_call(the_context);
    pad[PAD_LEN - 1] = pad[0];
}

void dead_stack_run(void (*call)(void *context), void *context)
{
    ucontext_t there;

    memset(stack, PAINT, sizeof stack);
    the_call = call;
    the_context = context;
    assert_int_equal(getcontext(&there), 0);
    there.uc_stack.ss_sp = stack;
    there.uc_stack.ss_size = sizeof stack;
    there.uc_link = &here;
    makecontext(&there, run, 0);
    assert_int_equal(swapcontext(&here, &there), 0);
    assert_int_equal(stack[0], PAINT); /* it was deep enough */
}

/* The sanitizer would see accesses to variables that are gone, which is what this is for. */
__attribute__((no_sanitize("address"))) bool dead_stack_holds(const void *secret, size_t secret_len)
{
    const uint8_t *wanted = secret;

    assert_true(secret_len >= 8);
    for (size_t at = 0; at + secret_len <= STACK_LEN; at++) {
        size_t same_len = 0;

        while (same_len < secret_len && stack[at + same_len] == wanted[same_len])
            same_len++;
        if (same_len == secret_len)
            return true;
    }
    return false;
}
