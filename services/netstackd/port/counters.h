/* SPDX-License-Identifier: Apache-2.0 */
/* What was dropped or mended, by which rule. Peers can make every one of them grow. */
#ifndef PORT_COUNTERS_H
#define PORT_COUNTERS_H

#include <stdint.h>

enum port_counter {
    PORT_PERSIST_STOPPED,    /* the persist timer ran with nothing to send */
    PORT_SEGMENT_OVER_BOUND, /* the last queued segment was above the bound for new ones */
    PORT_ACK_MISSING,        /* a segment without ACK in an open connection */
    PORT_ACK_OUT_OF_RANGE,   /* RFC 5961 5.2 */
    PORT_ANSWER_WITHHELD,    /* an unacceptable segment beyond the limit of answers */
    PORT_HALF_OPEN_DISPLACED,
    PORT_BACKLOG_FULL, /* a SYN, or a handshake's last step, while no place is free */
    PORT_TIME_WAIT_REOPENED,
    PORT_FRAME_MALFORMED, /* too long, or an ARP packet cut short */
    PORT_FRAME_FOREIGN,   /* for another station, or one address's packet sent to all */
    PORT_FRAME_OUR_OWN,   /* from the wire, with an address of this machine as its source */
    PORT_FRAME_NO_BUFFER,
    PORT_COUNTER_COUNT,
};

void port_count(enum port_counter counter);
/* Since the start; wraps. */
uint32_t port_counter(enum port_counter counter);
/* For the log: one short word. */
const char *port_counter_name(enum port_counter counter);

#endif
