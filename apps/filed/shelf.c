/* SPDX-License-Identifier: Apache-2.0 */
/* A row of bytes with the files one behind the other; the last may be unfinished. */
#include "shelf.h"

#include <string.h>

struct shelf *shelf_of(struct shelf shelves[SHELF_COUNT], const char *peer)
{
    struct shelf *empty = NULL;

    for (uint32_t i = 0; i < SHELF_COUNT; i++) {
        if (strcmp(shelves[i].peer, peer) == 0)
            return &shelves[i];
        if (shelves[i].peer[0] == '\0' && empty == NULL)
            empty = &shelves[i];
    }
    return empty;
}

enum message_refusal shelf_open(struct shelf *shelf, const char *peer, const struct message *put)
{
    if (shelf->is_open)
        return REFUSAL_BUSY;
    if (!message_name_is_valid(put->name))
        return REFUSAL_NAME;
    for (uint32_t i = 0; i < shelf->file_count; i++)
        if (strcmp(shelf->file[i].name, put->name) == 0)
            return REFUSAL_EXISTS;
    if (shelf->file_count == SHELF_FILES_MAX ||
        (put->length != MESSAGE_LENGTH_UNKNOWN && put->length > SHELF_BYTES_MAX - shelf->used_len))
        return REFUSAL_NO_SPACE;
    struct shelf_file *file = &shelf->file[shelf->file_count];
    (void)strncpy(shelf->peer, peer, sizeof shelf->peer - 1);
    (void)strcpy(file->name, put->name);
    file->len = 0;
    shelf->total_len = put->length;
    shelf->is_open = true;
    return 0;
}

static enum message_refusal fail(struct shelf *shelf, enum message_refusal why)
{
    shelf_drop(shelf);
    return why;
}

enum message_refusal shelf_write(struct shelf *shelf, const uint8_t *bytes, size_t len)
{
    struct shelf_file *file = &shelf->file[shelf->file_count];

    if (len > shelf->total_len - file->len)
        return fail(shelf, REFUSAL_LENGTH);
    if (len > SHELF_BYTES_MAX - shelf->used_len)
        return fail(shelf, REFUSAL_NO_SPACE);
    memcpy(shelf->bytes + shelf->used_len, bytes, len);
    shelf->used_len += (uint32_t)len;
    file->len += (uint32_t)len;
    return 0;
}

enum message_refusal shelf_keep(struct shelf *shelf, uint64_t len)
{
    if (len != shelf->file[shelf->file_count].len ||
        (shelf->total_len != MESSAGE_LENGTH_UNKNOWN && shelf->total_len != len))
        return fail(shelf, REFUSAL_LENGTH);
    shelf->file_count++;
    shelf->is_open = false;
    return 0;
}

void shelf_drop(struct shelf *shelf)
{
    shelf->used_len -= shelf->file[shelf->file_count].len;
    shelf->is_open = false;
    if (shelf->file_count == 0)
        shelf->peer[0] = '\0';
}
