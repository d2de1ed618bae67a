/* SPDX-License-Identifier: Apache-2.0 */
/* Two sides with fixed keys for the fuzz targets, and what must hold of an object after a failure.
 */
#ifndef TESTS_NOISE_FUZZ_SIDES_H
#define TESTS_NOISE_FUZZ_SIDES_H

#include "noise/noise_xk.h"

/* Ends the run as a finding when `holds` is false. */
void fuzz_require(bool holds);

struct fuzz_side {
    uint8_t private_key[NOISE_KEY_LEN];
    struct noise_static_key key;
    struct noise_xk_handshake hs;
    struct noise_transport transport;
};

struct fuzz_sides {
    struct fuzz_side init, resp;
};

void fuzz_begin(struct fuzz_sides *s);

/* The side that writes, or reads, handshake message i. */
struct fuzz_side *fuzz_writer(struct fuzz_sides *s, size_t i);
struct fuzz_side *fuzz_reader(struct fuzz_sides *s, size_t i);

/* Writes message i, 5 bytes of payload, into `message` and returns its length. */
#define FUZZ_PAYLOAD_LEN 5
#define FUZZ_MESSAGE_MAX (NOISE_XK_MESSAGE_3_OVERHEAD + FUZZ_PAYLOAD_LEN)
size_t fuzz_write(struct fuzz_sides *s, size_t i, uint8_t message[FUZZ_MESSAGE_MAX]);

/* Passes the first `count` messages; after all three, splits. */
void fuzz_run(struct fuzz_sides *s, size_t count);

/* Everything but the state is zero. */
bool fuzz_is_wiped(const struct noise_xk_handshake *hs);

#endif
