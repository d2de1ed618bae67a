/* SPDX-License-Identifier: Apache-2.0 */
/* Two devices that trust each other, and an input that is taken from the front. */
#ifndef TESTS_DSOFTBUS_FUZZ_DEVICE_H
#define TESTS_DSOFTBUS_FUZZ_DEVICE_H

#include "dsoftbus/handshake.h"

#define DEVICE_RECV_MAX 1024
#define DEVICE_WINDOW   64
#define DEVICE_STREAMS  3

/* Bytes of an honest peer carry this id, and then a number: no stream layer gives it so soon. */
#define HONEST_ID     "\xee\xee\xee\xee"
#define HONEST_ID_LEN ((size_t)4)

struct device {
    struct dsb_identity_file file;
    struct dsb_identity identity;
    struct dsb_trust_entry entry;
    struct dsb_trust_store trust;
    struct dsb_local local;
};

extern struct device alpha, beta;

/* Makes both, the first time. */
void devices_make(void);

struct input {
    const uint8_t *data;
    size_t len;
};

/* 0 when there is none left. */
uint8_t take_byte(struct input *input);

/* A length byte, then as many bytes: max at most, and what there is. */
size_t take_bytes(struct input *input, size_t max, const uint8_t **bytes);

#endif
