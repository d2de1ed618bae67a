/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said on a stream of the service `file`, both ways: messages, each a u16 BE length, 1 or
 * more, and a body of that length, whose first byte is its kind.
 *
 * - 0x10 PUT: u64 BE length, name; a file is offered. All ones: length unknown.
 * - 0x11 BYTES: 1 or more bytes of the file.
 * - 0x12 DONE: u64 BE total of the bytes sent; that was all of it.
 * - 0x20 READY: send the bytes.
 * - 0x21 STORED: u64 BE total, name; the file is complete and on disk. The name is empty, or the
 * one under which the file is kept when that is not the offered one.
 * - 0x22 REFUSED: u8 enum message_refusal; no, or no more.
 *
 * The sender says PUT, BYTES, ..., DONE and finishes, the receiver READY after PUT and STORED after
 * DONE, and finishes too. A receiver says REFUSED instead of READY or STORED, or at any time
 * between; it ignores what was under way. A file that was not followed by DONE with the right total
 * is not complete and not kept. What is none of this is answered by RESET, protocol.
 */
#ifndef FILE_MESSAGE_H
#define FILE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum message_kind {
    MESSAGE_PUT = 0x10,
    MESSAGE_BYTES = 0x11,
    MESSAGE_DONE = 0x12,
    MESSAGE_READY = 0x20,
    MESSAGE_STORED = 0x21,
    MESSAGE_REFUSED = 0x22
};

enum message_refusal {
    REFUSAL_NO_INBOX = 1, /* this device takes no files */
    REFUSAL_NAME = 2,     /* not a plain file name */
    REFUSAL_EXISTS = 3,   /* a file of that name is there */
    REFUSAL_NO_SPACE = 4,
    REFUSAL_STORAGE = 5, /* another failure of the receiver's file system */
    REFUSAL_LENGTH = 6,  /* not the length that PUT or DONE told */
    REFUSAL_BUSY = 7,    /* another transfer is under way */
    REFUSAL_NOT_YOU = 8  /* the receiver waits for another peer */
};

#define MESSAGE_NAME_MAX       255 /* bytes: NAME_MAX of every Linux file system */
#define MESSAGE_LENGTH_UNKNOWN UINT64_MAX

/* Longest body other than of BYTES: PUT, STORED. */
#define MESSAGE_CONTROL_MAX (1 + 8 + MESSAGE_NAME_MAX)

/* Bytes of the length in front of a body, and the longest body. */
#define MESSAGE_LENGTH_LEN 2
#define MESSAGE_BODY_MAX   UINT16_MAX

/* Longest message other than BYTES. */
#define MESSAGE_FRAME_MAX (MESSAGE_LENGTH_LEN + MESSAGE_CONTROL_MAX)

struct message {
    enum message_kind kind;
    uint64_t length;                 /* PUT, DONE, STORED */
    enum message_refusal refusal;    /* REFUSED */
    char name[MESSAGE_NAME_MAX + 1]; /* PUT, STORED; may be empty, may hold anything but NUL */
    const uint8_t *bytes;            /* BYTES: where they were read from */
    size_t bytes_len;
};

/* Reads a body of at least one byte. False when it is no message of the list above. */
bool message_decode(struct message *out, const uint8_t *body, size_t body_len);

/* Writes a message other than BYTES with its length, and returns how long it is, bytes. */
size_t message_write(uint8_t out[MESSAGE_FRAME_MAX], const struct message *m);

/* Writes what stands before bytes_len bytes of a file, 1 to MESSAGE_BODY_MAX - 1. */
#define MESSAGE_BYTES_HEAD_LEN (MESSAGE_LENGTH_LEN + 1)
void message_write_bytes_head(uint8_t out[MESSAGE_BYTES_HEAD_LEN], size_t bytes_len);

/* Messages in a stream of bytes, which come in pieces of any size. All zero at the beginning. */
struct message_reader {
    size_t len;            /* of the message whose pieces are kept here */
    size_t bytes_left_len; /* of a BYTES message that has begun */
    uint8_t kept[MESSAGE_FRAME_MAX];
};

enum message_read {
    MESSAGE_READ_MORE, /* all was used, no message yet */
    MESSAGE_READ_ONE,  /* *out; of BYTES what is here, the rest comes as more BYTES */
    MESSAGE_READ_BAD   /* no message: nothing good can follow */
};

/* Reads on, and says in *used_len how much of `in` it used. */
enum message_read message_read(struct message_reader *reader, const uint8_t *in, size_t in_len,
                               size_t *used_len, struct message *out);

/* May a file of this name be offered? 1 to 255 bytes of valid UTF-8 (RFC 3629) without '/' and
 * without control characters (U+0000 to U+001F, U+007F to U+009F). */
bool message_name_is_valid(const char *name);

/*
 * The name under which an inbox keeps a file of a valid name: the same, but a '.' or '-' in front
 * becomes '_', so that no peer can plant a hidden file, "..", or what a command takes for an
 * option. Never longer.
 */
void message_name_in_inbox(char out[MESSAGE_NAME_MAX + 1], const char *name);

/*
 * A name for one line of a log or a terminal: as it is when it has no character but A-Z a-z 0-9 . _
 * + -, else in quotes, with '"' and '\\' escaped, and as \\xHH whatever is no valid name's byte or
 * does not show: marks that turn the direction of writing, breaks of lines, characters without
 * width.
 */
#define MESSAGE_NAME_TEXT_SIZE (4 * MESSAGE_NAME_MAX + 3)
void message_name_text(char out[MESSAGE_NAME_TEXT_SIZE], const char *name);

/* "no space left" and so on; never NULL. For whichever side says it. */
const char *message_refusal_text(enum message_refusal refusal);

#endif
