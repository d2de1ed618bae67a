/* SPDX-License-Identifier: Apache-2.0 */
/* What a loaded netstackd shows to the test. */
#include "netstackd/instance.h"

#include "netstackd/host.h"
#include "stack.h"

const struct instance *instance_entry_point(void);

static void start(uint64_t seed, uint32_t ipv4, instance_output output)
{
    host_on_frame = output;
    host_start(seed, ipv4);
}

static void receive(const uint8_t *frame, size_t frame_len)
{
    host_receive(frame, frame_len);
    stack_run();
}

static void run(uint64_t now_ns)
{
    host_now_ns = now_ns;
    stack_run();
}

const struct instance *instance_entry_point(void)
{
    static const struct instance instance = {
        .start = start,
        .receive = receive,
        .run = run,
        .pool_use = host_pool_use,
        .attach = net_attach,
        .listen = net_listen,
        .accept = net_accept,
        .connect = net_connect,
        .read = net_read,
        .write = net_write,
        .close = net_close,
        .ping = net_ping,
        .ping_result = net_ping_result,
    };

    return &instance;
}
