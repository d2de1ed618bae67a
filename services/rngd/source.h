/* SPDX-License-Identifier: Apache-2.0 */
/* The random bytes themselves: what virtio-rng gave and nobody got yet. Filled ahead of need;
 * rngd never waits for the device while it owes somebody a reply. */
#ifndef RNGD_SOURCE_H
#define RNGD_SOURCE_H

#include "proto/rng.h"
#include "virtio/device.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    /* Two largest calls: one can be served while the device fills the other half. */
    RNG_POOL_BYTES = 2 * RNG_BYTES_MAX,
    RNG_DEVICE_BYTES = RNG_BYTES_MAX, /* asked of the device at a time */
};

/* What the device reads and writes: one piece of DMA memory. */
struct rng_dma {
    _Alignas(4096) struct virtqueue_memory queue;
    _Alignas(4096) uint8_t bytes[RNG_DEVICE_BYTES];
};

enum rng_source_state {
    RNG_SOURCE_FAILED = 0, /* gives nothing until a restart succeeds */
    RNG_SOURCE_RUNNING,
};

struct rng_source {
    enum rng_source_state state;
    struct virtio_device device;
    struct virtqueue queue;
    volatile struct virtio_registers *registers;
    volatile struct rng_dma *dma;
    uint64_t dma_physical;
    uint32_t asked_len; /* of the request that the device holds */
    uint32_t pool_len;
    uint8_t pool[RNG_POOL_BYTES];
};

/* Starts, or after a failure starts anew, the device and asks it for bytes; kept bytes stay. */
enum virtio_result rng_source_start(struct rng_source *source,
                                    volatile struct virtio_registers *registers,
                                    volatile struct rng_dma *dma, uint64_t dma_physical);

/* After an interrupt: takes what the device gave, asks for more. */
void rng_source_collect(struct rng_source *source);

/* The device has a request that it has not answered. */
bool rng_source_asks(const struct rng_source *source);

/* Moves `bytes_len` (1 .. RNG_BYTES_MAX) bytes out, each given once. False when there are not
 * enough. */
__attribute__((warn_unused_result)) bool rng_source_take(struct rng_source *source, uint8_t *bytes,
                                                         size_t bytes_len);

/* The device was silent for too long: stop it and give nothing until the next start. */
void rng_source_fail(struct rng_source *source);

#endif
