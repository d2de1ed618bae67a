/* SPDX-License-Identifier: Apache-2.0 */
/* Any requests of any badges, while time passes: who may not ask gets a status and nothing more,
 * who may gets what the key makes of the point, and the key itself is in no answer. */
#include "dsoftbus/fuzz/fuzz.h"
#include "rt/log.h"
#include "rt/time.h"
#include "serve/port.h"
#include "service.h"

#include <string.h>

enum {
    FRIEND = 2,
    STEP_LEN = 8, /* badge, time, operation, length, and where the point begins */
    LINES_MAX = 64 + 2,
};

static struct dsb_identity_file file;
static uint64_t now_ms;
static uint32_t line_count;

uint64_t rt_ticks(void)
{
    return now_ms * ABI_TICKS_PER_MS;
}

void rt_logf(const char *format, ...)
{
    (void)format;
    line_count++;
}

struct serve_wake serve_port_wait(struct serve *serve, uint64_t deadline)
{
    (void)serve;
    (void)deadline;
    return (struct serve_wake){.kind = SERVE_WAKE_DEADLINE};
}

void serve_port_reply(struct serve *serve)
{
    (void)serve;
}

void serve_port_signal(uint32_t capability)
{
    (void)capability;
}

void serve_port_drop(uint32_t capability)
{
    (void)capability;
}

static bool holds(const uint8_t *bytes, size_t len)
{
    for (size_t at = 0; at + KEY_LEN <= len; at++)
        if (memcmp(bytes + at, file.private_key, KEY_LEN) == 0)
            return true;
    return false;
}

static void check_shared(const struct key_dh_request *request, const struct key_dh_reply *reply)
{
    uint8_t shared[KEY_LEN];

    CHECK(noise_x25519(shared, file.private_key, request->peer) == 0);
    CHECK(memcmp(shared, reply->shared, KEY_LEN) == 0);
}

static void step(const uint8_t *data, size_t point_len)
{
    struct key_dh_request request = {.head = {.op = data[2] % (KEY_OP_COUNT + 1)}};
    _Alignas(8) struct key_identity_reply reply;
    const struct serve_reply *head = &reply.head;
    uint64_t badge = data[0] < 0xf0 ? data[0] % 5 : (uint64_t)data[0] << 56;
    size_t request_len = data[3] < 0xc0 ? (data[2] % 2 ? 8 : sizeof request) : data[3] % 64;

    if (request_len > sizeof request)
        request_len = sizeof request;
    request.head.handle = data[4] == 0xff;
    memcpy(request.peer, data + STEP_LEN, point_len);
    now_ms += data[1] % 4;
    memset(&reply, 0, sizeof reply);
    size_t len = serve_dispatch(&key_service, badge, &request, request_len, 0, &reply);
    CHECK(!holds((const uint8_t *)&reply, sizeof reply));
    CHECK(head->status < KEY_STATUS_COUNT);
    CHECK(head->status == KEY_OK || len == sizeof *head);
    CHECK(badge == FRIEND || head->status == KEY_NOT_ALLOWED || head->status == KEY_MALFORMED);
    if (head->status == KEY_OK && request.head.op == KEY_OP_DH)
        check_shared(&request, (const struct key_dh_reply *)(const void *)&reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    now_ms = 1000;
    line_count = 0;
    memset(&file, 0, sizeof file);
    memset(file.private_key, 0x42, sizeof file.private_key);
    CHECK(dsb_device_id_set(&file.id, "lamp-1", 6) == DSB_OK);
    CHECK(key_service_start(&file, KEY_MAY_ASK(FRIEND)) == DSB_OK);
    while (size >= STEP_LEN) {
        size_t point_len = size - STEP_LEN < KEY_LEN ? size - STEP_LEN : KEY_LEN;
        step(data, point_len);
        data += STEP_LEN + point_len;
        size -= STEP_LEN + point_len;
    }
    CHECK(line_count <= LINES_MAX);
    return 0;
}
