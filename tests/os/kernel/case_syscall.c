/* SPDX-License-Identifier: Apache-2.0 */
/* System calls as such: numbers that do not exist, registers, the log. */
#include "kt.h"
#include "peer.h"

#include <string.h>

void kt_registers(const uint64_t before[32], uint64_t after[32]);

#define REG_SP 2
#define REG_A0 10
#define REG_A1 11
#define REG_A2 12
#define REG_A7 17

/* A call that must change a0 alone. */
static void check_registers(uint64_t number, int64_t expected, uint64_t a0)
{
    uint64_t before[32], after[32];
    for (uint32_t i = 0; i < 32; i++)
        before[i] = 0x0101010101010101ull * (i + 1);
    before[REG_A0] = a0;
    before[REG_A7] = number;
    kt_registers(before, after);
    kt_step("number", number);
    kt_eq("status", expected, (int64_t)after[REG_A0]);
    for (uint32_t i = 1; i < 32; i++) {
        if (i == REG_SP || i == REG_A0)
            continue;
        kt_step("register", i);
        kt_eq("preserved register", (int64_t)before[i], (int64_t)after[i]);
    }
}

static void undefined_numbers(void)
{
    check_registers(0, -ABI_E_SYSCALL, 1);
    for (uint64_t number = ABI_SYS_COUNT; number < ABI_SYS_COUNT + 1000; number++)
        check_registers(number, -ABI_E_SYSCALL, 1);
    for (uint32_t bit = 0; bit < 64; bit++) {
        uint64_t number = 1ull << bit;
        if (number >= ABI_SYS_COUNT)
            check_registers(number, -ABI_E_SYSCALL, 1);
        /* Only the low bits name a call that exists. */
        if (bit >= 5)
            check_registers(number | ABI_SYS_ENDPOINT_CREATE, -ABI_E_SYSCALL, 1);
        check_registers(UINT64_MAX << bit, -ABI_E_SYSCALL, 1);
    }
}

/* The loop of undefined_numbers() reaches bit 63 alone with UINT64_MAX << 63; small numbers and
 * calls that succeed are here. */
static void registers_preserved(void)
{
    check_registers(ABI_SYS_NOTIFY, -ABI_E_SLOT, ABI_SLOT_COUNT);
    check_registers(ABI_SYS_CAP_DROP, -ABI_E_SLOT, 0);
    rt_slot dropped = kt_endpoint();
    check_registers(ABI_SYS_CAP_DROP, 0, dropped);
    check_registers(ABI_SYS_ENDPOINT_CREATE, dropped, 0);
    rt_slot notification = kt_copy(kt_notification(), ABI_RIGHT_SEND, 1);
    check_registers(ABI_SYS_NOTIFY, 0, notification);
}

/* Registers of processes that preempt each other, and are preempted by this one. */
static void registers_over_preemption(void)
{
    struct peer *holder[2] = {peer_new("holder-one"), peer_new("holder-two")};
    struct peer *counter = peer_new("counter");
    counter->box->arg[0] = 10 * ABI_SLICE_TICKS;
    for (uint32_t i = 0; i < 2; i++) {
        holder[i]->box->arg[0] = 10 * ABI_SLICE_TICKS;
        peer_begin(holder[i], HELPER_HOLD_REGISTERS);
    }
    peer_begin(counter, HELPER_COUNT);
    for (uint32_t i = 0; i < 70; i++)
        rt_sleep_ms(1);
    kt_eq("registers of the first", 0, peer_wait(holder[0]));
    kt_eq("registers of the second", 0, peer_wait(holder[1]));
    (void)peer_wait(counter);
    kt_true("the other counted", counter->box->counter > 0);
}

static void log_bounds(void)
{
    static const char line[ABI_LOG_BYTES_MAX + 1] = "KTEST: a line of the log";
    kt_eq("a line", 0, rt_log(RT_SLOT_CONSOLE, line, strlen(line)));
    kt_eq("longer than the bound", -ABI_E_TOO_BIG,
          rt_log(RT_SLOT_CONSOLE, line, ABI_LOG_BYTES_MAX + 1));
    kt_eq("wild length", -ABI_E_TOO_BIG, rt_log(RT_SLOT_CONSOLE, line, UINT64_MAX));
    kt_eq("length with a high half", -ABI_E_TOO_BIG, rt_log(RT_SLOT_CONSOLE, line, 1ull << 32 | 4));
    /* One call is one line, whatever is in it: the markers ask for "KTEST: one line?not two". */
    static const char two[] = "KTEST: one line\nnot two";
    kt_eq("line end inside", 0, rt_log(RT_SLOT_CONSOLE, two, sizeof two - 1));
}

/* What is logged comes back, after what was logged before, and a place that is not reached is
 * refused. */
static void log_read(void)
{
    static const char line[] = "KTEST: a line to read";
    char text[sizeof line];
    uint8_t *bytes = kt_buffer();
    uint64_t pos = 0, missed_len;
    int64_t len;

    while ((len = rt_log_read(RT_SLOT_CONSOLE, &pos, bytes, ABI_LOG_READ_BYTES_MAX, &missed_len)) >
           0)
        continue;
    kt_eq("the end", 0, len);
    uint64_t end = pos;
    kt_eq("a line", 0, rt_log(RT_SLOT_CONSOLE, line, sizeof line - 1));
    for (size_t got = 0; got < sizeof line; got += (size_t)len) {
        len = rt_log_read(RT_SLOT_CONSOLE, &pos, text + got, sizeof line - got, &missed_len);
        kt_true("the line comes", len > 0);
        kt_eq("nothing missed", 0, (int64_t)missed_len);
    }
    kt_eq("its bytes", 0, memcmp(text, line, sizeof line - 1));
    kt_eq("its end", '\n', text[sizeof line - 1]);
    kt_eq("its length", (int64_t)(end + sizeof line), (int64_t)pos);
    pos++;
    kt_eq("beyond the end", -ABI_E_ARGUMENT,
          rt_log_read(RT_SLOT_CONSOLE, &pos, bytes, 1, &missed_len));
    kt_eq("longer than the bound", -ABI_E_TOO_BIG,
          rt_log_read(RT_SLOT_CONSOLE, &end, bytes, ABI_LOG_READ_BYTES_MAX + 1, &missed_len));
}

static const struct kt_case cases[] = {
    {"syscall-undefined-numbers", undefined_numbers},
    {"syscall-registers-preserved", registers_preserved},
    {"syscall-registers-over-preemption", registers_over_preemption},
    {"syscall-log-bounds", log_bounds},
    {"syscall-log-read", log_read},
};

const struct kt_group kt_group_syscall = KT_GROUP(cases);
