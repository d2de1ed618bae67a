/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session, from every state on its own: an object of which nothing is known but what its state
 * says, one call of any kind with any bytes and any room, and what it leaves is again such an
 * object. So every order of calls is covered. Noise is its promise (noise_promise.c).
 */
#include "dsoftbus/session.h"
#include "any.h"
#include "exact.h"
#include "noise_promise.h"

#include <string.h>

#define OVERHEAD (DSB_BODY_HEADROOM + DSB_BODY_TAILROOM) /* a record without a body */
#define TYPE_END (DSB_RECORD_RESET + 1)

static struct dsb_trust_store trust;
static struct dsb_local local;
static struct dsb_handshake hs;
static struct dsb_session session;

bool dsb_trust_store_has(const struct dsb_trust_store *store, const struct dsb_device_id *id,
                         const uint8_t key[DSB_KEY_LEN])
{
    (void)store;
    (void)id;
    (void)key;
    return Frama_C_interval(0, 1);
}

enum dsb_handshake_state dsb_handshake_recheck(struct dsb_handshake *handshake)
{
    if (Frama_C_interval(0, 1)) {
        handshake->local = NULL;
        handshake->state = DSB_HANDSHAKE_FAILED;
    }
    return handshake->state;
}

static uint8_t any_send_state(void)
{
    return (uint8_t)Frama_C_interval(DSB_SEND_NONE, DSB_SEND_DONE);
}

/* All that a session in this state can be. */
static void any_session(enum dsb_session_state state)
{
    static const struct noise_transport *const lives[] = {NULL, &session.transport};

    Frama_C_make_unknown((char *)&session, sizeof session);
    session.state = state;
    session.transport.self = lives[any_bool()];
    session.reason = (enum dsb_reason)Frama_C_interval(0, 2000);
    session.local_recv_max = (uint16_t)Frama_C_interval(DSB_RECV_MAX_MIN, DSB_RECV_MAX_MAX);
    session.peer_recv_max = (uint16_t)Frama_C_interval(DSB_RECV_MAX_MIN, DSB_RECV_MAX_MAX);
    session.is_initiator = any_bool();
    session.peer_closed = any_bool();
    session.ended = any_bool();
    session.paused = any_bool();
    session.ping_is_own = any_bool();
    session.accept_queued = any_bool();
    session.close = any_send_state();
    session.ping = any_send_state();
    session.pong = (uint8_t)Frama_C_interval(DSB_SEND_NONE, DSB_SEND_QUEUED);
    session.ping_len = (uint8_t)Frama_C_interval(0, DSB_PING_MAX);
    session.pong_len = (uint8_t)Frama_C_interval(0, DSB_PING_MAX);
    session.peer.len = (uint8_t)Frama_C_interval(1, DSB_DEVICE_ID_MAX);
}

static void is_session(void)
{
    /*@ assert state: DSB_SESSION_UNUSED <= session.state <= DSB_SESSION_FAILED; */
    /*@ assert ping: session.ping_len <= DSB_PING_MAX; */
    /*@ assert pong: session.pong_len <= DSB_PING_MAX; */
    if (session.state == DSB_SESSION_OPEN)
        /*@ assert room: session.peer_recv_max >= DSB_RECV_MAX_MIN; */;
}

static void feed(enum dsb_session_state state, size_t len, int type_min, int type_max)
{
    size_t used_len, body_len;
    const uint8_t *body;
    uint8_t *in = any_bytes(len);

    any_session(state);
    noise_promise_first = (uint8_t)Frama_C_interval(type_min, type_max);
    (void)dsb_session_feed(&session, in, len, any_time(), &used_len, &body, &body_len);
    /*@ assert within: used_len <= len; */
    if (body_len != 0)
        /*@ assert body: \valid_read(body + (0 .. body_len - 1)); */;
    is_session();
}

static void feed_types(enum dsb_session_state state, size_t len)
{
    /*@ loop unroll TYPE_END + 1; */
    for (int type = 0; type < TYPE_END; type++)
        feed(state, len, type, type);
    feed(state, len, TYPE_END, UINT8_MAX);
}

