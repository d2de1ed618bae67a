/* SPDX-License-Identifier: Apache-2.0 */
/* Files in memory: a shelf for each peer, so that none can take another's room or read its names.
 * One file at a time is put on a shelf; it counts when it is whole. */
#ifndef FILED_SHELF_H
#define FILED_SHELF_H

#include "file/message.h"

#include <stdbool.h>
#include <stdint.h>

#define SHELF_COUNT     8 /* peers that files are kept of */
#define SHELF_FILES_MAX 8
#define SHELF_BYTES_MAX 65536u
#define SHELF_PEER_SIZE 65 /* an id of 64 bytes, and its zero */

struct shelf_file {
    char name[MESSAGE_NAME_MAX + 1];
    uint32_t len; /* its bytes follow those of the file before it */
};

/* All zero: nobody's. */
struct shelf {
    char peer[SHELF_PEER_SIZE];
    uint32_t file_count;
    uint32_t used_len;
    bool is_open;       /* file[file_count] is being put there */
    uint64_t total_len; /* of it, MESSAGE_LENGTH_UNKNOWN until it ends */
    struct shelf_file file[SHELF_FILES_MAX];
    uint8_t bytes[SHELF_BYTES_MAX];
};

/* The peer's shelf, or an empty one; NULL when all belong to others. */
struct shelf *shelf_of(struct shelf shelves[SHELF_COUNT], const char *peer);

/* Begins a file. 0, or why not, with nothing changed. */
enum message_refusal shelf_open(struct shelf *shelf, const char *peer, const struct message *put);
/* The next bytes of it. 0, or why not: then it is over, as by shelf_drop(). */
enum message_refusal shelf_write(struct shelf *shelf, const uint8_t *bytes, size_t len);
/* It is whole and has so many bytes. 0, or why not: then it is over. */
enum message_refusal shelf_keep(struct shelf *shelf, uint64_t len);
/* It does not become whole: its room is free again, and so is a shelf with no other. */
void shelf_drop(struct shelf *shelf);

#endif
