/* SPDX-License-Identifier: Apache-2.0 */
/* stored as a service: records of whom, and when the disk is looked for again. */
#ifndef STORED_SERVICE_H
#define STORED_SERVICE_H

#include "serve/serve.h"
#include "store.h"

enum {
    /* A disk that failed, or is not there, is tried again when somebody asks, so often at most. */
    DISK_AGAIN_MS = 250,
};

extern struct serve store_service;

/* `start` starts the disk, or starts it anew: NULL when there is none. */
void store_service_start(const struct disk *(*start)(void));

#endif
