/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device that pairs, on a machine of memory, and who dials it: what the tests of its window set
 * up alike.
 */
#ifndef TESTS_SERVICE_WINDOW_H
#define TESTS_SERVICE_WINDOW_H

#include "dsoftbus/peer.h"
#include "dsoftbus/testing.h"
#include "fake_rt.h"
#include "fake_store.h"
#include "fake_world.h"
#include "pairing.h"

#define NEAR 0x0a000001u
#define FAR  0x0a000002u

#define FRESH_CODE "dsoftbus-pairing 1\ncode fresh\n"

extern struct pairing pairing;
extern struct peer device, phone;
extern struct dsb_trust_store trust; /* the device's */

/* The machine's first start, with an empty disk, not yet run. */
int window_setup(void **state);

/* A machine that was switched on now, with this file `pairing.code`; the disk is as it was. */
void window_boot(const char *code_file);

/* dsoftbusd's start, and its loop until it would wait. */
void window_start(void);
void window_turns(void);

/* The code of the window. */
const char *window_code(void);

bool is_trusted(const struct peer *peer);

/* The disk's record is as it must be: of this one peer. */
void assert_kept(const struct peer *peer);

/* The side that was given a code, as the library has it. */
struct dialler {
    struct dsb_pairing run;
    struct fake_stream *stream;
    bool is_pending, is_committed, has_failed;
    size_t taken_len; /* of what the device said */
};

extern struct dialler diallers[8];

struct dialler *dial_from(size_t idx, const struct peer *peer, const char *code, uint32_t ipv4);
struct dialler *dial(const struct peer *peer, const char *code);

/* Says one message, and hears what the device answers. False: it has nothing to say, or no answer
 * came. */
bool dialler_step(struct dialler *dialler);
void dialler_run(struct dialler *dialler);

/* Up to the share: the guess counts, and is not decided. */
void guess_begins(struct dialler *dialler);

#endif
