/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/message.h"

#include <string.h>

#define LENGTH_LEN 8

static uint64_t get_length(const uint8_t *in)
{
    uint64_t value = 0;
    for (size_t i = 0; i < LENGTH_LEN; i++)
        value = value << 8 | in[i];
    return value;
}

static void put_length(uint8_t *out, uint64_t value)
{
    for (size_t i = LENGTH_LEN; i-- > 0; value >>= 8)
        out[i] = (uint8_t)value;
}

static bool decode_put(struct message *out, const uint8_t *body, size_t body_len)
{
    if (body_len < 1 + LENGTH_LEN || body_len > MESSAGE_CONTROL_MAX)
        return false;
    size_t name_len = body_len - 1 - LENGTH_LEN;
    if (memchr(body + 1 + LENGTH_LEN, '\0', name_len) != NULL)
        return false;
    out->length = get_length(body + 1);
    memcpy(out->name, body + 1 + LENGTH_LEN, name_len);
    return true;
}

bool message_decode(struct message *out, const uint8_t *body, size_t body_len)
{
    memset(out, 0, sizeof *out);
    out->kind = (enum message_kind)body[0];
    switch (out->kind) {
    case MESSAGE_ECHO:
        return true;
    case MESSAGE_PUT:
        return decode_put(out, body, body_len);
    case MESSAGE_BYTES:
        out->bytes = body + 1;
        out->bytes_len = body_len - 1;
        return body_len > 1;
    case MESSAGE_DONE:
    case MESSAGE_STORED:
        if (body_len != 1 + LENGTH_LEN)
            return false;
        out->length = get_length(body + 1);
        return true;
    case MESSAGE_READY:
        return body_len == 1;
    case MESSAGE_REFUSED:
        if (body_len != 2)
            return false;
        out->refusal = (enum message_refusal)body[1];
        return true;
    }
    return false;
}

size_t message_encode(uint8_t out[MESSAGE_CONTROL_MAX], const struct message *m)
{
    out[0] = (uint8_t)m->kind;
    switch (m->kind) {
    case MESSAGE_PUT: {
        size_t name_len = strlen(m->name);
        put_length(out + 1, m->length);
        memcpy(out + 1 + LENGTH_LEN, m->name, name_len);
        return 1 + LENGTH_LEN + name_len;
    }
    case MESSAGE_DONE:
    case MESSAGE_STORED:
        put_length(out + 1, m->length);
        return 1 + LENGTH_LEN;
    case MESSAGE_REFUSED:
        out[1] = (uint8_t)m->refusal;
        return 2;
    case MESSAGE_READY:
    case MESSAGE_ECHO:
    case MESSAGE_BYTES:
        break;
    }
    return 1;
}

bool message_name_is_plain(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-";
    size_t len = strlen(name);
    return len >= 1 && len <= MESSAGE_NAME_MAX && name[0] != '.' && strspn(name, allowed) == len;
}

const char *message_refusal_text(enum message_refusal refusal)
{
    switch (refusal) {
    case REFUSAL_NO_INBOX:
        return "it takes no files";
    case REFUSAL_NAME:
        return "the name is not a plain file name";
    case REFUSAL_EXISTS:
        return "a file of that name exists there";
    case REFUSAL_NO_SPACE:
        return "no space left there";
    case REFUSAL_STORAGE:
        return "it cannot write the file";
    case REFUSAL_LENGTH:
        return "it received another length than announced";
    case REFUSAL_BUSY:
        return "another transfer is under way";
    case REFUSAL_NOT_YOU:
        return "it waits for another peer";
    }
    return "for a reason unknown here";
}
