/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of records between a link and its streams: begun in each of the link's states, given each
 * of its events with bodies of none, one and several bytes, and sending into no room, some and
 * much. Link and streams are their promises, which `memory-link` and `memory-streams-...` show.
 */
#include "dsoftbus/stream_link.h"

#include "any.h"
#include "exact.h"

#include <string.h>

static struct dsb_link link;
static struct dsb_session session;
static struct dsb_stream_limits limits;
static struct dsb_streams streams;
static size_t room_max;
static uint8_t sink;

/* --- promises --------------------------------------------------------------------------------- */

const struct dsb_session *dsb_link_session(const struct dsb_link *of)
{
    (void)of;
    return &session;
}

bool dsb_session_is_initiator(const struct dsb_session *of)
{
    (void)of;
    return any_bool();
}

const struct dsb_stream_limits *dsb_session_streams(const struct dsb_session *of)
{
    (void)of;
    return &limits;
}

const struct dsb_stream_limits *dsb_session_peer_streams(const struct dsb_session *of)
{
    (void)of;
    return &limits;
}

enum dsb_record_type dsb_session_record_type(const struct dsb_session *of)
{
    (void)of;
    return (enum dsb_record_type)Frama_C_interval(DSB_RECORD_OPEN, DSB_RECORD_RESET);
}

enum dsb_status dsb_streams_init(struct dsb_streams *of, const struct dsb_streams_config *config,
                                 const struct dsb_streams_memory *memory)
{
    (void)memory;
    of->config = *config;
    return any_bool() ? DSB_OK : DSB_INVALID;
}

enum dsb_reason dsb_streams_receive(struct dsb_streams *of, enum dsb_record_type type,
                                    const uint8_t *body, size_t body_len)
{
    (void)of, (void)type;
    reads(body, body_len);
    return (enum dsb_reason)Frama_C_interval(DSB_REASON_NONE, 255);
}

void dsb_streams_end(struct dsb_streams *of)
{
    of->is_over = true;
}

void dsb_link_abort(struct dsb_link *of, enum dsb_reason reason)
{
    (void)of, (void)reason;
}

uint8_t *dsb_link_tail(struct dsb_link *of, uint64_t now_ms, size_t *room_len)
{
    (void)of, (void)now_ms;
    *room_len = room_max;
    return any_bool() ? room(room_max) : NULL;
}

size_t dsb_streams_next_record(struct dsb_streams *of, enum dsb_record_type *type, uint8_t *body,
                               size_t body_cap)
{
    (void)of;
    if (body_cap == 0 || any_bool())
        return 0;
    /*@ assert writable: \valid(body + (0 .. body_cap - 1)); */
    Frama_C_make_unknown((char *)body, body_cap);
    *type = DSB_RECORD_BYTES;
    return any_bool() ? body_cap : 1;
}

enum dsb_status dsb_link_send_stream(struct dsb_link *of, enum dsb_record_type type,
                                     const uint8_t *body, size_t body_len, uint64_t now_ms)
{
    (void)of, (void)now_ms;
    sink ^= (uint8_t)type;
    reads(body, body_len);
    return any_bool() ? DSB_OK : DSB_WRONG_STATE;
}

/* --- calls ------------------------------------------------------------------------------------ */

static void receive(enum dsb_link_event_type type, size_t len)
{
    const struct dsb_link_event event = {type, len == 0 ? NULL : any_bytes(len), len};

    dsb_stream_link_receive(&streams, &link, &event);
}

static void send(size_t cap)
{
    room_max = cap;
    dsb_stream_link_send(&streams, &link, 1);
}

int main(void)
{
    const struct dsb_streams_memory memory = {NULL, NULL, NULL};

    Frama_C_make_unknown((char *)&limits, sizeof limits);
    /*@ loop unroll 20; */
    for (int state = DSB_LINK_UNUSED; state <= DSB_LINK_FAILED; state++) {
        link.state = (enum dsb_link_state)state;
        (void)!dsb_stream_link_begin(&streams, &link, 1, 1, &memory);
    }
    /*@ loop unroll 20; */
    for (int type = 0; type <= 16; type++) {
        receive((enum dsb_link_event_type)type, 0);
        receive((enum dsb_link_event_type)type, 1);
        receive((enum dsb_link_event_type)type, 70);
    }
    send(0);
    send(1);
    send(EXACT_MAX);
    return 0;
}
