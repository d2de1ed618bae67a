/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dsoftbusd's connections under any order of what peers and the network can do: newcomers, any
 * bytes, slow and broken streams, time, beside one honest session. Whatever comes, nobody else is
 * authenticated, the table's counts fit its contents, and time frees every place.
 */
#include "devices.h"
#include "fake_world.h"
#include "table.h"

#include <stdlib.h>
#include <string.h>

#define START_MS 1000
#define OPS_MAX  400

static struct table table;
static struct net_client net;
static struct peer device, friend;
static struct end client, wire;
static uint64_t now_ms;
static size_t auth_count;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_table(void)
{
    size_t session_count = 0, handshake_count = 0;
    for (size_t i = 0; i < CONNECTION_MAX; i++) {
        session_count += table.connections[i].session != NULL;
        handshake_count +=
            !connection_is_free(&table.connections[i]) && table.connections[i].session == NULL;
    }
    check(session_count == table.session_count && session_count <= SESSION_MAX);
    check(handshake_count == table.admission.count && handshake_count <= HALF_OPEN_MAX);
}

/* The daemon's loop, until it would wait; then what it wrote is taken away. */
static void run(void)
{
    bool goes_on = true;
    for (size_t handle = 1; handle <= fake.stream_count; handle++)
        table_ready(&table, (net_handle)handle);
    for (int i = 0; goes_on; i++) {
        check(i < 100000);
        goes_on = table_accept(&table, FAKE_LISTENER, now_ms) == ACCEPT_GOES_ON;
        goes_on = table_turn(&table, now_ms) || goes_on;
        auth_count += fake_count("auth ok friend");
        for (size_t line = 0; line < fake.line_count; line++) {
            check(strncmp(fake.lines[line], "auth ok", 7) != 0 ||
                  strcmp(fake.lines[line], "auth ok friend") == 0);
        }
        fake.line_count = 0;
        check_table();
    }
}

static void take_output(struct fake_stream *stream)
{
    stream_put(&client.in, stream->out, stream->out_len);
    stream->out_len = 0;
}

/* The honest one, on stream 0, with an echo open. */
static void authenticate(void)
{
    uint8_t ephemeral[DSB_KEY_LEN], opening[DEVICES_OPEN_MAX];
    test_ephemeral(ephemeral, 0x77);
    check(dsb_handshake_connect(&client.slot.handshake, &friend.local, &device.identity.id,
                                ephemeral, now_ms) == DSB_REASON_NONE);
    struct fake_stream *stream = fake_connect(1);
    for (int i = 0; i < 2; i++) {
        (void)end_write(&client, &wire);
        fake_send(stream, wire.in.bytes, wire.in.len);
        wire.in.len = 0;
        run();
        take_output(stream);
        (void)end_feed(&client, now_ms);
    }
    check(client.slot.handshake.state == DSB_HANDSHAKE_AUTHENTICATED);
    check(dsb_slot_finish(&client.slot, now_ms) == DSB_OK);
    fake_send(stream, opening, devices_open_echo(&client, opening, now_ms));
}

static void start(void)
{
    fake_reset();
    memset(&client, 0, sizeof client);
    wire.in.len = 0;
    now_ms = START_MS;
    auth_count = 0;
    devices_make(&device, &friend);
    table_init(&table, &device.local, &net, 0);
    devices_offer_own_services();
    authenticate();
}

/* One thing that happens: what, to which stream, how much of it. */
static void happen(unsigned what, struct fake_stream *stream, uint8_t amount, const uint8_t *bytes,
                   size_t bytes_len)
{
    switch (what) {
    case 0:
        if (fake.stream_count < FAKE_STREAM_COUNT)
            (void)fake_connect(amount % 3);
        break;
    case 1:
        if (bytes_len <= FAKE_STREAM_MAX - stream->in_len)
            fake_send(stream, bytes, bytes_len);
        break;
    case 2:
        stream->ended = true;
        break;
    case 3:
        stream->reset = true;
        break;
    case 4:
        stream->room_len = amount;
        stream->step_len = (size_t)amount + 1;
        break;
    case 5:
        now_ms += (uint64_t)amount * 100;
        break;
    case 6: /* the honest peer's record, as long as the two still understand each other */
        if (client.slot.session.state == DSB_SESSION_OPEN && amount != 0 &&
            fake.streams[0].in_len == 0) {
            static const uint8_t body[256];
            session_send(&client, &wire, body, amount, now_ms);
            fake_send(&fake.streams[0], wire.in.bytes, wire.in.len);
            wire.in.len = 0;
        }
        break;
    default:
        fake.no_randomness = amount & 1;
        fake.no_sockets = amount & 2;
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    start();
    for (int op = 0; op < OPS_MAX && size >= 3; op++) {
        struct fake_stream *stream = &fake.streams[data[1] % fake.stream_count];
        unsigned what = data[0] % 8;
        uint8_t amount = data[2];
        data += 3;
        size -= 3;
        size_t bytes_len = what == 1 ? (amount < size ? amount : size) : 0;
        happen(what, stream, amount, data, bytes_len);
        data += bytes_len;
        size -= bytes_len;
        run();
        for (size_t i = 0; i < fake.stream_count; i++)
            fake.streams[i].out_len = 0;
    }
    check(auth_count == 1);
    fake.no_sockets = false;
    for (int i = 0; i < 3; i++) {
        now_ms += DSB_DEAD_AFTER_MS;
        run();
    }
    check(table.session_count == 0 && table.admission.count == 0);
    return 0;
}
