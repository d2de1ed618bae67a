/* SPDX-License-Identifier: Apache-2.0 */
/* Applications' streams: how they come to be and end, and the operations on them. */
#ifndef DSOFTBUSD_ENDPOINT_STREAM_H
#define DSOFTBUSD_ENDPOINT_STREAM_H

#include "endpoint_object.h"

/* A permitted peer's stream waits for the publisher; NULL: its share is used up. */
struct bus_object *stream_take_incoming(struct bus_object *publisher, struct served *served);
/* The one of the service's that came first; NULL when none waits. */
struct bus_object *stream_first_waiting(const struct bus_object *service);
/* Both ways are over, with a code unless they were already, and so is the handle. */
void stream_end(struct bus_object *stream, enum dsb_reset_code code);

/* struct service's. */
void stream_turn(struct served *served);
void stream_gone(struct served *served);

/* From the peers, for those who wait for a session with this device. */
void stream_reached(const struct dsb_device_id *device);
void stream_unreachable(const struct dsb_device_id *device, enum bus_reason reason);

uint32_t stream_do_accept(struct serve_call *call);
uint32_t stream_do_connect(struct serve_call *call);
uint32_t stream_do_read(struct serve_call *call);
uint32_t stream_do_write(struct serve_call *call);
uint32_t stream_do_finish(struct serve_call *call);
uint32_t stream_do_reset(struct serve_call *call);
uint32_t stream_do_reason(struct serve_call *call);

#endif
