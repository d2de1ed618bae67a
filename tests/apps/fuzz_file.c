/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes in any pieces on the streams of several peers: what is kept stays as it was, what is
 * counted is what is there, and a stream's end leaves nothing half. */
#include "transfer.h"

#include <stdlib.h>
#include <string.h>

#define STREAM_COUNT 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct shelf shelves[SHELF_COUNT];
static struct transfer transfers[STREAM_COUNT];
static uint64_t kept_sum[SHELF_COUNT]; /* of the bytes of whole files */
static uint32_t kept_count[SHELF_COUNT];

static void must(bool holds)
{
    if (!holds)
        abort();
}

static uint64_t sum_of(const struct shelf *shelf, uint32_t file_count)
{
    uint64_t sum = 0, len = 0;

    for (uint32_t i = 0; i < file_count; i++)
        len += shelf->file[i].len;
    for (uint64_t i = 0; i < len; i++)
        sum = sum * 31 + shelf->bytes[i];
    return sum;
}

static void check_shelf(uint32_t idx)
{
    const struct shelf *shelf = &shelves[idx];
    uint32_t used_len = 0, open_count = 0;

    must(shelf->file_count >= kept_count[idx] && shelf->file_count <= SHELF_FILES_MAX);
    must(sum_of(shelf, kept_count[idx]) == kept_sum[idx]);
    kept_count[idx] = shelf->file_count;
    kept_sum[idx] = sum_of(shelf, shelf->file_count);
    for (uint32_t i = 0; i < shelf->file_count + shelf->is_open; i++) {
        used_len += shelf->file[i].len;
        must(message_name_is_valid(shelf->file[i].name));
    }
    must(used_len == shelf->used_len && used_len <= SHELF_BYTES_MAX);
    for (uint32_t i = 0; i < STREAM_COUNT; i++)
        open_count += transfers[i].shelf == shelf;
    must(open_count == shelf->is_open);
    must((shelf->peer[0] != '\0') == (shelf->file_count > 0 || shelf->is_open));
}

static const char *const peers[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};

static void begin_stream(struct transfer *transfer, uint8_t peer)
{
    transfer_end(transfer);
    memset(transfer, 0, sizeof *transfer);
    transfer->peer = peers[peer % 12];
}

/* Each move: which stream, what (an end, an answer taken, bytes), how many bytes follow. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    memset(shelves, 0, sizeof shelves);
    memset(transfers, 0, sizeof transfers);
    memset(kept_sum, 0, sizeof kept_sum);
    memset(kept_count, 0, sizeof kept_count);
    for (uint8_t i = 0; i < STREAM_COUNT; i++)
        begin_stream(&transfers[i], i / 2);
    for (size_t at = 0; at + 2 <= size;) {
        struct transfer *transfer = &transfers[data[at] % STREAM_COUNT];
        uint8_t what = data[at] / STREAM_COUNT, len = data[at + 1];
        size_t used_len = 0;
        at += 2;
        if (what == 0)
            begin_stream(transfer, len);
        else if (what % 2 == 0)
            transfer->answer_len = 0;
        else {
            len = len < size - at ? len : (uint8_t)(size - at);
            if (!transfer_take(transfer, shelves, data + at, len, &used_len))
                begin_stream(transfer, (uint8_t)(transfer->peer[0] - 'a'));
            must(used_len <= len);
            at += len;
        }
        for (uint32_t i = 0; i < SHELF_COUNT; i++)
            check_shelf(i);
    }
    for (uint32_t i = 0; i < STREAM_COUNT; i++)
        transfer_end(&transfers[i]);
    for (uint32_t i = 0; i < SHELF_COUNT; i++)
        must(!shelves[i].is_open);
    return 0;
}
