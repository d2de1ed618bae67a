/* SPDX-License-Identifier: Apache-2.0 */
/* The peer's side of a stream, by the rules of RFC-0008, section 2.7. */
#include "far.h"

#include "bus_limits.h"

struct far fars[FAR_COUNT];

static uint8_t byte_said;

uint8_t far_byte(unsigned which, bool by_app, unsigned number)
{
    return (uint8_t)((which + 1) << 4 | (unsigned)by_app << 3 | number);
}

void far_begin(unsigned which)
{
    fars[which] = (struct far){0};
}

bool far_can(unsigned which, enum far_word word)
{
    const struct far *far = &fars[which];

    switch (word) {
    case FAR_OPEN:
        return far->last_id == 0; /* one in a session */
    case FAR_SAY:
        return far->id != 0 && !far->fin_said && far->said < FAR_BYTES && far->send_credit > 0;
    case FAR_FIN:
        return far->id != 0 && !far->fin_said;
    case FAR_RESET:
        return far->id != 0;
    default: /* FAR_CREDIT */
        return far->id != 0 && far->unread > 0;
    }
}

static void forget_if_over(struct far *far)
{
    if (far->fin_said && far->fin_heard)
        far->id = 0;
}

static void open_stream(struct far *far)
{
    *far = (struct far){
        .id = 1, .last_id = 1, .send_credit = STREAM_WINDOW, .recv_credit = STREAM_WINDOW};
}

struct dsb_stream_record far_say(unsigned which, enum far_word word)
{
    struct far *far = &fars[which];
    struct dsb_stream_record record = {.type = DSB_RECORD_FIN, .id = far->id};

    switch (word) {
    case FAR_OPEN:
        open_stream(far);
        return (struct dsb_stream_record){
            .type = DSB_RECORD_OPEN, .id = far->id, .bytes = (const uint8_t *)"s", .bytes_len = 1};
    case FAR_SAY:
        byte_said = far_byte(which, false, far->said++);
        far->send_credit--;
        record.type = DSB_RECORD_BYTES;
        record.bytes = &byte_said;
        record.bytes_len = 1;
        break;
    case FAR_FIN:
        far->fin_said = true;
        forget_if_over(far);
        break;
    case FAR_RESET:
        far->id = 0;
        record.type = DSB_RECORD_RESET;
        record.code = DSB_RESET_CANCELLED;
        break;
    default: /* FAR_CREDIT */
        record.type = DSB_RECORD_CREDIT;
        record.credit = far->unread;
        far->recv_credit += far->unread;
        far->unread = 0;
        break;
    }
    return record;
}

static const char *hear_bytes(struct far *far, unsigned which,
                              const struct dsb_stream_record *record)
{
    if (!far->opened || far->fin_heard)
        return "bytes came before OPENED, or after FIN";
    if (record->bytes_len > far->recv_credit)
        return "more bytes came than credit was given";
    for (size_t i = 0; i < record->bytes_len; i++)
        if (record->bytes[i] != far_byte(which, true, far->heard++))
            return "a byte came that was not for this peer, or not now";
    far->recv_credit -= (uint32_t)record->bytes_len;
    far->unread += (uint8_t)record->bytes_len;
    return NULL;
}

const char *far_hear(unsigned which, const struct dsb_stream_record *record)
{
    struct far *far = &fars[which];

    if (record->id == 0 || record->id > far->last_id)
        return "a stream was named that this peer never opened";
    if (record->id != far->id)
        return NULL; /* over here: both sides' words cross */
    switch (record->type) {
    case DSB_RECORD_OPENED:
        if (far->opened)
            return "OPENED came twice";
        far->opened = true;
        far->send_credit += record->credit;
        return NULL;
    case DSB_RECORD_CREDIT:
        far->send_credit += record->credit;
        return far->opened ? NULL : "CREDIT came before OPENED";
    case DSB_RECORD_BYTES:
        return hear_bytes(far, which, record);
    case DSB_RECORD_FIN:
        if (!far->opened || far->fin_heard)
            return "FIN came before OPENED, or twice";
        far->fin_heard = true;
        forget_if_over(far);
        return NULL;
    case DSB_RECORD_RESET:
        far->id = 0;
        return NULL;
    default:
        return "a record came that is none here";
    }
}
