/* SPDX-License-Identifier: Apache-2.0 */
/* Answers from the store; callers make it try a disk that failed again. */
#include "service.h"

#include "rt/log.h"
#include "rt/time.h"

static struct store store;
static const struct disk *(*start_disk)(void);
static uint64_t again_ticks; /* no look at the disk before */
static enum store_status told;

/* Said when it changes, so that callers cannot fill the log. */
static void tell(void)
{
    static const char *const words[STORE_STATUS_COUNT] = {
        [STORE_OK] = "ready",
        [STORE_IO] = "the disk fails",
        [STORE_NO_DISK] = "no disk",
        [STORE_FOREIGN] = "the disk is not ours, left alone",
        [STORE_TOO_SMALL] = "the disk is too small",
    };

    if (store.status != told)
        rt_logf("stored: %s", words[store.status]);
    told = store.status;
}

static void open_store(void)
{
    const struct disk *disk = start_disk();

    again_ticks = rt_deadline_ms(DISK_AGAIN_MS);
    if (disk == NULL)
        store.status = STORE_NO_DISK;
    else
        (void)!store_open(&store, disk);
    tell();
}

void store_service_start(const struct disk *(*start)(void))
{
    serve_init(&store_service, NULL);
    start_disk = start;
    told = STORE_STATUS_COUNT;
    open_store();
}

/* Who may ask, and whether there is a store to ask. */
static enum store_status admit(const struct serve_call *call, const struct store_name *name)
{
    if (call->badge < 1 || call->badge > STORE_OWNERS_MAX)
        return STORE_NOT_ALLOWED;
    if (!store_name_ok(name))
        return STORE_MALFORMED;
    if (store.status != STORE_OK && rt_ticks() >= again_ticks)
        open_store();
    return store.status;
}

/* What the disk may hold by now is found by opening it again. */
static uint32_t after(enum store_status status)
{
    if (status == STORE_IO) {
        store.status = STORE_IO;
        tell();
    }
    return status;
}

static uint32_t do_get(struct serve_call *call)
{
    const struct store_get_request *request = call->request;
    struct store_get_reply *reply = call->reply;
    uint32_t data_len = 0;
    enum store_status status = admit(call, &request->name);

    if (status == STORE_OK)
        status = store_get(&store, (uint32_t)call->badge, &request->name, reply->data, &data_len);
    reply->head.value = data_len;
    call->reply_len = sizeof reply->head + data_len;
    return after(status);
}

static uint32_t do_put(struct serve_call *call)
{
    const struct store_put_request *request = call->request;
    uint32_t data_len = (uint32_t)(call->request_len - offsetof(struct store_put_request, data));
    enum store_status status = admit(call, &request->name);

    if (status == STORE_OK)
        status = store_put(&store, (uint32_t)call->badge, &request->name, request->data, data_len);
    return after(status);
}

static const struct serve_operation operations[STORE_OP_COUNT] = {
    [STORE_OP_GET] = {do_get, SERVE_EXACTLY(struct store_get_request), sizeof(struct serve_reply),
                      sizeof(struct store_get_reply), 0},
    [STORE_OP_PUT] = {do_put, offsetof(struct store_put_request, data),
                      sizeof(struct store_put_request), SERVE_HEAD, 0},
};

static struct store_put_request request; /* the longest */
static _Alignas(8) struct store_get_reply reply;

struct serve store_service = {
    .operations = operations,
    .operation_count = STORE_OP_COUNT,
    .request = &request,
    .request_capacity_len = sizeof request,
    .reply = &reply,
    .is_secret = true,
};
