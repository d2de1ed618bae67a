/* SPDX-License-Identifier: Apache-2.0 */
/* How the facade's functions begin, and end, a call. */
#ifndef NETFACADE_REQUEST_H
#define NETFACADE_REQUEST_H

#include "netfacade/netfacade.h"

#include "call/call.h"

/* A request without what belongs to the operation. */
static inline void net_request(struct call *call, struct net_client *client, enum net_op op,
                               net_handle handle, size_t request_len)
{
    call_begin(call, client->endpoint_cap, &client->request, request_len, &client->reply,
               sizeof client->reply);
    call->status_count = NET_STATUS_COUNT;
    call_name(call, op, handle);
}

/* A handle that is a stream's: its rings are empty. One that ended: it has none. */
void net_stream_begin(struct net_client *client, net_handle handle);
void net_stream_end(struct net_client *client, net_handle handle);

#endif
