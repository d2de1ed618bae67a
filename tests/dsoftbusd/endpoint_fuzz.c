/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dsoftbusd's endpoint under any order of what applications and an authenticated peer can do:
 * requests of any bytes by any badge, with handles that were given to somebody; deaths; the peer's
 * streams, arbitrary records and end; time, and devices that are dialled and do not answer.
 * Whatever comes, a handle serves nobody but whom it was given to, no name is offered by whom it is
 * not for, and when all are gone nothing is left.
 */
#include "devices.h"
#include "endpoint.h"
#include "fake_world.h"
#include "peers.h"
#include "proto/bus.h"
#include "rights.h"
#include "table.h"

#include <stdlib.h>
#include <string.h>

#define START_MS   1000
#define OPS_MAX    200
#define HANDLE_MAX 32

static struct table table;
static struct discovery discovery;
static struct net_client net;
static uint64_t now_ms;
static struct peer device, friend;
static struct end client, wire;
static struct fake_stream *stream;
static union bus_any_request request;
static union bus_any_reply reply;

/* Handles that were given out, and to whom. */
static struct {
    bus_handle handle;
    uint32_t badge;
} given[HANDLE_MAX];
static size_t given_count;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static uint32_t no_random(void)
{
    return 7;
}

static uint64_t clock_ms(void)
{
    return now_ms;
}

static uint64_t uptime_s(void)
{
    return 4711;
}

static void run(void)
{
    for (int i = 0; i < 20; i++) {
        for (size_t s = 1; s <= fake.accepted_count; s++)
            table_ready(&table, (net_handle)s);
        (void)!table_accept(&table, FAKE_LISTENER, now_ms);
        (void)!table_turn(&table, now_ms);
        (void)!peers_turn();
    }
    fake.out_count = 0; /* queries */
    serve_signal(&bus_endpoint);
    fake.line_count = 0;
    stream_put(&client.in, stream->out, stream->out_len);
    stream->out_len = 0;
}

static void exchange(void)
{
    fake_send(stream, wire.in.bytes, wire.in.len);
    wire.in.len = 0;
    run();
}

static void authenticate(void)
{
    uint8_t ephemeral[DSB_KEY_LEN];

    test_ephemeral(ephemeral, 0x77);
    check(dsb_handshake_connect(&client.slot.handshake, &friend.local, &device.identity.id,
                                ephemeral, START_MS) == DSB_REASON_NONE);
    stream = fake_connect(0x7f000001);
    for (int i = 0; i < 3; i++) {
        (void)end_write(&client, &wire);
        exchange();
        (void)end_feed(&client, START_MS);
    }
    check(dsb_slot_finish(&client.slot, START_MS) == DSB_OK);
}

static void start(void)
{
    static const char rights[] =
        "dsoftbus-services 2\n1 publish log\n2 publish clock\n2 publish tap\n"
        "1 connect friend/*\n2 connect */log\npeer friend 10.0.2.2:1\n";
    struct dsb_text_error error;

    fake_reset();
    now_ms = START_MS;
    memset(&client, 0, sizeof client);
    wire.in.len = 0;
    given_count = 0;
    devices_make(&device, &friend);
    device.entries[0].services_len = 9;
    memcpy(device.entries[0].services, "log,clock", 9);
    table_init(&table, &device.local, &net, 0);
    check(discovery_init(&discovery, &net, &device.local, 1, now_ms) == NET_OK);
    service_info_init(&device.identity.id, uptime_s);
    peers_init(&table, &discovery, &endpoint_listener, clock_ms);
    endpoint_init(no_random);
    check(rights_read(rights, sizeof rights - 1, &error));
    authenticate();
}

/* A name is offered by its badge alone. */
static void check_offers(void)
{
    const struct service *service;

    for (size_t i = 0; (service = service_at(i)) != NULL; i++)
        check(rights_may_publish(1, service->name, service->name_len) ||
              rights_may_publish(2, service->name, service->name_len));
}

static bool takes_no_handle(uint32_t op)
{
    return op < BUS_OP_ACCEPT || op == BUS_OP_CONNECT || op == BUS_OP_WATCH;
}

/* A request of these bytes; the handle may be one that was given to somebody. */
static void ask(uint64_t badge, const uint8_t *bytes, size_t len, uint8_t which)
{
    uint32_t badge_of_handle = 0;

    memset(&request, 0, sizeof request);
    memcpy(&request, bytes, len);
    if (which % 2 == 0 && given_count != 0) {
        request.head.handle = given[which / 2 % given_count].handle;
        badge_of_handle = given[which / 2 % given_count].badge;
    }
    size_t reply_len = serve_dispatch(&bus_endpoint, badge, &request, len, 40, &reply);
    check(reply_len >= sizeof reply.head && reply_len <= sizeof reply);
    check(reply.head.status < BUS_STATUS_COUNT);
    check(badge_of_handle == 0 || badge_of_handle == badge || reply.head.status != BUS_OK ||
          takes_no_handle(request.head.op));
    bool gives = request.head.op == BUS_OP_ACCEPT ||
                 (request.head.op >= BUS_OP_PUBLISH && takes_no_handle(request.head.op));
    if (gives && reply.head.status == BUS_OK && given_count < HANDLE_MAX) {
        given[given_count].handle = reply.head.value;
        given[given_count++].badge = (uint32_t)badge;
    }
}

static void say(uint8_t type, const uint8_t *body, size_t len)
{
    static uint8_t out[512];
    size_t out_len = 0;

    if (client.slot.session.state != DSB_SESSION_OPEN || stream->ended || stream->in_len != 0 ||
        dsb_session_send_stream(&client.slot.session, (enum dsb_record_type)type, out, sizeof out,
                                body, len, now_ms, &out_len) != DSB_OK)
        return;
    dsb_session_written(&client.slot.session, out_len, now_ms);
    fake_send(stream, out, out_len);
}

/* One thing that happens. */
static void happen(uint8_t what, uint8_t detail, const uint8_t *bytes, size_t len)
{
    switch (what % 8) {
    case 0:
    case 1:
    case 2:
        ask(1 + what / 8 % 3, bytes, len, detail);
        break;
    case 3:
    case 4:
        say(detail, bytes, len);
        break;
    case 5:
        serve_client_died(serve_client_of_badge(&bus_endpoint, 1 + detail % 3));
        break;
    case 6:
        stream->room_len = (size_t)detail * 16;
        now_ms += what / 8 * 16u;
        break;
    default: /* one that came, or one that was dialled, ends */
        fake.streams[detail % fake.stream_count].ended = true;
        break;
    }
}

static void end_all(void)
{
    for (size_t i = 0; i < fake.stream_count; i++)
        fake.streams[i].ended = true;
    stream->room_len = FAKE_STREAM_MAX;
    run();
    check(table.session_count == 0);
    now_ms += DIAL_WAIT_MS;
    run();
    check(peers_deadline() == DSB_NO_DEADLINE);
    for (uint32_t badge = 1; badge <= BUS_CLIENT_MAX; badge++) {
        struct serve_client *app = serve_client_of_badge(&bus_endpoint, badge);
        serve_client_died(app);
        check(serve_count(app) == 0);
    }
    check(service_at(0) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    start();
    for (int op = 0; op < OPS_MAX && size >= 3; op++) {
        uint8_t what = data[0], detail = data[1];
        size_t len = data[2];
        data += 3;
        size -= 3;
        len = len < size ? len : size;
        happen(what, detail, data, len);
        data += len;
        size -= len;
        run();
        client.in.len = 0;
        check_offers();
    }
    end_all();
    return 0;
}
