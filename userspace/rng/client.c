/* SPDX-License-Identifier: Apache-2.0 */
#include "rng/rng.h"

#include "rt/syscall.h"
#include "rt/time.h"
#include <string.h>

enum {
    /* rngd waits a second for its device, and others may be in front. */
    RNG_CALL_DEADLINE_MS = 5000,
};

static enum rng_status get_once(uint32_t endpoint_cap, uint8_t *bytes, size_t bytes_len)
{
    struct rng_request request = {.op = RNG_OP_GET, .bytes_len = (uint32_t)bytes_len};
    struct rng_reply reply;
    size_t reply_len;
    enum rng_status status = RNG_IO;

    if (rt_call(endpoint_cap, &request, sizeof(request), &reply, sizeof(reply), NULL,
                rt_deadline_ms(RNG_CALL_DEADLINE_MS), &reply_len) >= 0 &&
        reply_len == offsetof(struct rng_reply, bytes) + bytes_len && reply.status == RNG_OK &&
        reply.bytes_len == bytes_len) {
        memcpy(bytes, reply.bytes, bytes_len);
        status = RNG_OK;
    }
    explicit_bzero(&reply, sizeof(reply));
    return status;
}

enum rng_status rng_get(uint32_t endpoint_cap, uint8_t *bytes, size_t bytes_len)
{
    for (size_t done_len = 0; done_len < bytes_len;) {
        size_t part_len =
            bytes_len - done_len < RNG_BYTES_MAX ? bytes_len - done_len : RNG_BYTES_MAX;
        if (get_once(endpoint_cap, bytes + done_len, part_len) != RNG_OK) {
            memset(bytes, 0, bytes_len);
            return RNG_IO;
        }
        done_len += part_len;
    }
    return RNG_OK;
}
