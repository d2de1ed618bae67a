/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to rngd: as many as the bytes need, again where it has none yet. */
#include "rng/rng.h"

#include "rt/log.h"
#include "rt/syscall.h"
#include "rt/time.h"
#include <stdbool.h>
#include <string.h>

enum {
    /* A slow device is waited for, in small sleeps: rngd itself keeps nobody waiting. */
    RNG_AGAIN_MS = 20,
    RNG_WAIT_MS = 30000,
    /* Between the questions of who waits for a device that failed. */
    RNG_AWAIT_MS = 1000,
};

/* One question; no answer, since rngd died under it, is worth asking again. */
static enum rng_status get_once(uint32_t endpoint_cap, uint8_t *bytes, size_t bytes_len,
                                uint64_t deadline)
{
    struct rng_request request = {.op = RNG_OP_GET, .bytes_len = (uint32_t)bytes_len};
    struct rng_reply reply;
    size_t reply_len;
    enum rng_status status = RNG_IO;

    int64_t called = rt_call(endpoint_cap, &request, sizeof(request), &reply, sizeof(reply), NULL,
                             deadline, &reply_len);
    if (called < 0) {
        status = called == -ABI_E_PEER_DIED ? RNG_WOULD_BLOCK : RNG_IO;
    } else if (reply_len == offsetof(struct rng_reply, bytes) && reply.status == RNG_WOULD_BLOCK) {
        status = RNG_WOULD_BLOCK;
    } else if (reply_len == offsetof(struct rng_reply, bytes) + bytes_len &&
               reply.status == RNG_OK && reply.bytes_len == bytes_len) {
        memcpy(bytes, reply.bytes, bytes_len);
        status = RNG_OK;
    }
    explicit_bzero(&reply, sizeof(reply));
    return status;
}

static enum rng_status get_part(uint32_t endpoint_cap, uint8_t *bytes, size_t bytes_len,
                                uint64_t deadline)
{
    for (;;) {
        enum rng_status status = get_once(endpoint_cap, bytes, bytes_len, deadline);
        if (status != RNG_WOULD_BLOCK)
            return status;
        if (rt_ticks() >= deadline)
            return RNG_IO;
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

void rng_await(uint32_t endpoint_cap, uint8_t *bytes, size_t bytes_len, const char *who)
{
    bool said = false;

    while (rng_get(endpoint_cap, bytes, bytes_len) != RNG_OK) {
        if (!said)
            rt_logf("%s: no random bytes yet, waiting", who);
        said = true;
        rt_sleep_ms(RNG_AWAIT_MS);
    }
}
