/* SPDX-License-Identifier: Apache-2.0 */
/* rngd as a service: its one operation, and when its device is started again. */
#ifndef RNGD_SERVICE_H
#define RNGD_SERVICE_H

#include "serve/serve.h"
#include "source.h"

enum {
    /* Longer than any quota's period on the host: a start anew asks for the same bytes again. */
    DEVICE_SILENT_MS = 60000,
    /* A device that failed, or is not there, is tried again when somebody asks, so often at most.
     */
    DEVICE_AGAIN_MS = 250,
};

extern struct serve rng_service;

void rng_service_start(volatile struct virtio_registers *registers, volatile struct rng_dma *dma,
                       uint64_t dma_physical);
/* After an interrupt. */
void rng_service_collect(void);

#endif
