/* SPDX-License-Identifier: Apache-2.0 */
/* One number per rule. */
#include "counters.h"

static uint32_t counters[PORT_COUNTER_COUNT];

void port_count(enum port_counter counter)
{
    counters[counter]++;
}

uint32_t port_counter(enum port_counter counter)
{
    return counters[counter];
}

const char *port_counter_name(enum port_counter counter)
{
    static const char *const names[PORT_COUNTER_COUNT] = {
        [PORT_PERSIST_STOPPED] = "persist-stopped",
        [PORT_SEGMENT_OVER_BOUND] = "segment-over-bound",
        [PORT_ACK_MISSING] = "ack-missing",
        [PORT_ACK_OUT_OF_RANGE] = "ack-out-of-range",
        [PORT_ANSWER_WITHHELD] = "answer-withheld",
        [PORT_HALF_OPEN_DISPLACED] = "half-open-displaced",
        [PORT_BACKLOG_FULL] = "backlog-full",
        [PORT_TIME_WAIT_REOPENED] = "time-wait-reopened",
        [PORT_FRAME_MALFORMED] = "frame-malformed",
        [PORT_FRAME_FOREIGN] = "frame-foreign",
        [PORT_FRAME_OUR_OWN] = "frame-our-own",
        [PORT_FRAME_NO_BUFFER] = "frame-no-buffer",
    };

    return names[counter];
}
