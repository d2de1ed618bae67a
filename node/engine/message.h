/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What dsoftbus says inside DATA records: the convention of the tool and the daemon, not of the
 * session. The first byte of a body is its kind.
 *
 *     0x01 ECHO     any bytes              answered by the same body
 *     0x10 PUT      u64 BE length, name    a file is offered; all ones: length unknown
 *     0x11 BYTES    1 or more bytes        of the file
 *     0x12 DONE     u64 BE total           of the bytes sent: that was all of it
 *     0x20 READY    nothing                send the bytes
 *     0x21 STORED   u64 BE total           the file is complete, on disk, under its name
 *     0x22 REFUSED  u8 enum message_refusal: no, or no more
 *
 *     sender      PUT        BYTES ... DONE           CLOSE
 *     receiver        READY                  STORED         CLOSE
 *
 * A receiver says REFUSED instead of READY or STORED, or at any time between; it ignores what was
 * under way. A file that was not followed by DONE with the right total is not complete and not
 * kept.
 */
#ifndef NODE_MESSAGE_H
#define NODE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum message_kind {
    MESSAGE_ECHO = 0x01,
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

/* Longest message other than ECHO and BYTES, bytes: PUT. */
#define MESSAGE_CONTROL_MAX (1 + 8 + MESSAGE_NAME_MAX)

struct message {
    enum message_kind kind;
    uint64_t length;                 /* PUT, DONE, STORED */
    enum message_refusal refusal;    /* REFUSED */
    char name[MESSAGE_NAME_MAX + 1]; /* PUT; may be empty, may hold anything but NUL */
    const uint8_t *bytes;            /* BYTES: into the body */
    size_t bytes_len;
};

/* Reads a body of at least one byte. False when it is no message of the list above. */
bool message_decode(struct message *out, const uint8_t *body, size_t body_len);

/* Writes a message other than ECHO and BYTES, and returns its length in bytes. */
size_t message_encode(uint8_t out[MESSAGE_CONTROL_MAX], const struct message *m);

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
 * + -, else in quotes, with '"' and '\\' escaped and whatever is no valid name's byte as \\xHH.
 */
#define MESSAGE_NAME_TEXT_SIZE (4 * MESSAGE_NAME_MAX + 3)
void message_name_text(char out[MESSAGE_NAME_TEXT_SIZE], const char *name);

/* "no space left" and so on; never NULL. */
const char *message_refusal_text(enum message_refusal refusal);

#endif
