/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client says to the daemon on the bus socket (RFC-0009): one packet, one line, words with
 * one blank between them.
 */
#ifndef NODE_REQUEST_H
#define NODE_REQUEST_H

#include "dsoftbus/device_id.h"
#include "dsoftbus/stream_record.h"

#define BUS_VERSION    1
#define BUS_PACKET_MAX 1024 /* bytes, either way */

enum request_verb {
    REQUEST_HELLO,
    REQUEST_CONNECT,
    REQUEST_PUBLISH,
    REQUEST_UNPUBLISH,
    REQUEST_ACCEPT,
    REQUEST_REFUSE,
    REQUEST_RESET,
    REQUEST_PEERS,
    REQUEST_WATCH,
    REQUEST_SERVICES
};

#define REQUEST_HOST_MAX 255 /* bytes of "HOST:PORT" */

struct request {
    enum request_verb verb;
    uint64_t version;                         /* hello */
    struct dsb_device_id device;              /* connect, services */
    char host[REQUEST_HOST_MAX + 1];          /* the same: where it is; "": not said */
    char service[DSB_STREAM_SERVICE_MAX + 1]; /* connect, publish, unpublish */
    bool all;                                 /* publish: to every trusted peer */
    uint32_t stream;                          /* accept, refuse, reset */
    enum dsb_reset_code code;                 /* refuse */
};

/* False when the packet is none of the requests. */
bool request_parse(struct request *out, const char *packet, size_t packet_len);

#endif
