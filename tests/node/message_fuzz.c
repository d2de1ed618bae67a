/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes in any pieces are messages or end the reading; what was read is written to what reads
 * the same; a name, whatever it is, becomes one safe word for a log and one safe name for an inbox.
 */
#include "file/message.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_name(const char *name)
{
    char text[MESSAGE_NAME_TEXT_SIZE];
    char kept[MESSAGE_NAME_MAX + 1];
    message_name_text(text, name);
    must(strlen(text) < sizeof text && text[0] != '\0');
    for (const char *at = text; *at != '\0'; at++)
        must((unsigned char)*at >= 0x20 && *at != 0x7f);
    must(strpbrk(text, " =") == NULL || text[0] == '"');
    if (!message_name_is_valid(name))
        return;
    message_name_in_inbox(kept, name);
    must(message_name_is_valid(kept) && strlen(kept) <= strlen(name));
    must(kept[0] != '.' && kept[0] != '-' && strchr(kept, '/') == NULL);
}

/* A message reads the same whole and in pieces, and is written as it was read. */
static void check_message(const struct message *m)
{
    uint8_t frame[MESSAGE_FRAME_MAX];
    struct message again;
    struct message_reader reader = {0};
    size_t used_len;
    size_t len = message_write(frame, m);
    for (size_t i = 0; i + 1 < len; i++)
        must(message_read(&reader, frame + i, 1, &used_len, &again) == MESSAGE_READ_MORE &&
             used_len == 1);
    must(message_read(&reader, frame + len - 1, 1, &used_len, &again) == MESSAGE_READ_ONE);
    must(again.kind == m->kind && again.length == m->length && again.refusal == m->refusal);
    must(strcmp(again.name, m->name) == 0);
}

/* The first byte says how long the pieces are in which the rest comes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct message_reader reader = {0};
    struct message m;
    size_t piece_len = size == 0 ? 1 : 1 + data[0];
    for (size_t at = 1; at < size;) {
        size_t len = size - at < piece_len ? size - at : piece_len;
        size_t used_len;
        enum message_read read = message_read(&reader, data + at, len, &used_len, &m);
        must(used_len <= len);
        if (read == MESSAGE_READ_BAD)
            return 0;
        must(used_len > 0);
        if (read == MESSAGE_READ_ONE && m.kind == MESSAGE_BYTES) {
            must(m.bytes >= data + at && m.bytes + m.bytes_len == data + at + used_len);
        } else if (read == MESSAGE_READ_ONE) {
            check_name(m.name);
            check_message(&m);
        }
        at += used_len;
    }
    return 0;
}
