/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's side of transport.h. */
#include "call/transport.h"

#include "rt/syscall.h"

_Static_assert(CALL_NO_DEADLINE == ABI_DEADLINE_NONE, "handed on as it is");

enum transport_result transport_call(const struct transport_message *message, size_t *reply_len)
{
    /* The service signals the notification, and can do nothing else with it. */
    struct abi_caps caps = {
        .send_count = 1, .send_slot = {message->capability}, .send_rights = {ABI_RIGHT_SEND}};

    int64_t status = rt_call(message->endpoint_cap, message->request, message->request_len,
                             message->reply, message->reply_capacity_len,
                             message->capability != 0 ? &caps : NULL, message->deadline, reply_len);
    if (status >= 0)
        return TRANSPORT_ANSWERED;
    return status == -ABI_E_PEER_DIED ? TRANSPORT_DIED : TRANSPORT_REFUSED;
}
