/* SPDX-License-Identifier: Apache-2.0 */
/* logd: the device's log as the service `log`: what the kernel still has of it, then each line as
 * it comes. It writes no line of its own for a reader, so that no reader makes lines by reading. */
#include "bus/publisher.h"
#include "proto/slots.h"
#include "reader.h"
#include "rt/process.h"
#include "rt/time.h"

/* The kernel tells nobody of a new line: whoever logs must not wake anybody. While somebody reads,
 * it is looked so often. */
#define LOOK_MS 100u

struct log_stream {
    struct publisher_stream stream;
    struct reader reader;
};

static struct log_stream streams[8];

/* What a reader says means nothing. One that has ended wants what there is; any other, what comes.
 */
static void turn(void *object)
{
    struct log_stream *log = object;
    char dropped[64];
    const char *bytes;

    (void)publisher_read(&log->stream, dropped, sizeof dropped);
    size_t len = reader_next(&log->reader, &bytes);
    reader_taken(&log->reader, publisher_write(&log->stream, bytes, len));
    if (log->stream.peer_ended && len == 0)
        publisher_finish(&log->stream);
}

static uint64_t deadline(void)
{
    for (uint32_t i = 0; i < sizeof streams / sizeof streams[0]; i++)
        if (streams[i].stream.state == PUBLISHER_OPEN)
            return rt_deadline_ms(LOOK_MS);
    return UINT64_MAX;
}

static struct publisher log_publisher = {
    .service = "log",
    .endpoint = APP_SLOT_BUS,
    .notification = APP_SLOT_NOTIFY,
    .streams = streams,
    .stream_len = sizeof streams[0],
    .stream_count = sizeof streams / sizeof streams[0],
    .peer_stream_count = 2,
    .turn = turn,
    .deadline = deadline,
};

int process_main(uint64_t arg)
{
    (void)arg;
    publisher_run(&log_publisher);
}
