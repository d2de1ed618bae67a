/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel as a process of the host's tests sees it: a clock that stands until the process waits,
 * data files, and a log. What the process does when it waits is the test's to say.
 */
#ifndef TESTS_SERVICE_FAKE_RT_H
#define TESTS_SERVICE_FAKE_RT_H

#include "rt/syscall.h"

#include <setjmp.h>
#include <stdbool.h>

#define FAKE_FILE_COUNT 4
#define FAKE_LOG_COUNT  512
#define FAKE_LOG_MAX    120
#define FAKE_EXIT_PANIC 255
#define FAKE_STOPPED    1000 /* the test has seen enough */

struct fake_file {
    const char *text;
    bool mapped;
    bool held; /* the capability */
};

struct fake_rt {
    uint64_t now_ms;
    uint64_t arg; /* of process_main */
    /* The process waits until deadline_ms (UINT64_MAX: for ever; 0: it only looks). Sets the
     * event's bits and returns what rt_recv does; time is the test's to move. */
    int64_t (*wait)(uint64_t deadline_ms, uint64_t *bits);
    struct fake_file files[FAKE_FILE_COUNT]; /* CLIENT_SLOT_FILE and the next */
    char log[FAKE_LOG_COUNT][FAKE_LOG_MAX];
    size_t log_count;
    jmp_buf end;
};

extern struct fake_rt fake_rt;

void fake_rt_reset(void);

/* Runs process_main until it ends, panics, or the test calls fake_rt_stop: exit code, panic or
 * FAKE_STOPPED. */
int fake_rt_run(void);
void fake_rt_stop(void) __attribute__((noreturn));

/* How many lines of the log are this one. */
size_t fake_rt_count(const char *line);

#endif
