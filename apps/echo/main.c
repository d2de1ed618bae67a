/* SPDX-License-Identifier: Apache-2.0 */
/* echo: says what it hears. The application that CONTRIBUTING.md tells how to write. */
#include "bus/publisher.h"
#include "proto/slots.h"
#include "rt/process.h"

struct echo {
    struct publisher_stream stream;
    size_t first, len; /* what was heard and is not said yet */
    uint8_t bytes[1024];
};

static void turn(void *object)
{
    struct echo *echo = object;

    if (echo->len == 0) {
        echo->first = 0;
        echo->len = publisher_read(&echo->stream, echo->bytes, sizeof echo->bytes);
    }
    size_t said_len = publisher_write(&echo->stream, echo->bytes + echo->first, echo->len);
    echo->first += said_len;
    echo->len -= said_len;
    if (echo->stream.peer_ended && echo->len == 0)
        publisher_finish(&echo->stream);
}

static struct echo streams[4];

static struct publisher echo = {
    .service = "echo",
    .endpoint = APP_SLOT_BUS,
    .notification = APP_SLOT_NOTIFY,
    .streams = streams,
    .stream_len = sizeof streams[0],
    .stream_count = 4,
    .peer_stream_count = 2,
    .turn = turn,
};

int process_main(uint64_t arg)
{
    (void)arg;
    publisher_run(&echo);
}
