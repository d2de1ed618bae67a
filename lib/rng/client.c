/* SPDX-License-Identifier: Apache-2.0 */
/* Asks rngd, as often as it takes. */
#include "rng/rng.h"

#include "call/call.h"
#include "rt/time.h"
#include <string.h>

enum {
    /* A slow device is waited for, in small sleeps: rngd itself keeps nobody waiting. */
    RNG_AGAIN_MS = 20,
    RNG_WAIT_MS = 30000,
};

/* One question; no answer, since rngd died under it, is worth asking again. */
static enum rng_status get_once(uint32_t endpoint_cap, uint8_t *bytes, size_t bytes_len,
                                uint64_t deadline)
{
    struct rng_request request;
    struct rng_reply reply;
    struct call call;
    uint32_t count;

    call_begin(&call, endpoint_cap, &request, sizeof request, &reply, sizeof reply);
    call_name(&call, RNG_OP_GET, 0);
    call.message.deadline = deadline;
    request.bytes_len = (uint32_t)bytes_len;
    enum rng_status status = call_counted(&call, sizeof reply.head, 1, RNG_BYTES_MAX, &count);
    if (call.peer_died)
        status = RNG_WOULD_BLOCK;
    else if (status == RNG_OK && count != bytes_len)
        status = RNG_IO;
    if (status == RNG_OK)
        memcpy(bytes, reply.bytes, bytes_len);
    explicit_bzero(&reply, sizeof reply);
    return status;
}

static enum rng_status get_part(uint32_t endpoint_cap, uint8_t *bytes, size_t bytes_len,
                                uint64_t deadline)
{
    for (;;) {
        enum rng_status status = get_once(endpoint_cap, bytes, bytes_len, deadline);
        if (status != RNG_WOULD_BLOCK)
            return status;
        rt_sleep_ms(RNG_AGAIN_MS);
    }
}

enum rng_status rng_get(uint32_t endpoint_cap, uint8_t *bytes, size_t bytes_len)
{
    uint64_t deadline = rt_deadline_ms(RNG_WAIT_MS);

    for (size_t done_len = 0; done_len < bytes_len;) {
        size_t part_len =
            bytes_len - done_len < RNG_BYTES_MAX ? bytes_len - done_len : RNG_BYTES_MAX;
        if (get_part(endpoint_cap, bytes + done_len, part_len, deadline) != RNG_OK) {
            memset(bytes, 0, bytes_len);
            return RNG_IO;
        }
        done_len += part_len;
    }
    return RNG_OK;
}
