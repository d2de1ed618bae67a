/* SPDX-License-Identifier: Apache-2.0 */
/* What is said when a file is sent: every kind of message at the lengths around its bounds, read
 * whole or in pieces of any size from any point on, and written into room for the longest. */
#include "exact.h"

#include <string.h>

/* The analyser's C library refuses none bytes at the end of a buffer, which C allows. */
static void *copy(void *to, const void *from, size_t len)
{
    return len == 0 ? to : memcpy(to, from, len);
}

static void *find(const void *in, int byte, size_t len)
{
    return len == 0 ? NULL : memchr(in, byte, len);
}

#define memcpy copy
#define memchr find
#include "file/message.c"

#define KINDS_MIN 0x0f
#define KINDS_END 0x24

static struct message message;
static struct message_reader reader;

static void decode(uint8_t kind, size_t len)
{
    uint8_t *body = any_bytes(len);

    body[0] = kind;
    if (message_decode(&message, body, len) && kind == MESSAGE_BYTES)
        /*@ assert inside: message.bytes + message.bytes_len == body + len; */;
}

static void decode_lengths(uint8_t kind)
{
    /*@ loop unroll 12; */
    for (size_t len = 1; len <= 12; len++)
        decode(kind, len);
    /*@ loop unroll 3; */
    for (size_t len = MESSAGE_CONTROL_MAX - 1; len <= MESSAGE_CONTROL_MAX + 1; len++)
        decode(kind, len);
    decode(kind, EXACT_MAX);
}

static void write_one(uint8_t kind)
{
    Frama_C_make_unknown((char *)&message.name, sizeof message.name);
    message.name[MESSAGE_NAME_MAX] = '\0';
    message.kind = (enum message_kind)kind;
    message.refusal = (enum message_refusal)Frama_C_interval(0, 255);
    size_t len = message_write(room(MESSAGE_FRAME_MAX), &message);
    /*@ assert bounded: len <= MESSAGE_FRAME_MAX; */
    (void)message_refusal_text(message.refusal);
}

/* A piece, to a reader that has kept any part of any message, or waits for more of a file. */
static void read_piece(size_t len)
{
    size_t used_len;
    uint8_t *in = any_bytes(len);

    Frama_C_make_unknown((char *)reader.kept, sizeof reader.kept);
    reader.len = Frama_C_unsigned_long_interval(0, MESSAGE_FRAME_MAX);
    reader.bytes_left_len = Frama_C_unsigned_long_interval(0, MESSAGE_BODY_MAX);
    (void)message_read(&reader, in, len, &used_len, &message);
    /*@ assert used: used_len <= len; */
    /*@ assert kept: reader.len <= MESSAGE_FRAME_MAX; */
}

int main(void)
{
    /*@ loop unroll 100; */
    for (uint8_t kind = KINDS_MIN; kind < KINDS_END; kind++) {
        decode_lengths(kind);
        write_one(kind);
    }
    message_write_bytes_head(room(MESSAGE_BYTES_HEAD_LEN),
                             Frama_C_unsigned_long_interval(1, MESSAGE_BODY_MAX - 1));
    /*@ loop unroll 100; */
    for (size_t len = 0; len < 20; len++)
        read_piece(len);
    read_piece(MESSAGE_FRAME_MAX);
    read_piece(EXACT_MAX);
    return 0;
}
