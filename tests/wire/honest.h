/* SPDX-License-Identifier: Apache-2.0 */
/* The honest station: it gives the test client inside of the machine its orders, and holds sessions
 * with dsoftbusd as host.test. */
#ifndef WIRE_HONEST_H
#define WIRE_HONEST_H

#include "dsoftbus/stream_link.h"
#include "netfacade/netfacade.h"

#define HONEST_TALK_MAX 16 /* bytes in one direction */

struct session {
    net_handle stream; /* 0: none */
    bool is_begun;     /* the link is: the connection stands */
    uint64_t begin_ms;
    uint32_t progress_count; /* grows whenever the device moved it on */
    struct dsb_link link;
    uint8_t in[DSB_LINK_IN_MIN(2048)], out[DSB_LINK_OUT_MIN];
    struct dsb_streams streams;
    struct dsb_stream talk; /* the only one, to the device's echo */
    uint8_t talk_bytes[2 * HONEST_TALK_MAX];
    uint32_t talk_id;
    uint8_t echo[HONEST_TALK_MAX];
    size_t echo_len;
};

/* Sessions that went from connect to a clean end. */
extern uint32_t honest_session_count;
extern uint64_t honest_longest_ms;

/* Reads host.identity and host.trust of this folder. */
void honest_start(const char *identities);
/* Connects to the test client, as soon as the machine has it. */
void honest_connect(void);
/* One order, and the number that it is answered with. */
uint32_t honest_order(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Message 1 to dsoftbusd, as a frame on the stream. Returns its length, at most room_len. */
size_t honest_message_1(uint8_t *bytes, size_t room_len);

void session_begin(struct session *session);
/* Moves it on; true once it has ended in good order. */
bool session_step(struct session *session);
/* A whole one. */
void session_once(void);

#endif
