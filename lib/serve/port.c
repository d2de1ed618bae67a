/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's side of port.h. */
#include "serve/port.h"

#include "rt/log.h"

_Static_assert(SERVE_FOREVER == ABI_DEADLINE_NONE, "handed on as it is");

struct serve_wake serve_port_wait(struct serve *serve, uint64_t deadline)
{
    struct abi_caps caps = {.recv_capacity = 1};
    struct rt_event event = {0};
    int64_t what;

    if (serve->reply_len > 0) {
        if (serve->given != 0) {
            caps.send_count = 1;
            caps.send_slot[0] = serve->given;
            caps.send_rights[0] = ABI_RIGHT_READ | ABI_RIGHT_WRITE;
        }
        what = rt_reply_recv(serve->reply, serve->reply_len, serve->endpoint, serve->notification,
                             serve->request, serve->request_capacity_len, &caps, deadline, &event);
    } else {
        what = rt_recv(serve->endpoint, serve->notification, serve->request,
                       serve->request_capacity_len, &caps, deadline, &event);
    }
    if (what == -ABI_E_TIMED_OUT)
        return (struct serve_wake){.kind = SERVE_WAKE_DEADLINE};
    rt_must(what, "serve: receive"); /* no client brings any other error about */
    return (struct serve_wake){
        .kind = what == ABI_EVENT_MESSAGE ? SERVE_WAKE_REQUEST : SERVE_WAKE_BITS,
        .value = event.value,
        .len = event.len,
        .capability = what == ABI_EVENT_MESSAGE && caps.recv_count == 1 ? caps.recv_slot[0] : 0,
    };
}

void serve_port_reply(struct serve *serve)
{
    (void)rt_reply(serve->reply, serve->reply_len, NULL); /* a caller that died is no failure */
}

void serve_port_signal(uint32_t capability)
{
    (void)rt_notify(capability); /* a client without its notification misses its own signals */
}

void serve_port_drop(uint32_t capability)
{
    (void)rt_cap_drop(capability);
}
