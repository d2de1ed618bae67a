/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's side of transport.h. */
#include "call/transport.h"

#include "rt/syscall.h"

_Static_assert(CALL_NO_DEADLINE == ABI_DEADLINE_NONE, "handed on as it is");

static int64_t call_with(const struct transport_message *message, struct abi_caps *caps,
                         size_t *reply_len)
{
    return rt_call(message->endpoint_cap, message->request, message->request_len, message->reply,
                   message->reply_capacity_len, caps, message->deadline, reply_len);
}

/* The service signals the notification, and can do nothing else with it. */
static int64_t call_with_capabilities(const struct transport_message *message, size_t *reply_len)
{
    struct abi_caps caps = {.send_count = message->capability != 0,
                            .send_slot = {message->capability},
                            .send_rights = {ABI_RIGHT_SEND},
                            .recv_capacity = message->given != NULL};

    int64_t status = call_with(message, &caps, reply_len);
    if (message->given != NULL)
        *message->given = status >= 0 && caps.recv_count == 1 ? caps.recv_slot[0] : 0;
    return status;
}

enum transport_result transport_call(const struct transport_message *message, size_t *reply_len)
{
    int64_t status = message->capability == 0 && message->given == NULL
                         ? call_with(message, NULL, reply_len)
                         : call_with_capabilities(message, reply_len);

    if (status >= 0)
        return TRANSPORT_ANSWERED;
    return status == -ABI_E_PEER_DIED ? TRANSPORT_DIED : TRANSPORT_REFUSED;
}
