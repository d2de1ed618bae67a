/* SPDX-License-Identifier: Apache-2.0 */
/* filed: the service `file`. What a peer sends is kept in memory, on a shelf of its own, until
 * filed or the machine ends. */
#include "bus/publisher.h"
#include "proto/slots.h"
#include "rt/process.h"
#include "transfer.h"

struct file_stream {
    struct publisher_stream stream;
    struct transfer transfer;
    struct publisher_piece heard; /* and not used yet */
};

static struct shelf shelves[SHELF_COUNT];
static struct file_stream streams[8];

static void say_answer(struct file_stream *file)
{
    struct transfer *transfer = &file->transfer;
    uint32_t said_len = (uint32_t)publisher_write(
        &file->stream, transfer->answer + transfer->answer_first, transfer->answer_len);

    transfer->answer_first += said_len;
    transfer->answer_len -= said_len;
}

static void turn(void *object)
{
    struct file_stream *file = object;
    struct publisher_piece *heard = &file->heard;
    size_t used_len;

    say_answer(file);
    publisher_hear(&file->stream, heard);
    file->transfer.peer = file->stream.peer;
    if (!transfer_take(&file->transfer, shelves, heard->bytes + heard->first, heard->len,
                       &used_len)) {
        publisher_reset(&file->stream, BUS_RESET_PROTOCOL);
        return;
    }
    publisher_used(heard, used_len);
    if (file->stream.peer_ended && heard->len == 0 && file->transfer.answer_len == 0)
        publisher_finish(&file->stream);
}

/* What is not whole by now is dropped. */
static void over(void *object)
{
    transfer_end(&((struct file_stream *)object)->transfer);
}

static struct publisher file_publisher = {
    .service = "file",
    .endpoint = APP_SLOT_BUS,
    .notification = APP_SLOT_NOTIFY,
    .streams = streams,
    .stream_len = sizeof streams[0],
    .stream_count = sizeof streams / sizeof streams[0],
    .peer_stream_count = 2,
    .turn = turn,
    .over = over,
};

int process_main(uint64_t arg)
{
    (void)arg;
    publisher_run(&file_publisher);
}
