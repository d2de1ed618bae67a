/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The peer of a session in a search over dsoftbusd: one stream at a time, by the rules, and it
 * checks that dsoftbusd keeps them. What one side says the other has at once.
 */
#ifndef FAR_H
#define FAR_H

#include "dsoftbus/stream_record.h"

/* Of the build: FAR_COUNT peers, FAR_BYTES that each says on a stream, APP_BYTES that the
 * application answers. */

struct far {
    uint32_t id;          /* its stream; 0: none */
    uint32_t last_id;     /* of its latest */
    uint32_t send_credit; /* bytes that dsoftbusd takes */
    uint32_t recv_credit; /* bytes that dsoftbusd may send */
    uint8_t said, heard;  /* bytes */
    uint8_t unread;       /* of heard, not given back as credit */
    bool opened, fin_said, fin_heard;
};

extern struct far fars[FAR_COUNT];

/* Which the bytes of a stream are: whose, by whom, the how manieth. */
uint8_t far_byte(unsigned which, bool by_app, unsigned number);

/* What it can say now; false: nothing of that kind. The record is for dsoftbusd. */
enum far_word { FAR_OPEN, FAR_SAY, FAR_FIN, FAR_RESET, FAR_CREDIT, FAR_WORD_COUNT };
bool far_can(unsigned which, enum far_word word);
struct dsb_stream_record far_say(unsigned which, enum far_word word);

/* Takes what dsoftbusd says; NULL, or what was wrong with it. */
const char *far_hear(unsigned which, const struct dsb_stream_record *record);

/* The session is over. */
void far_begin(unsigned which);

#endif
