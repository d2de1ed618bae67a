/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which half-open handshakes a responder keeps when more connections come than it has room for.
 *
 * A full table drops the oldest half-open handshake of the source that holds the most of them (of
 * several such sources, the oldest of all). Authenticated sessions are not in the table, so they
 * cannot be dropped; the caller bounds them by itself.
 *
 * A source is an IPv4 address, or the first 64 bits of an IPv6 address: every host of an IPv6
 * subnet can send from all 2^64 addresses of it.
 *
 * Every call takes time linear in the table's capacity.
 */
#ifndef DSOFTBUS_ADMISSION_H
#define DSOFTBUS_ADMISSION_H

#include "dsoftbus/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A source address without its port: IPv6, or IPv4 as ::ffff:a.b.c.d. A caller that has no IPv6 may
 * put IPv4 into the first four bytes, zeros behind them. */
#define DSB_SOURCE_LEN 16

/* Bits of an IPv6 address that tell one source from another, unless the caller says otherwise. */
#define DSB_SOURCE_PREFIX_BITS 64

struct dsb_half_open {
    uint8_t source[DSB_SOURCE_LEN]; /* what is behind the prefix is zero */
    uint64_t order;                 /* smaller is older */
    uint32_t handle;                /* the caller's name of the connection */
    uint32_t source_count;          /* half-open handshakes of the same source, this one included */
};

struct dsb_admission {
    struct dsb_half_open *entries; /* the caller's array; the first count are in use, in no order */
    size_t capacity;
    size_t count;
    uint64_t next_order;
    uint8_t prefix_bits; /* 32 to 128; a caller may change it while the table is empty */
};

/* An empty table over the caller's array of at least one entry, which must outlive it. */
void dsb_admission_init(struct dsb_admission *table, struct dsb_half_open *entries,
                        size_t capacity);

/*
 * Enters a new half-open handshake. Returns true when one had to be dropped for it: *dropped is its
 * handle, and the caller ends it (dsb_handshake_abort with DSB_REASON_LOCAL_DROPPED).
 * handle must not be in the table already.
 */
DSB_MUST_CHECK bool dsb_admission_enter(struct dsb_admission *table,
                                        const uint8_t address[DSB_SOURCE_LEN], uint32_t handle,
                                        uint32_t *dropped);

/* The handshake authenticated, or failed: it is half-open no more. False when it was not in the
 * table. */
bool dsb_admission_leave(struct dsb_admission *table, uint32_t handle);

#ifdef __cplusplus
}
#endif

#endif
