/* SPDX-License-Identifier: Apache-2.0 */
/* PUT, BYTES, DONE come; READY, STORED, REFUSED go. Behind a refusal what was on the way is read
 * and forgotten until the next PUT. */
#include "transfer.h"

#include <string.h>

/* 0 is answered by the message; a refusal by itself, and nothing is being kept any more. */
static void answer(struct transfer *transfer, enum message_refusal why,
                   const struct message *message)
{
    const struct message refused = {.kind = MESSAGE_REFUSED, .refusal = why};

    transfer->answer_first = 0;
    transfer->answer_len = (uint32_t)message_write(transfer->answer, why == 0 ? message : &refused);
    if (why != 0)
        transfer->shelf = NULL;
}

/* Each is false when it is none that a sender says now. */
static bool on_put(struct transfer *transfer, struct shelf *shelves, const struct message *put)
{
    const struct message ready = {.kind = MESSAGE_READY};

    if (transfer->shelf != NULL)
        return false;
    transfer->has_offered = true;
    transfer->shelf = shelf_of(shelves, transfer->peer);
    answer(transfer,
           transfer->shelf == NULL ? REFUSAL_NO_SPACE
                                   : shelf_open(transfer->shelf, transfer->peer, put),
           &ready);
    return true;
}

static bool on_bytes(struct transfer *transfer, const struct message *message)
{
    if (transfer->shelf == NULL)
        return transfer->has_offered;
    enum message_refusal why = shelf_write(transfer->shelf, message->bytes, message->bytes_len);
    if (why != 0)
        answer(transfer, why, NULL);
    return true;
}

static bool on_done(struct transfer *transfer, const struct message *done)
{
    const struct message stored = {.kind = MESSAGE_STORED, .length = done->length};

    if (transfer->shelf == NULL)
        return transfer->has_offered;
    answer(transfer, shelf_keep(transfer->shelf, done->length), &stored);
    transfer->shelf = NULL;
    return true;
}

static bool on_message(struct transfer *transfer, struct shelf *shelves,
                       const struct message *message)
{
    switch (message->kind) {
    case MESSAGE_PUT:
        return on_put(transfer, shelves, message);
    case MESSAGE_BYTES:
        return on_bytes(transfer, message);
    case MESSAGE_DONE:
        return on_done(transfer, message);
    default:
        return false;
    }
}

bool transfer_take(struct transfer *transfer, struct shelf shelves[SHELF_COUNT],
                   const uint8_t *bytes, size_t len, size_t *used_len)
{
    struct message message;
    size_t step_len;

    for (*used_len = 0; *used_len < len && transfer->answer_len == 0; *used_len += step_len) {
        enum message_read read = message_read(&transfer->reader, bytes + *used_len, len - *used_len,
                                              &step_len, &message);
        if (read == MESSAGE_READ_BAD ||
            (read == MESSAGE_READ_ONE && !on_message(transfer, shelves, &message))) {
            transfer_end(transfer);
            return false;
        }
    }
    return true;
}

void transfer_end(struct transfer *transfer)
{
    if (transfer->shelf != NULL)
        shelf_drop(transfer->shelf);
    transfer->shelf = NULL;
}
