/* SPDX-License-Identifier: Apache-2.0 */
/* Runs an application, as it stands, beside the fake bus and a clock of the test's. */
#ifndef TESTS_APPS_HARNESS_H
#define TESTS_APPS_HARNESS_H

#include "abi/ipc.h"
#include "apps/fake_bus.h"
#include "test.h"

#include <stdbool.h>

/* What the application logged, all of it, a line feed behind each line. */
extern char app_log[1 << 16];
extern size_t app_log_len;
extern uint64_t app_ticks;    /* the time */
extern uint64_t app_deadline; /* what it waits for */
extern bool bus_is_there;     /* false: dsoftbusd died */
extern uint32_t bus_call_count;
extern void (*app_between)(void); /* before each wait; may be NULL */

/* A fresh bus on which badge 1 may publish the name, time 0, nothing logged. */
void harness_start(const char *name);
/* Until it waits. */
void run_app(void);
/* As much later. */
void run_app_later(uint64_t ms);
/* Runs it for as long as the peer hears something; returns how much, behind its end a zero. */
size_t hear_all(struct fake_stream *stream, char *bytes, size_t capacity);

#endif
