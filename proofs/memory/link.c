/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The link, from every state on its own: an object of which only that is known which its state
 * says, with its buffers lent or not and filled in each way that a turn can leave them, one call of
 * any kind, and what it leaves is again such an object. So every order of calls is covered.
 * Handshake and session are their promises, which `memory-handshake` and `memory-session` show.
 */
#include "dsoftbus/link_ahead.h"

#include "any.h"
#include "exact.h"

#include <string.h>

#define IN_CAP  DSB_HANDSHAKE_IN_MAX
#define OUT_CAP DSB_LINK_OUT_MIN
#define FEW     2 /* bytes of which every part may be used; of more all, all but one, or none */

/* How a buffer of that many bytes can be filled: where, and how much. */
struct fill {
    size_t cap, first, len;
};

static struct dsb_local local;
static struct dsb_trust_store trust;
static struct dsb_device_id target;
static struct dsb_link link;
static struct noise_ahead ahead;
static uint8_t ephemeral[DSB_KEY_LEN], other_in[EXACT_MAX];

/* --- promises --------------------------------------------------------------------------------- */

/* How many of these bytes were used, or written, one number after the other. */
static size_t any_part(size_t len)
{
    if (len == 0 || any_bool())
        return 0;
    return any_bool() ? len : len > FEW ? len - 1 : 1;
}

static void writes(uint8_t *out, size_t len)
{
    if (len != 0) {
        /*@ assert writable: \valid(out + (0 .. len - 1)); */
        Frama_C_make_unknown((char *)out, len);
    }
}

void noise_wipe(void *secret, size_t len)
{
    if (len != 0)
        memset(secret, 0, len);
}

static enum dsb_reason any_reason(void)
{
    return (enum dsb_reason)Frama_C_interval(DSB_REASON_NONE, 255);
}

enum dsb_reason dsb_handshake_connect(struct dsb_handshake *hs, const struct dsb_local *own,
                                      const struct dsb_device_id *peer, uint8_t key[DSB_KEY_LEN],
                                      uint64_t now_ms)
{
    (void)hs, (void)own, (void)peer, (void)now_ms;
    writes(key, DSB_KEY_LEN);
    return any_reason();
}

enum dsb_reason dsb_handshake_accept(struct dsb_handshake *hs, const struct dsb_local *own,
                                     uint8_t key[DSB_KEY_LEN], uint64_t now_ms)
{
    (void)hs, (void)own, (void)now_ms;
    writes(key, DSB_KEY_LEN);
    return any_reason();
}

enum dsb_handshake_state dsb_handshake_feed(struct dsb_handshake *hs, uint8_t *in, size_t in_len,
                                            uint64_t now_ms, size_t *used_len)
{
    (void)hs, (void)now_ms;
    reads(in, in_len);
    *used_len = any_part(in_len);
    return (enum dsb_handshake_state)Frama_C_interval(DSB_HANDSHAKE_WRITE_MSG1,
                                                      DSB_HANDSHAKE_FAILED);
}

size_t dsb_handshake_output(struct dsb_handshake *hs, uint8_t out[DSB_HANDSHAKE_OUT_MAX])
{
    (void)hs;
    writes(out, DSB_HANDSHAKE_OUT_MAX);
    return any_bool() ? 0 : DSB_HANDSHAKE_OUT_MAX;
}

const uint8_t *dsb_handshake_foresee(const struct dsb_handshake *hs, const uint8_t *in,
                                     size_t in_len, size_t *message_len)
{
    (void)hs;
    reads(in, in_len);
    *message_len = 0;
    if (in_len <= DSB_FRAME_HEADER_LEN || any_bool())
        return NULL;
    *message_len = in_len - DSB_FRAME_HEADER_LEN;
    return in + DSB_FRAME_HEADER_LEN;
}

void noise_ahead_add(struct noise_ahead *all, struct noise_xk_handshake *hs, const uint8_t *message,
                     size_t message_len)
{
    (void)all, (void)hs;
    reads(message, message_len);
}

enum dsb_handshake_state dsb_handshake_end_of_stream(struct dsb_handshake *hs)
{
    (void)hs;
    return DSB_HANDSHAKE_FAILED;
}

void dsb_handshake_abort(struct dsb_handshake *hs, enum dsb_reason reason)
{
    (void)hs, (void)reason;
}

