/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon's inbox: where a peer's file goes, and how much of the disk one peer may have. A file
 * bears its sender's id as an extended attribute; what a peer has is what lies in the inbox with
 * its id.
 */
#ifndef NODE_INBOX_H
#define NODE_INBOX_H

#include "dsoftbus/device_id.h"
#include "file/message.h"
#include "node/base/error.h"

#include <limits.h>

struct inbox {
    const char *path;
    uint64_t peer_len_max; /* bytes of one peer; 0: no bound */
};

/* Is it a directory that can be written, and can its files be marked where that is needed? */
MUST_CHECK bool inbox_check(const struct inbox *inbox, struct error *e);

/* Where a file of this name goes, and the name there when it is another: else kept is "". 0, or why
 * not. */
enum message_refusal inbox_place(const struct inbox *inbox, const char *name, char path[PATH_MAX],
                                 char kept[MESSAGE_NAME_MAX + 1]);

/* Bytes that the peer's files have. */
uint64_t inbox_used_len(const struct inbox *inbox, const struct dsb_device_id *peer);

/* A file of the peer's is complete. */
void inbox_mark(const struct inbox *inbox, const char *name, const struct dsb_device_id *peer);

#endif
