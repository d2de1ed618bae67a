/* SPDX-License-Identifier: Apache-2.0 */
/* echo: says what it hears. The application that CONTRIBUTING.md tells how to write. */
#include "bus/publisher.h"
#include "proto/slots.h"
#include "rt/process.h"

struct echo {
    struct publisher_stream stream;
    struct publisher_piece heard; /* and not said yet */
};

static void turn(void *object)
{
    struct echo *echo = object;

    publisher_hear(&echo->stream, &echo->heard);
    publisher_say(&echo->stream, &echo->heard);
    if (echo->stream.peer_ended && echo->heard.len == 0)
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
