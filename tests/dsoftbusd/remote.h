/* SPDX-License-Identifier: Apache-2.0 */
/* Another device under dsoftbusd's tests, whole: its links and streams are the library's. */
#ifndef TESTS_SERVICE_REMOTE_H
#define TESTS_SERVICE_REMOTE_H

#include "dsoftbus/peer.h"
#include "dsoftbus/stream_link.h"
#include "fake_world.h"

/* Another device. */
struct remote {
    struct peer peer;
    struct fake_stream *stream; /* NULL: none */
    struct dsb_link link;
    struct dsb_streams streams;
    bool is_open;
    uint32_t incoming; /* the last stream that came, and to what */
    char service[DSB_STREAM_SERVICE_MAX + 1];
    struct dsb_stream slots[32];
    uint32_t refused[16];
    uint8_t bytes[32 * 8192];
    uint8_t in[8192], out[8192];
};

/* It answers the stream that dsoftbusd dialled last. */
void remote_answer(struct remote *remote, uint64_t now);

/* It comes by itself. */
void remote_dial(struct remote *remote, uint32_t ipv4, const struct dsb_device_id *device,
                 uint64_t now);

/* Reads, hears and writes what there is. */
void remote_turn(struct remote *remote, uint64_t now);

#endif
