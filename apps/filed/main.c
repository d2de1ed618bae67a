/* SPDX-License-Identifier: Apache-2.0 */
/* filed: the service `file`. What a peer sends is kept in memory, on a shelf of its own, until
 * filed or the machine ends. */
#include "bus/publisher.h"
#include "proto/slots.h"
#include "rt/process.h"
#include "transfer.h"

#include <string.h>

#define PIECE_LEN 2048u

struct file_stream {
    struct publisher_stream stream;
    struct transfer transfer;
    uint32_t first; /* what was read and is not used yet */
    uint32_t len;
    uint8_t bytes[PIECE_LEN];
};

static struct shelf shelves[SHELF_COUNT];
static struct file_stream streams[8];

static void say_answer(struct file_stream *file)
{
    struct transfer *transfer = &file->transfer;
    size_t said_len = publisher_write(&file->stream, transfer->answer + transfer->answer_first,
                                      transfer->answer_len);

    transfer->answer_first += (uint32_t)said_len;
    transfer->answer_len -= (uint32_t)said_len;
}

static void turn(void *object)
{
    struct file_stream *file = object;
    size_t used_len;

    say_answer(file);
    if (file->len == 0) {
        file->first = 0;
        file->len = (uint32_t)publisher_read(&file->stream, file->bytes, PIECE_LEN);
    }
    (void)strcpy(file->transfer.peer, file->stream.peer);
    if (!transfer_take(&file->transfer, shelves, file->bytes + file->first, file->len, &used_len)) {
        publisher_reset(&file->stream, BUS_RESET_PROTOCOL);
        return;
    }
    file->first += (uint32_t)used_len;
    file->len -= (uint32_t)used_len;
    if (file->stream.peer_ended && file->len == 0 && file->transfer.answer_len == 0)
        publisher_finish(&file->stream);
}

/* What is not whole by now is dropped. */
static void over(void *object)
{
    struct file_stream *file = object;

    transfer_end(&file->transfer);
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
