/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queues of a session's streams: a queue of none, some or all of three streams in every order,
 * each of which is put into it, taken out of it and looked for at its head; what is left is again a
 * queue of whom it should be. This is what `memory-streams-...` promise themselves.
 */
#include "dsoftbus/streams_internal.h"

#include "__fc_builtin.h"
#include <string.h>

#define COUNT 3

static struct dsb_stream table[COUNT];
static struct dsb_streams streams;

/* Whose turn is which; 0: nobody's. Each stream is in it once at most. */
static bool make(enum dsb_stream_queue queue, const uint16_t order[COUNT])
{
    memset(table, 0, sizeof table);
    memset(&streams, 0, sizeof streams);
    streams.streams = table;
    streams.count = COUNT;
    /*@ loop unroll COUNT; */
    for (size_t i = 0; i < COUNT && order[i] != 0; i++) {
        struct dsb_stream *one = &table[order[i] - 1];

        if (one->queued[queue])
            return false;
        one->queued[queue] = true;
        *(i == 0 ? &streams.first[queue] : &table[order[i - 1] - 1].next[queue]) = order[i];
        streams.last[queue] = order[i];
    }
    return true;
}

static void is_queue(enum dsb_stream_queue queue)
{
    size_t in_count = 0, queued_count = 0;
    uint16_t last = 0;

    /*@ loop unroll COUNT + 2; */
    for (uint16_t each = streams.first[queue]; each != 0; each = table[each - 1].next[queue]) {
        in_count++;
        /*@ assert ends: in_count <= COUNT; */
        /*@ assert stream: each <= COUNT; */
        /*@ assert queued: table[each - 1].queued[queue] == 1; */
        last = each;
    }
    /*@ assert last: streams.last[queue] == last; */
    /*@ loop unroll COUNT; */
    for (size_t i = 0; i < COUNT; i++)
        queued_count += table[i].queued[queue];
    /*@ assert all: in_count == queued_count; */
}

static void use(enum dsb_stream_queue queue, const uint16_t order[COUNT], size_t i)
{
    if (!make(queue, order))
        return;
    dsb_streams_enqueue(&streams, queue, &table[i]);
    /*@ assert in: table[i].queued[queue] == 1; */
    is_queue(queue);
    if (!make(queue, order))
        return;
    dsb_streams_dequeue(&streams, queue, &table[i]);
    /*@ assert out: table[i].queued[queue] == 0; */
    is_queue(queue);
    const struct dsb_stream *first = dsb_streams_first(&streams, queue);
    /*@ assert none: first == \null || first->queued[queue] == 1; */
}

int main(void)
{
    uint16_t order[COUNT];

    /*@ loop unroll COUNT + 1; */
    for (order[0] = 0; order[0] <= COUNT; order[0]++)
        /*@ loop unroll COUNT + 1; */
        for (order[1] = 0; order[1] <= COUNT; order[1]++)
            /*@ loop unroll COUNT + 1; */
            for (order[2] = 0; order[2] <= COUNT; order[2]++)
                /*@ loop unroll COUNT; */
                for (size_t i = 0; i < COUNT; i++) {
                    use(DSB_STREAM_QUEUE_CONTROL, order, i);
                    use(DSB_STREAM_QUEUE_EVENT, order, i);
                }
    return 0;
}
