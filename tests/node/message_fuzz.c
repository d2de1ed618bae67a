/* SPDX-License-Identifier: Apache-2.0 */
/* Any body decodes to at most one message, which encodes to the same bytes; its name, whatever it
 * is, becomes one safe word for a log and one safe name for an inbox. */
#include "node/engine/message.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct message m;
    uint8_t again[MESSAGE_CONTROL_MAX];
    if (size == 0 || !message_decode(&m, data, size) || m.kind == MESSAGE_ECHO)
        return 0;
    if (m.kind == MESSAGE_BYTES) {
        must(m.bytes == data + 1 && m.bytes_len == size - 1);
        return 0;
    }
    check_name(m.name);
    must(message_encode(again, &m) == size && memcmp(again, data, size) == 0);
    return 0;
}
