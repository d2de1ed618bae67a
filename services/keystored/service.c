/* SPDX-License-Identifier: Apache-2.0 */
/* Answers with the key, never of the key. */
#include "service.h"

#include "dsoftbus/rate.h"
#include "rt/log.h"
#include "rt/time.h"

#include <string.h>

_Static_assert(KEY_LEN == DSB_KEY_LEN && KEY_ID_MAX == DSB_DEVICE_ID_MAX, "wire and library");

#define BADGES_TOLD 64 /* bits of told_mask; whoever is beyond shares the last */

static struct {
    const struct dsb_identity_file *file;
    uint8_t public_key[KEY_LEN];
    uint64_t allowed_mask;
    uint64_t told_mask;    /* badges whose refusal stands in the log */
    uint64_t busy_line_ms; /* no line about a fast asker before */
    bool said_ready;
    struct dsb_rate rates[KEY_ASKERS_MAX];
} store;

static uint64_t now_ms(void)
{
    return rt_ticks() / ABI_TICKS_PER_MS;
}

enum dsb_status key_service_start(const struct dsb_identity_file *file, uint64_t allowed_mask)
{
    serve_init(&key_service, NULL);
    memset(&store, 0, sizeof store);
    if (file->id.len == 0 || dsb_private_key_is_zero(file->private_key))
        return DSB_INVALID;
    noise_x25519_base(store.public_key, file->private_key);
    store.file = file;
    store.allowed_mask = allowed_mask;
    for (size_t i = 0; i < KEY_ASKERS_MAX; i++)
        dsb_rate_init(&store.rates[i], KEY_DH_BURST, KEY_DH_INTERVAL_MS, now_ms());
    return DSB_OK;
}

/* One line for each badge: who asks in a circle cannot fill the log. */
static void tell_refusal(uint64_t badge)
{
    uint64_t bit = (uint64_t)1 << (badge < BADGES_TOLD ? badge : BADGES_TOLD - 1);

    if (store.told_mask & bit)
        return;
    store.told_mask |= bit;
    rt_logf("keystored: refused badge=%llu", (unsigned long long)badge);
}

/* Said with the first answer: at a moment of the asker's, not of the entropy device's that others
 * wait for meanwhile, so that the same boot writes the same log. */
static void tell_ready(void)
{
    if (!store.said_ready)
        rt_logf("keystored: ready");
    store.said_ready = true;
}

static bool may_ask(uint64_t badge)
{
    bool may = badge > 0 && badge < KEY_ASKERS_MAX && (store.allowed_mask & KEY_MAY_ASK(badge));

    if (may)
        tell_ready();
    else
        tell_refusal(badge);
    return may;
}

static bool in_time(uint64_t badge)
{
    uint64_t now = now_ms();

    if (dsb_rate_take(&store.rates[badge], now))
        return true;
    if (now >= store.busy_line_ms) {
        store.busy_line_ms = now + KEY_BUSY_LINE_MS;
        rt_logf("keystored: too many requests badge=%llu", (unsigned long long)badge);
    }
    return false;
}

static uint32_t do_identity(struct serve_call *call)
{
    struct key_identity_reply *reply = call->reply;

    if (!may_ask(call->badge))
        return KEY_NOT_ALLOWED;
    reply->head.value = store.file->bring_up;
    memcpy(reply->public_key, store.public_key, KEY_LEN);
    reply->id_len = store.file->id.len;
    memcpy(reply->id, store.file->id.text, store.file->id.len);
    return KEY_OK;
}

static uint32_t do_dh(struct serve_call *call)
{
    const struct key_dh_request *request = call->request;
    struct key_dh_reply *reply = call->reply;

    if (!may_ask(call->badge))
        return KEY_NOT_ALLOWED;
    if (!in_time(call->badge))
        return KEY_BUSY;
    if (noise_x25519(reply->shared, store.file->private_key, request->peer) != 0)
        return KEY_LOW_ORDER;
    return KEY_OK;
}

static const struct serve_operation operations[KEY_OP_COUNT] = {
    [KEY_OP_IDENTITY] = {do_identity, SERVE_HEAD, SERVE_EXACTLY(struct key_identity_reply), 0},
    [KEY_OP_DH] = {do_dh, SERVE_EXACTLY(struct key_dh_request), SERVE_EXACTLY(struct key_dh_reply),
                   0},
};

static struct key_dh_request request;
static _Alignas(8) struct key_identity_reply reply; /* the longest */

struct serve key_service = {
    .operations = operations,
    .operation_count = KEY_OP_COUNT,
    .request = &request,
    .request_capacity_len = sizeof request,
    .reply = &reply,
    .is_secret = true,
};
