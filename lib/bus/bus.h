/* SPDX-License-Identifier: Apache-2.0 */
/* The application's side of dsoftbusd's endpoint (proto/bus.h): each function is one synchronous
 * call, none waits for the network. BUS_WOULD_BLOCK: the notification given to bus_attach() tells
 * when it is worth trying again. BUS_IO means that dsoftbusd is not there with what this client
 * had: attach again. */
#ifndef BUS_BUS_H
#define BUS_BUS_H

#include "proto/bus.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUS_MUST_CHECK __attribute__((warn_unused_result))

#define BUS_ID_SIZE (BUS_NAME_LEN_MAX + 1) /* an id with its zero */

/* Caller-owned, one per process; the buffers hold one request and one answer while a call runs. */
struct bus_client {
    uint32_t endpoint_cap;
    union bus_any_request request;
    union bus_any_reply reply;
};

/* Begins, or begins anew: what this client had is gone. */
BUS_MUST_CHECK enum bus_status bus_attach(struct bus_client *client, uint32_t endpoint_cap,
                                          uint32_t notification_cap);
/* `flags`: BUS_PUBLISH_*. */
BUS_MUST_CHECK enum bus_status bus_publish(struct bus_client *client, const char *name,
                                           uint32_t flags, bus_handle *service);
/* A stream that a peer opened, and whose it is. */
BUS_MUST_CHECK enum bus_status bus_accept(struct bus_client *client, bus_handle service,
                                          bus_handle *stream, char peer[BUS_ID_SIZE]);
/* Reads 1 .. `capacity_len` bytes; *read_len = 0 with BUS_OK: the peer has finished, and all was
 * read. */
BUS_MUST_CHECK enum bus_status bus_read(struct bus_client *client, bus_handle stream, void *data,
                                        size_t capacity_len, size_t *read_len);
/* Takes a beginning of the 1 or more bytes. */
BUS_MUST_CHECK enum bus_status bus_write(struct bus_client *client, bus_handle stream,
                                         const void *data, size_t data_len, size_t *written_len);
BUS_MUST_CHECK enum bus_status bus_finish(struct bus_client *client, bus_handle stream);
/* `code`: BUS_RESET_*. The handle is gone, whatever is answered. */
enum bus_status bus_reset(struct bus_client *client, bus_handle stream, uint32_t code);
/* A service or a stream; the handle is gone, whatever is answered. */
enum bus_status bus_close(struct bus_client *client, bus_handle handle);

/* A stream to the device's service, at once. Until it is there reads and writes answer
 * BUS_WOULD_BLOCK; if it never will be, BUS_ENDED, and bus_reason() says why. */
BUS_MUST_CHECK enum bus_status bus_connect(struct bus_client *client, const char *device,
                                           const char *service, bus_handle *stream);
BUS_MUST_CHECK enum bus_status bus_reason(struct bus_client *client, bus_handle stream,
                                          enum bus_reason *reason);
/* Tells of the devices that this client may connect to. */
BUS_MUST_CHECK enum bus_status bus_watch(struct bus_client *client, bus_handle *watch);
/* The next one that came or went. At first all are taken to be offline. */
BUS_MUST_CHECK enum bus_status bus_next(struct bus_client *client, bus_handle watch,
                                        char device[BUS_ID_SIZE], bool *is_online);

/* The name used in logs: "would-block". */
const char *bus_status_name(enum bus_status status);
/* "no-such-service". */
const char *bus_reason_name(enum bus_reason reason);

#endif
