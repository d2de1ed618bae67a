/* SPDX-License-Identifier: Apache-2.0 */
/* The wait of lib/serve's loop, on fake_rt. */
#include "fake_rt.h"
#include "serve/port.h"

/* The loop of lib/serve waits as the process does; no application calls. */
struct serve_wake serve_port_wait(struct serve *serve, uint64_t deadline)
{
    struct rt_event event = {0};
    int64_t got = rt_recv(serve->endpoint, serve->notification, NULL, 0, NULL, deadline, &event);

    if (got == -ABI_E_TIMED_OUT)
        return (struct serve_wake){.kind = SERVE_WAKE_DEADLINE};
    return (struct serve_wake){.kind = SERVE_WAKE_BITS, .value = event.value};
}