enum dsb_reason dsb_handshake_reason(const struct dsb_handshake *hs)
{
    (void)hs;
    return any_reason();
}

uint64_t dsb_handshake_deadline(const struct dsb_handshake *hs)
{
    (void)hs;
    return any_time();
}

enum dsb_step dsb_handshake_next_step(struct dsb_handshake *hs)
{
    (void)hs;
    return DSB_STEP_NONE;
}

const struct dsb_device_id *dsb_handshake_claim(const struct dsb_handshake *hs)
{
    return &hs->claim;
}

const struct dsb_device_id *dsb_handshake_peer(const struct dsb_handshake *hs)
{
    return &hs->peer;
}

enum dsb_status dsb_slot_finish(union dsb_slot *slot, uint64_t now_ms)
{
    (void)slot, (void)now_ms;
    return any_bool() ? DSB_OK : DSB_WRONG_STATE;
}

enum dsb_event dsb_session_feed(struct dsb_session *session, uint8_t *in, size_t in_len,
                                uint64_t now_ms, size_t *used_len, const uint8_t **body,
                                size_t *body_len)
{
    (void)session, (void)now_ms;
    reads(in, in_len);
    *used_len = any_part(in_len);
    *body = *used_len != 0 && any_bool() ? in + 1 : NULL;
    *body_len = *body != NULL ? *used_len - 1 : 0;
    return (enum dsb_event)Frama_C_interval(DSB_EVENT_NONE, DSB_EVENT_FAILED);
}

bool dsb_session_wants_output(const struct dsb_session *session)
{
    (void)session;
    return any_bool();
}

size_t dsb_session_output(struct dsb_session *session, uint8_t *out, size_t out_cap,
                          uint64_t now_ms)
{
    (void)session, (void)now_ms;
    writes(out, out_cap);
    return any_part(out_cap);
}

enum dsb_status dsb_session_send_stream(struct dsb_session *session, enum dsb_record_type type,
                                        uint8_t *out, size_t out_cap, const uint8_t *body,
                                        size_t body_len, uint64_t now_ms, size_t *out_len)
{
    (void)session, (void)type, (void)now_ms;
    reads(body, body_len);
    writes(out, out_cap);
    *out_len = any_part(out_cap);
    return *out_len != 0 ? DSB_OK : DSB_WOULD_BLOCK;
}

enum dsb_event dsb_session_tick(struct dsb_session *session, uint64_t now_ms)
{
    (void)session, (void)now_ms;
    return any_bool() ? DSB_EVENT_FAILED : DSB_EVENT_NONE;
}

enum dsb_event dsb_session_end_of_stream(struct dsb_session *session)
{
    (void)session;
    return DSB_EVENT_FAILED;
}

void dsb_session_written(struct dsb_session *session, size_t written_len, uint64_t now_ms)
{
    (void)session, (void)written_len, (void)now_ms;
}

bool dsb_session_is_closed(const struct dsb_session *session)
{
    (void)session;
    return any_bool();
}

bool dsb_session_is_trusted(const struct dsb_session *session, const struct dsb_trust_store *store)
{
    (void)session, (void)store;
    return any_bool();
}

uint64_t dsb_session_deadline(const struct dsb_session *session)
{
    (void)session;
    return any_time();
}

size_t dsb_session_body_max(const struct dsb_session *session)
{
    (void)session;
    return (size_t)Frama_C_interval(0, DSB_RECV_MAX_MAX);
}

enum dsb_status dsb_session_ping(struct dsb_session *session, const uint8_t *body, size_t body_len)
{
    (void)session;
    reads(body, body_len);
    return DSB_OK;
}

enum dsb_status dsb_session_close(struct dsb_session *session)
{
    (void)session;
    return DSB_OK;
}

enum dsb_status dsb_session_end(struct dsb_session *session, uint64_t now_ms)
{
    (void)session, (void)now_ms;
    return DSB_OK;
}

void dsb_session_abort(struct dsb_session *session, enum dsb_reason reason)
{
    (void)session, (void)reason;
}

void dsb_session_pause(struct dsb_session *session, bool paused, uint64_t now_ms)
{
    (void)session, (void)paused, (void)now_ms;
}

enum dsb_reason dsb_session_reason(const struct dsb_session *session)
{
    (void)session;
    return any_reason();
}

const struct dsb_device_id *dsb_session_peer(const struct dsb_session *session)
{
    return &session->peer;
}

