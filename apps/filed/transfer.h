/* SPDX-License-Identifier: Apache-2.0 */
/* One stream of the service `file`: the messages of a sender, and what is answered. */
#ifndef FILED_TRANSFER_H
#define FILED_TRANSFER_H

#include "shelf.h"

/* All zero but the peer at the beginning. */
struct transfer {
    const char *peer;    /* shorter than SHELF_PEER_SIZE */
    struct shelf *shelf; /* of the file under way, NULL: none is */
    bool has_offered;
    struct message_reader reader;
    uint32_t answer_first; /* what waits for the peer to take it */
    uint32_t answer_len;
    uint8_t answer[MESSAGE_FRAME_MAX];
};

/* The next bytes, of which it uses *used_len: none while an answer waits. False when they are no
 * message of a sender: the stream is to be reset, and what was under way is dropped. */
bool transfer_take(struct transfer *transfer, struct shelf shelves[SHELF_COUNT],
                   const uint8_t *bytes, size_t len, size_t *used_len);
/* No more comes, in good order or not: what is not whole by now is dropped. */
void transfer_end(struct transfer *transfer);

#endif
