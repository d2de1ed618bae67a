/* SPDX-License-Identifier: Apache-2.0 */
/* Asks keystored. */
#include "key/key.h"

#include "call/call.h"
#include "rt/time.h"
#include <string.h>

#define IDENTITY_AGAIN_MS 100 /* a keystored that died is back after that, or later */

static enum key_status ask_identity(const struct key_holder *holder,
                                    struct key_identity_reply *identity, bool *died)
{
    struct serve_request request;
    struct call call;

    call_begin(&call, holder->endpoint_cap, &request, sizeof request, identity, sizeof *identity);
    call_name(&call, KEY_OP_IDENTITY, 0);
    call.status_count = KEY_STATUS_COUNT;
    enum key_status status = call_exact(&call, sizeof *identity);
    *died = call.peer_died;
    if (status == KEY_OK && (identity->id_len == 0 || identity->id_len > KEY_ID_MAX))
        return KEY_IO;
    return status;
}

enum key_status key_identity(const struct key_holder *holder, struct key_identity_reply *identity)
{
    bool died;

    for (;;) {
        enum key_status status = ask_identity(holder, identity, &died);
        if (!died)
            return status;
        rt_sleep_ms(IDENTITY_AGAIN_MS);
    }
}

int key_dh(void *holder, uint8_t shared[KEY_LEN], const uint8_t peer[KEY_LEN])
{
    const struct key_holder *asked = holder;
    struct key_dh_request request;
    struct key_dh_reply reply = {0};
    struct call call;

    call_begin(&call, asked->endpoint_cap, &request, sizeof request, &reply, sizeof reply);
    call_name(&call, KEY_OP_DH, 0);
    call.status_count = KEY_STATUS_COUNT;
    call.message.deadline = rt_deadline_ms(KEY_DH_WAIT_MS);
    memcpy(request.peer, peer, KEY_LEN);
    enum key_status status = call_exact(&call, sizeof reply);
    memset(shared, 0, KEY_LEN);
    if (status == KEY_OK)
        memcpy(shared, reply.shared, KEY_LEN);
    explicit_bzero(&reply, sizeof reply);
    return status == KEY_OK || status == KEY_LOW_ORDER ? 0 : -1;
}