/* --- the link --------------------------------------------------------------------------------- */

/* All that a link in this state can be, with buffers filled so. */
static void any_link(enum dsb_link_state state, const struct fill *in, const struct fill *out)
{
    memset(&link, 0, sizeof link);
    if (state == DSB_LINK_UNUSED)
        return;
    link.state = state;
    link.is_session = state == DSB_LINK_OPEN || state == DSB_LINK_CLOSED ||
                      (state == DSB_LINK_FAILED && any_bool());
    link.paused = any_bool();
    link.stream_ended = any_bool();
    link.write_failed = any_bool();
    link.session_in_min = any_time();
    link.handshake_out_len = any_time();
    if (!link.is_session)
        link.slot.handshake.state = (enum dsb_handshake_state)Frama_C_interval(
            DSB_HANDSHAKE_WRITE_MSG1, DSB_HANDSHAKE_FAILED);
    link.in_cap = in->cap;
    link.in_first = in->first;
    link.in_len = in->len;
    link.in = in->cap == 0 ? NULL : any_bytes(in->cap);
    link.out_cap = out->cap;
    link.out_first = out->first;
    link.out_len = out->len;
    link.out = out->cap == 0 ? NULL : room(out->cap);
    writes(link.out, out->cap);
}

static void is_link(void)
{
    /*@ assert state: DSB_LINK_UNUSED <= link.state <= DSB_LINK_FAILED; */
    if (link.in_len != 0) {
        /*@ assert in_end: link.in_first + link.in_len <= link.in_cap; */
        /*@ assert in: \valid(link.in + (0 .. link.in_cap - 1)); */
    }
    if (link.out_len != 0) {
        /*@ assert out_end: link.out_first + link.out_len <= link.out_cap; */
        /*@ assert out: \valid(link.out + (0 .. link.out_cap - 1)); */
    }
}

static void hear(enum dsb_link_state state, const struct fill *in, const struct fill *out)
{
    any_link(state, in, out);
    struct dsb_link_event event = dsb_link_next_event(&link, any_time());
    if (event.body != NULL && event.body_len != 0)
        /*@ assert body: \valid(event.body + (0 .. event.body_len - 1)); */;
    is_link();
}

static void receive(enum dsb_link_state state, const struct fill *in, const struct fill *out)
{
    size_t room_len;

    any_link(state, in, out);
    writes(dsb_link_room(&link, &room_len), room_len);
    is_link();
    any_link(state, in, out);
    dsb_link_received(&link, any_time());
    is_link();
    dsb_link_end_of_stream(&link);
    (void)dsb_link_foresees(&link);
    const uint8_t *point = dsb_link_look_ahead(&link, &ahead);
    if (point != NULL)
        /*@ assert point: \valid_read(point); */;
}

static void say(enum dsb_link_state state, const struct fill *in, const struct fill *out)
{
    size_t pending_len, body_room_len;

    any_link(state, in, out);
    const uint8_t *pending = dsb_link_pending(&link, any_time(), &pending_len);
    if (pending_len != 0)
        /*@ assert pending: \valid_read(pending + (0 .. pending_len - 1)); */;
    is_link();
    any_link(state, in, out);
    uint8_t *tail = dsb_link_tail(&link, any_time(), &body_room_len);
    if (tail != NULL)
        writes(tail - DSB_BODY_HEADROOM, DSB_BODY_HEADROOM + body_room_len + DSB_BODY_TAILROOM);
    is_link();
    any_link(state, in, out);
    (void)!dsb_link_send_stream(&link, DSB_RECORD_BYTES, other_in, sizeof other_in, any_time());
    is_link();
}

static void sent(enum dsb_link_state state, const struct fill *in, const struct fill *out,
                 size_t len)
{
    any_link(state, in, out);
    dsb_link_sent(&link, len, any_time());
    is_link();
}

static void set_in(enum dsb_link_state state, const struct fill *in, const struct fill *out,
                   size_t cap)
{
    any_link(state, in, out);
    uint8_t *bytes = cap == 0 ? NULL : other_in + sizeof other_in - cap;
    (void)!dsb_link_set_in(&link, bytes, cap);
    is_link();
}

static void set_out(enum dsb_link_state state, const struct fill *in, const struct fill *out,
                    size_t cap)
{
    any_link(state, in, out);
    (void)!dsb_link_set_out(&link, cap == 0 ? NULL : other_in + sizeof other_in - cap, cap);
    is_link();
}

