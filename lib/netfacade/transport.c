/* SPDX-License-Identifier: Apache-2.0 */
/* One message to netstackd and its answer. */
#include "transport.h"

#include "rt/syscall.h"

bool transport_call(uint32_t endpoint_cap, const void *request, size_t request_len,
                    uint32_t capability, void *reply, size_t reply_capacity_len, size_t *reply_len)
{
    /* netstackd signals the notification, and can do nothing else with it. */
    struct abi_caps caps = {
        .send_count = 1, .send_slot = {capability}, .send_rights = {ABI_RIGHT_SEND}};

    /* Every operation is bounded, so no deadline: netstackd answers, or is dead. */
    return rt_call(endpoint_cap, request, request_len, reply, reply_capacity_len,
                   capability != 0 ? &caps : NULL, ABI_DEADLINE_NONE, reply_len) >= 0;
}
