/* SPDX-License-Identifier: Apache-2.0 */
/* Messages and names. A name is a peer's choice: one function says whether it is one, one where it
 * is stored, one how it is shown. */
#include "file/message.h"

#include "dsoftbus/utf8.h"

#include <stdio.h>
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

/* PUT and STORED: a length, a name. */
static bool decode_named(struct message *out, const uint8_t *body, size_t body_len)
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
    case MESSAGE_PUT:
    case MESSAGE_STORED:
        return decode_named(out, body, body_len);
    case MESSAGE_BYTES:
        out->bytes = body + 1;
        out->bytes_len = body_len - 1;
        return body_len > 1;
    case MESSAGE_DONE:
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

static size_t encode(uint8_t *out, const struct message *m)
{
    out[0] = (uint8_t)m->kind;
    switch (m->kind) {
    case MESSAGE_PUT:
    case MESSAGE_STORED: {
        size_t name_len = strlen(m->name);
        put_length(out + 1, m->length);
        memcpy(out + 1 + LENGTH_LEN, m->name, name_len);
        return 1 + LENGTH_LEN + name_len;
    }
    case MESSAGE_DONE:
        put_length(out + 1, m->length);
        return 1 + LENGTH_LEN;
    case MESSAGE_REFUSED:
        out[1] = (uint8_t)m->refusal;
        return 2;
    case MESSAGE_READY:
    case MESSAGE_BYTES:
        break;
    }
    return 1;
}

static void put_body_len(uint8_t *out, size_t body_len)
{
    out[0] = (uint8_t)(body_len >> 8);
    out[1] = (uint8_t)body_len;
}

size_t message_write(uint8_t out[MESSAGE_FRAME_MAX], const struct message *m)
{
    size_t body_len = encode(out + MESSAGE_LENGTH_LEN, m);
    put_body_len(out, body_len);
    return MESSAGE_LENGTH_LEN + body_len;
}

void message_write_bytes_head(uint8_t out[MESSAGE_BYTES_HEAD_LEN], size_t bytes_len)
{
    put_body_len(out, 1 + bytes_len);
    out[MESSAGE_LENGTH_LEN] = MESSAGE_BYTES;
}

/* Keeps what is missing of the first `want_len` bytes of a message. True when they are all here. */
static bool keep(struct message_reader *r, size_t want_len, const uint8_t *in, size_t in_len,
                 size_t *used_len)
{
    while (r->len < want_len && *used_len < in_len)
        r->kept[r->len++] = in[(*used_len)++];
    return r->len >= want_len;
}

/* The next bytes of a BYTES message. */
static enum message_read read_bytes(struct message_reader *r, const uint8_t *in, size_t in_len,
                                    size_t *used_len, struct message *out)
{
    size_t here_len = in_len - *used_len;
    if (here_len == 0)
        return MESSAGE_READ_MORE;
    *out = (struct message){.kind = MESSAGE_BYTES, .bytes = in + *used_len};
    out->bytes_len = here_len < r->bytes_left_len ? here_len : r->bytes_left_len;
    r->bytes_left_len -= out->bytes_len;
    *used_len += out->bytes_len;
    return MESSAGE_READ_ONE;
}

enum message_read message_read(struct message_reader *r, const uint8_t *in, size_t in_len,
                               size_t *used_len, struct message *out)
{
    *used_len = 0;
    if (r->bytes_left_len > 0)
        return read_bytes(r, in, in_len, used_len, out);
    if (!keep(r, MESSAGE_BYTES_HEAD_LEN, in, in_len, used_len))
        return MESSAGE_READ_MORE;
    size_t body_len = (size_t)r->kept[0] << 8 | r->kept[1];
    if (r->kept[MESSAGE_LENGTH_LEN] == MESSAGE_BYTES && body_len > 1) {
        r->len = 0;
        r->bytes_left_len = body_len - 1;
        return read_bytes(r, in, in_len, used_len, out);
    }
    if (body_len == 0 || body_len > MESSAGE_CONTROL_MAX)
        return MESSAGE_READ_BAD;
    if (!keep(r, MESSAGE_LENGTH_LEN + body_len, in, in_len, used_len))
        return MESSAGE_READ_MORE;
    r->len = 0;
    return message_decode(out, r->kept + MESSAGE_LENGTH_LEN, body_len) ? MESSAGE_READ_ONE
                                                                       : MESSAGE_READ_BAD;
}

/* What a terminal obeys or hides: with one of these a name looks like another. */
static bool is_shown(uint32_t code)
{
    static const uint32_t hidden[][2] = {{0x00ad, 0x00ad}, {0x061c, 0x061c},  {0x180e, 0x180e},
                                         {0x200b, 0x200f}, {0x2028, 0x202e},  {0x2060, 0x206f},
                                         {0xfeff, 0xfeff}, {0xe0000, 0xe0fff}};
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        if (code >= hidden[i][0] && code <= hidden[i][1])
            return false;
    return !dsb_utf8_is_control(code);
}

bool message_name_is_valid(const char *name)
{
    const uint8_t *at = (const uint8_t *)name;
    size_t len = strlen(name);
    if (len < 1 || len > MESSAGE_NAME_MAX)
        return false;
    while (len > 0) {
        uint32_t code;
        size_t step = dsb_utf8_next(at, len, &code);
        if (step == 0 || code == '/' || dsb_utf8_is_control(code))
            return false;
        at += step;
        len -= step;
    }
    return true;
}

void message_name_in_inbox(char out[MESSAGE_NAME_MAX + 1], const char *name)
{
    (void)snprintf(out, MESSAGE_NAME_MAX + 1, "%s", name);
    if (out[0] == '.' || out[0] == '-')
        out[0] = '_';
}

void message_name_text(char out[MESSAGE_NAME_TEXT_SIZE], const char *name)
{
    static const char bare[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-";
    const uint8_t *at = (const uint8_t *)name;
    char *end = out;
    if (name[0] != '\0' && strspn(name, bare) == strlen(name)) {
        (void)snprintf(out, MESSAGE_NAME_TEXT_SIZE, "%s", name);
        return;
    }
    *end++ = '"';
    for (size_t left = MESSAGE_NAME_MAX; *at != '\0' && left > 0;) {
        uint32_t code;
        size_t step = dsb_utf8_next(at, strlen((const char *)at), &code);
        bool shown = step != 0 && step <= left && is_shown(code);
        if (shown && (code == '"' || code == '\\'))
            *end++ = '\\';
        step = shown ? step : 1;
        if (shown)
            memcpy(end, at, step);
        else
            (void)snprintf(end, 5, "\\x%02x", *at);
        end += shown ? step : 4;
        at += step;
        left -= step;
    }
    *end++ = '"';
    *end = '\0';
}

const char *message_refusal_text(enum message_refusal refusal)
{
    switch (refusal) {
    case REFUSAL_NO_INBOX:
        return "it takes no files";
    case REFUSAL_NAME:
        return "the name is not valid UTF-8 of 1 to 255 bytes without / and control characters";
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
