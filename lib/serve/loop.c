/* SPDX-License-Identifier: Apache-2.0 */
/* The main loop: sleep until a request, a client's death, the service's own bits or its deadline;
 * do it; answer. Nothing polls. */
#include "serve/port.h"

#include <string.h>

static void take_bits(struct serve *serve, uint64_t bits)
{
    for (uint32_t badge = 1; badge <= serve->client_count; badge++) {
        if (bits & serve_death_mask(badge))
            serve_client_died(serve_client_of_badge(serve, badge));
        bits &= ~serve_death_mask(badge);
    }
    if (bits != 0 && serve->woken != NULL)
        serve->woken(bits);
}

static void take_request(struct serve *serve, const struct serve_wake *wake)
{
    serve->reply_len = serve_dispatch(serve, wake->value, serve->request, wake->len,
                                      wake->capability, serve->reply);
    if (!serve->is_secret)
        return;
    serve_port_reply(serve);
    explicit_bzero(serve->reply, serve->reply_len);
    explicit_bzero(serve->request, wake->len);
    serve->reply_len = 0;
}

void serve_step(struct serve *serve)
{
    struct serve_wake wake =
        serve_port_wait(serve, serve->deadline != NULL ? serve->deadline() : SERVE_FOREVER);

    serve->reply_len = 0;
    if (wake.kind == SERVE_WAKE_REQUEST)
        take_request(serve, &wake);
    else if (wake.kind == SERVE_WAKE_BITS)
        take_bits(serve, wake.value);
    if (serve->turn != NULL)
        serve->turn();
    serve_signal(serve);
}

void serve_run(struct serve *serve)
{
    for (;;)
        serve_step(serve);
}
