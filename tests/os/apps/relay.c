/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relay: an application that reaches other devices, for whoever tells it whom. The first line of a
 * stream says what is to be done:
 *
 *     DEVICE SERVICE    a stream to that service; what comes of either is passed to the other
 *     watch             `online DEVICE` and `offline DEVICE` as it happens
 *     die               the process ends
 *
 * A stream that does not come to be is told by a line, `refused STATUS` or `ended REASON`.
 */
#include "bus/publisher.h"
#include "proto/slots.h"
#include "rt/process.h"
#include "rt/syscall.h"

#include <stdio.h>
#include <string.h>

enum relay_state { RELAY_ORDER, RELAY_WATCH, RELAY_STREAM, RELAY_LAST_WORDS };

struct relay {
    struct publisher_stream stream;
    enum relay_state state;
    bool has_other;  /* `other` is a handle */
    bool has_passed; /* something came of the other side */
    bool other_ended, told_end;
    bus_handle other;
    char order[2 * BUS_ID_SIZE];
    size_t order_len;
    struct publisher_piece in, out; /* to the other side, and from it */
};

static void say(struct relay *relay, const char *word, const char *what)
{
    relay->out.first = 0;
    relay->out.len =
        (size_t)snprintf((char *)relay->out.bytes, PUBLISHER_PIECE_LEN, "%s %s\n", word, what);
}

static void say_last(struct relay *relay, const char *word, const char *what)
{
    say(relay, word, what);
    relay->state = RELAY_LAST_WORDS;
}

/* --- orders ----------------------------------------------------------------------------------- */

static void obey(struct relay *relay)
{
    char *service = strchr(relay->order, ' ');
    enum bus_status status = BUS_MALFORMED;

    if (strcmp(relay->order, "die") == 0)
        rt_exit(1);
    if (strcmp(relay->order, "watch") == 0) {
        relay->state = RELAY_WATCH;
        status = bus_watch(publisher_bus(), &relay->other);
    } else if (service != NULL) {
        *service++ = '\0';
        relay->state = RELAY_STREAM;
        status = bus_connect(publisher_bus(), relay->order, service, &relay->other);
    }
    relay->has_other = status == BUS_OK;
    if (status != BUS_OK)
        say_last(relay, "refused", bus_status_name(status));
}

static void hear_order(struct relay *relay)
{
    char byte;

    while (relay->state == RELAY_ORDER && publisher_read(&relay->stream, &byte, 1) == 1)
        if (byte == '\n')
            obey(relay);
        else if (relay->order_len < sizeof relay->order - 1)
            relay->order[relay->order_len++] = byte;
        else
            publisher_reset(&relay->stream, BUS_RESET_PROTOCOL);
}

/* --- what goes on ----------------------------------------------------------------------------- */

static void watch(struct relay *relay)
{
    char device[BUS_ID_SIZE];
    bool is_online;
    char dropped[16];

    if (relay->out.len == 0 &&
        bus_next(publisher_bus(), relay->other, device, &is_online) == BUS_OK)
        say(relay, is_online ? "online" : "offline", device);
    publisher_say(&relay->stream, &relay->out);
    (void)publisher_read(&relay->stream, dropped, sizeof dropped);
    if (relay->stream.peer_ended)
        publisher_finish(&relay->stream);
}

/* The other side is over, and not by its end. */
static void end_of_other(struct relay *relay)
{
    enum bus_reason reason = BUS_REASON_NONE;

    (void)!bus_reason(publisher_bus(), relay->other, &reason);
    if (relay->has_passed)
        publisher_reset(&relay->stream, BUS_RESET_GONE);
    else
        say_last(relay, "ended", bus_reason_name(reason));
}

static void pass_to_other(struct relay *relay)
{
    struct publisher_piece *in = &relay->in;
    size_t written_len = 0;

    publisher_hear(&relay->stream, in);
    if (in->len != 0 && bus_write(publisher_bus(), relay->other, in->bytes + in->first, in->len,
                                  &written_len) == BUS_OK)
        publisher_used(in, written_len);
    if (in->len == 0 && relay->stream.peer_ended && !relay->told_end)
        relay->told_end = bus_finish(publisher_bus(), relay->other) == BUS_OK;
}

static void pass_from_other(struct relay *relay)
{
    struct publisher_piece *out = &relay->out;

    if (out->len == 0 && !relay->other_ended) {
        enum bus_status status =
            bus_read(publisher_bus(), relay->other, out->bytes, PUBLISHER_PIECE_LEN, &out->len);
        out->first = 0;
        relay->other_ended = status == BUS_OK && out->len == 0;
        relay->has_passed = relay->has_passed || status == BUS_OK;
        if (status != BUS_OK && status != BUS_WOULD_BLOCK) {
            end_of_other(relay);
            return;
        }
    }
    publisher_say(&relay->stream, &relay->out);
    if (relay->other_ended)
        publisher_finish(&relay->stream);
}

static void turn(void *object)
{
    struct relay *relay = object;

    if (relay->state == RELAY_ORDER)
        hear_order(relay);
    if (relay->state == RELAY_WATCH) {
        watch(relay);
    } else if (relay->state == RELAY_STREAM) {
        pass_to_other(relay);
        pass_from_other(relay);
    }
    if (relay->state == RELAY_LAST_WORDS) {
        publisher_say(&relay->stream, &relay->out);
        if (relay->out.len == 0)
            publisher_finish(&relay->stream);
    }
}

static void over(void *object)
{
    struct relay *relay = object;

    if (relay->has_other)
        (void)bus_close(publisher_bus(), relay->other);
}

static struct relay streams[6];

static struct publisher relay = {
    .service = "relay",
    .endpoint = APP_SLOT_BUS,
    .notification = APP_SLOT_NOTIFY,
    .streams = streams,
    .stream_len = sizeof streams[0],
    .stream_count = 6,
    .peer_stream_count = 6,
    .turn = turn,
    .over = over,
};

int process_main(uint64_t arg)
{
    (void)arg;
    publisher_run(&relay);
}