static void control(enum dsb_link_state state, const struct fill *in, const struct fill *out)
{
    any_link(state, in, out);
    (void)!dsb_link_open(&link, any_time());
    is_link();
    any_link(state, in, out);
    (void)!dsb_link_ping(&link, other_in, DSB_PING_MAX);
    (void)!dsb_link_close(&link);
    (void)!dsb_link_finish(&link, any_time());
    dsb_link_pause(&link, any_bool(), any_time());
    dsb_link_abort(&link, DSB_REASON_LOCAL_ABORTED);
    is_link();
    any_link(state, in, out);
    (void)dsb_link_deadline(&link);
    (void)dsb_link_reason(&link);
    (void)dsb_link_next_step(&link);
    (void)dsb_link_claim(&link);
    (void)dsb_link_peer(&link);
    (void)dsb_link_session(&link);
    (void)dsb_link_is_trusted(&link, &trust);
    dsb_link_write_failed(&link);
    is_link();
    dsb_link_end(&link);
    is_link();
}

/* Calls for which only one of the buffers counts. */
static void input_calls(enum dsb_link_state state, const struct fill *in, const struct fill *out)
{
    receive(state, in, out);
    set_in(state, in, out, 0);
    set_in(state, in, out, FEW - 1);
    set_in(state, in, out, IN_CAP);
    set_in(state, in, out, EXACT_MAX);
}

static void output_calls(enum dsb_link_state state, const struct fill *in, const struct fill *out)
{
    say(state, in, out);
    sent(state, in, out, 0);
    sent(state, in, out, 1);
    sent(state, in, out, out->len);
    sent(state, in, out, SIZE_MAX);
    set_out(state, in, out, 0);
    set_out(state, in, out, OUT_CAP - 1);
    set_out(state, in, out, OUT_CAP);
    control(state, in, out);
}

static const struct fill ins[] = {{IN_CAP, 0, FEW},    {0, 0, 0},
                                  {IN_CAP, 0, 0},      {IN_CAP, 1, FEW},
                                  {IN_CAP, IN_CAP, 0}, {IN_CAP, IN_CAP - FEW, FEW},
                                  {IN_CAP, 0, IN_CAP}};
static const struct fill outs[] = {{OUT_CAP, 0, 0},
                                   {0, 0, 0},
                                   {OUT_CAP, 0, 1},
                                   {OUT_CAP, 1, OUT_CAP / 2 - 1},
                                   {OUT_CAP, 0, OUT_CAP / 2 + 1},
                                   {OUT_CAP, FEW, OUT_CAP - FEW},
                                   {OUT_CAP, OUT_CAP, 0},
                                   {2 * OUT_CAP, 1, 1}};

static void begin(const struct fill *in, const struct fill *out)
{
    const struct dsb_link_buffers buffers = {in->cap == 0 ? NULL : any_bytes(in->cap), in->cap,
                                             out->cap == 0 ? NULL : room(out->cap), out->cap};

    (void)!dsb_link_connect(&link, &local, &target, ephemeral, &buffers, any_time());
    is_link();
    (void)!dsb_link_accept(&link, &local, ephemeral, &buffers, any_time());
    is_link();
}

static void from_state(enum dsb_link_state state)
{
    /*@ loop unroll 20; */
    for (size_t i = 0; i < sizeof ins / sizeof ins[0]; i++) {
        input_calls(state, &ins[i], &outs[0]);
        /*@ loop unroll 20; */
        for (size_t o = 0; o < sizeof outs / sizeof outs[0]; o++)
            hear(state, &ins[i], &outs[o]);
    }
    /*@ loop unroll 20; */
    for (size_t o = 0; o < sizeof outs / sizeof outs[0]; o++)
        output_calls(state, &ins[0], &outs[o]);
}

int main(void)
{
    local.recv_max = (uint16_t)Frama_C_interval(0, UINT16_MAX);
    /*@ loop unroll 20; */
    for (size_t i = 0; i < sizeof ins / sizeof ins[0]; i++)
        begin(&ins[i], &outs[i]);
    /*@ loop unroll 10; */
    for (int state = DSB_LINK_UNUSED; state <= DSB_LINK_FAILED; state++)
        from_state((enum dsb_link_state)state);
    return 0;
}