static void send(enum dsb_session_state state, size_t room_len, size_t body_len)
{
    size_t out_len;
    uint8_t *out = room(room_len);

    any_session(state);
    (void)!dsb_session_send_stream(&session, (enum dsb_record_type)Frama_C_interval(0, TYPE_END),
                                   out, room_len, any_bytes(body_len), body_len, any_time(),
                                   &out_len);
    /*@ assert within: out_len <= room_len; */
    is_session();
}

/* The body stands where the record's will. */
static void send_in_place(enum dsb_session_state state, size_t body_len)
{
    size_t out_len, room_len = OVERHEAD + body_len;
    uint8_t *out = room(room_len);

    any_session(state);
    Frama_C_make_unknown((char *)out, room_len);
    (void)!dsb_session_send_stream(&session, DSB_RECORD_BYTES, out, room_len,
                                   out + DSB_BODY_HEADROOM, body_len, any_time(), &out_len);
    is_session();
}

static void output(enum dsb_session_state state, size_t room_len, size_t body_len)
{
    any_session(state);
    session.ping_len = session.pong_len = (uint8_t)body_len;
    size_t out_len = dsb_session_output(&session, room(room_len), room_len, any_time());
    /*@ assert within: out_len <= room_len; */
    is_session();
}

static void ping(enum dsb_session_state state, size_t body_len)
{
    any_session(state);
    (void)!dsb_session_ping(&session, any_bytes(body_len), body_len);
    is_session();
}

static void other_calls(enum dsb_session_state state)
{
    any_session(state);
    (void)!dsb_session_close(&session);
    (void)!dsb_session_end(&session, any_time());
    is_session();
    any_session(state);
    (void)dsb_session_tick(&session, any_time());
    (void)dsb_session_end_of_stream(&session);
    dsb_session_abort(&session, DSB_REASON_LOCAL_ABORTED);
    is_session();
    any_session(state);
    dsb_session_written(&session, any_time(), any_time());
    dsb_session_pause(&session, any_bool(), any_time());
    (void)dsb_session_deadline(&session);
    (void)dsb_session_is_trusted(&session, &trust);
    is_session();
    dsb_session_wipe(&session);
    is_session();
}

static void finish(enum dsb_handshake_state state)
{
    memset(&hs, 0, sizeof hs);
    hs.state = state;
    hs.local = hs.state == DSB_HANDSHAKE_AUTHENTICATED ? &local : NULL;
    hs.initiator = any_bool();
    hs.peer_recv_max = (uint16_t)Frama_C_interval(DSB_RECV_MAX_MIN, DSB_RECV_MAX_MAX);
    (void)!dsb_handshake_finish(&hs, &session, any_time());
    is_session();
}

static void with_length(enum dsb_session_state state, size_t len)
{
    feed_types(state, len);
    send(state, len, 4);
    send(state, len, len);
    send_in_place(state, len);
    ping(state, len);
    output(state, len, len % (DSB_PING_MAX + 1));
}

static void from_state(enum dsb_session_state state)
{
    /*@ loop unroll OVERHEAD + 6; */
    for (size_t len = 0; len < OVERHEAD + 6; len++)
        with_length(state, len);
    /*@ loop unroll 4; */
    for (size_t len = DSB_CONTROL_MAX - 1; len <= DSB_CONTROL_MAX + 1; len++)
        with_length(state, len);
    feed_types(state, EXACT_MAX);
    send(state, EXACT_MAX, DSB_RECV_MAX_MAX - DSB_RECORD_OVERHEAD);
    send(state, EXACT_MAX, EXACT_MAX - DSB_BODY_HEADROOM);
    output(state, 3 * DSB_CONTROL_MAX, DSB_PING_MAX);
    other_calls(state);
}

int main(void)
{
    local.recv_max = (uint16_t)Frama_C_interval(DSB_RECV_MAX_MIN, DSB_RECV_MAX_MAX);
    /*@ loop unroll 20; */
    for (int state = DSB_HANDSHAKE_UNUSED; state <= DSB_HANDSHAKE_FAILED; state++)
        finish((enum dsb_handshake_state)state);
    /*@ loop unroll 4; */
    for (int state = DSB_SESSION_UNUSED; state <= DSB_SESSION_FAILED; state++)
        from_state((enum dsb_session_state)state);
    return 0;
}
