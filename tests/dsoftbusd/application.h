/* SPDX-License-Identifier: Apache-2.0 */
/* An application's side of dsoftbusd's endpoint: what a badge asks, and the status that it hears.
 */
#ifndef TESTS_SERVICE_APPLICATION_H
#define TESTS_SERVICE_APPLICATION_H

#include "proto/bus.h"

#include <stddef.h>

/* To the last request. */
extern union bus_any_reply reply;

uint32_t ask(uint64_t badge, const void *request, size_t len);
/* A request of a head alone. */
uint32_t ask_bare(uint64_t badge, uint32_t op, bus_handle handle);
/* Its notification is the capability 40 + badge. */
uint32_t attach(uint64_t badge);

void set_name(struct bus_name *name, const char *text);
uint32_t publish(uint64_t badge, const char *name, uint32_t flags);
/* At most 100 bytes. */
uint32_t read_some(uint64_t badge, bus_handle handle);
uint32_t write_text(uint64_t badge, bus_handle handle, const char *text);
uint32_t try_connect(uint64_t badge, const char *to, const char *service);
/* The stream's reason. */
uint32_t reason_of(uint64_t badge, bus_handle handle);

/* All of them. */
void applications_die(void);

/* Where handles begin. */
uint32_t no_random(void);

#endif
