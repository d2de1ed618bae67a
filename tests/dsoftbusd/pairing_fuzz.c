/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device's window under any order of what strangers, honest peers with the right code or a wrong
 * one, the disk, time and the power can do: any bytes, what one peer said said again by a stranger,
 * ends, process and machine started again in the middle. Whatever comes: a window says three shares
 * at most, and none that is not written down; nobody is trusted who had not the code and confirmed;
 * who was told that it is trusted is, on the disk, for good.
 */
#include "window.h"

#include <stdlib.h>
#include <string.h>

#define OPS_MAX    200
#define PEER_COUNT 4
#define SHARE_END  (17 + 32)

static struct peer peers[PEER_COUNT];
static struct {
    struct dialler dialler;
    bool is_dialling; /* in this boot */
    bool knows_code;
    bool was_pending, was_told; /* ever */
} sides[PEER_COUNT];
static size_t last_said_len; /* what was said last by an honest one */
static uint8_t last_said[DSB_PAIRING_MESSAGE_MAX];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static bool is_kept(const struct peer *peer)
{
    return memmem(fake_store.trust.bytes, fake_store.trust.len, peer->identity.id.text,
                  peer->identity.id.len) != NULL;
}

static void check_trust(void)
{
    size_t trusted_count = 0;

    for (size_t i = 0; i < PEER_COUNT; i++) {
        bool trusted = is_trusted(&peers[i]);
        trusted_count += trusted;
        check(!trusted || (sides[i].was_pending && is_kept(&peers[i])));
        check(!sides[i].was_told || trusted);
    }
    check(trusted_count == trust.count);
}

static void check_window(void)
{
    size_t share_count = 0;

    for (size_t i = 0; i < fake.stream_count; i++)
        share_count += fake.streams[i].out_len >= SHARE_END;
    check(share_count <= DSB_PAIRING_ATTEMPTS_MAX);
    check(share_count == 0 || fake_store.attempts.is_there);
    check(pairing.state == PAIRING_OPEN ? fake.pairing_listens : !fake.pairing_listens);
    check(pairing.state != PAIRING_SHUT || pairing.code.len == 0);
}

static void power(bool is_whole_machine)
{
    if (is_whole_machine)
        fake_rt.now_ms = 0;
    window_boot(FRESH_CODE);
    for (size_t i = 0; i < PEER_COUNT; i++)
        sides[i].is_dialling = false;
    window_start();
}

static void dials(size_t idx, bool knows_code)
{
    const char *code = window_code();

    if (fake.stream_count == FAKE_STREAM_COUNT)
        return;
    sides[idx].is_dialling = true;
    sides[idx].knows_code = knows_code && code[0] != 0;
    sides[idx].dialler =
        *dial_from(idx, &peers[idx], sides[idx].knows_code ? code : "wrong!", NEAR + (uint32_t)idx);
}

static void steps(size_t idx)
{
    struct dialler *dialler = &sides[idx].dialler;
    size_t had_len = dialler->stream->in_len;

    if (dialler->stream->closed || dialler->stream->aborted ||
        had_len + DSB_PAIRING_MESSAGE_MAX > FAKE_STREAM_MAX)
        return;
    last_said_len = DSB_PAIRING_MESSAGE_MAX;
    struct dsb_pairing copy = dialler->run;
    last_said_len = dsb_pairing_send(&copy, last_said);
    dsb_pairing_wipe(&copy);
    (void)dialler_step(dialler);
    check(!dialler->is_pending || sides[idx].knows_code);
    sides[idx].was_pending |= dialler->is_pending;
    sides[idx].was_told |= dialler->is_committed;
}

static bool is_a_side_s(const struct fake_stream *stream)
{
    for (size_t i = 0; i < PEER_COUNT; i++)
        if (sides[i].is_dialling && sides[i].dialler.stream == stream)
            return true;
    return false;
}

static void says(struct fake_stream *stream, const uint8_t *bytes, size_t len)
{
    if (!is_a_side_s(stream) && len <= FAKE_STREAM_MAX - stream->in_len)
        fake_send(stream, bytes, len);
}

/* One thing that happens: what, to which stream or side, how much of it. */
static void happen(unsigned what, uint8_t which, uint8_t amount, const uint8_t *bytes, size_t len)
{
    struct fake_stream *stream =
        fake.stream_count == 0 ? NULL : &fake.streams[which % fake.stream_count];

    switch (what) {
    case 0:
        if (fake.stream_count < FAKE_STREAM_COUNT)
            (void)fake_connect_to_pair(NEAR + amount % 5);
        break;
    case 1:
        if (stream != NULL)
            says(stream, bytes, len);
        break;
    case 2:
        if (stream != NULL)
            says(stream, last_said, last_said_len);
        break;
    case 3:
        if (stream != NULL) {
            stream->ended |= amount & 1;
            stream->reset |= amount & 2;
            stream->step_len = (size_t)amount + 1;
        }
        break;
    case 4:
        fake_rt.now_ms += (uint64_t)amount * 100;
        break;
    case 5:
        dials(which % PEER_COUNT, amount & 1);
        break;
    case 6:
        if (sides[which % PEER_COUNT].is_dialling)
            steps(which % PEER_COUNT);
        break;
    case 7:
        power(amount & 1);
        break;
    default:
        fake_store.put_fails_count = amount & 1;
        fake_store.failed_put_keeps = amount & 2;
        fake.no_sockets = amount & 4;
        break;
    }
}

static void begin(void)
{
    static const char *const names[PEER_COUNT] = {"phone", "tablet", "lamp", "gateway"};

    (void)window_setup(NULL);
    memset(sides, 0, sizeof sides);
    last_said_len = 0;
    for (size_t i = 0; i < PEER_COUNT && peers[i].identity.id.len == 0; i++)
        peer_make(&peers[i], names[i], (uint8_t)(0x21 + i));
    window_start();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    begin();
    for (int op = 0; op < OPS_MAX && size >= 3; op++) {
        unsigned what = data[0] % 9;
        uint8_t which = data[1], amount = data[2];
        data += 3;
        size -= 3;
        size_t len = what == 1 ? (amount < size ? amount : size) : 0;
        happen(what, which, amount, data, len);
        data += len;
        size -= len;
        window_turns();
        check_trust();
        check_window();
    }
    fake_rt.now_ms += (DSB_PAIRING_WAIT_MAX_S + DSB_PAIRING_WINDOW_MS) * (uint64_t)1000;
    window_turns();
    window_turns();
    check(pairing.state == PAIRING_SHUT && pairing_deadline(&pairing) == DSB_NO_DEADLINE);
    return 0;
}
