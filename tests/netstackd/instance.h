/* SPDX-License-Identifier: Apache-2.0 */
/* One whole netstackd (without kernel and device) as a loadable module: lwIP keeps its state in
 * globals, so a wire with two ends needs the code twice. */
#ifndef NET_INSTANCE_H
#define NET_INSTANCE_H

#include "netfacade/netfacade.h"
#include <stdbool.h>
#include <stdint.h>

typedef bool (*instance_output)(const uint8_t *frame, size_t frame_len);

struct instance {
    void (*start)(uint64_t seed, uint32_t ipv4, instance_output output);
    void (*receive)(const uint8_t *frame, size_t frame_len);
    void (*run)(uint64_t now_ns); /* timers that are due, readiness */
    uint32_t (*pool_use)(void);
    enum net_status (*attach)(struct net_client *client, uint32_t badge, uint32_t notification);
    enum net_status (*listen)(struct net_client *client, const struct net_address *local,
                              uint32_t backlog_count, net_handle *listener);
    enum net_status (*accept)(struct net_client *client, net_handle listener, net_handle *stream,
                              struct net_address *remote);
    enum net_status (*connect)(struct net_client *client, const struct net_address *remote,
                               net_handle *stream);
    enum net_status (*read)(struct net_client *client, net_handle stream, void *data,
                            size_t capacity_len, size_t *read_len);
    enum net_status (*write)(struct net_client *client, net_handle stream, const void *data,
                             size_t data_len, size_t *written_len);
    enum net_status (*close)(struct net_client *client, net_handle handle);
    enum net_status (*ping)(struct net_client *client, uint32_t ipv4, uint32_t timeout_ms,
                            net_handle *ping);
    enum net_status (*ping_result)(struct net_client *client, net_handle ping,
                                   uint64_t *round_trip_ns);
};

/* What a module exports. */
typedef const struct instance *(*instance_entry)(void);
#define INSTANCE_ENTRY "instance_entry_point"

#endif
