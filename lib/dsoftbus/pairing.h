/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pairing: two devices that trust nobody yet tell each other their ids and static keys, because a
 * person carried a short code from one to the other. RFC-0011.
 *
 * It does no I/O, has no heap and no clock. One side opened a window and shows a code (the
 * listener); the other was given the code (the dialler). A turn: send what dsb_pairing_send gives,
 * read exactly dsb_pairing_wants bytes, hand them to dsb_pairing_receive, do what its event says.
 * All messages have fixed lengths, so nothing that a stranger sends is ever parsed but for its
 * values.
 *
 * Whoever does not know the code has one guess for each run, on either side, and learns of the
 * devices nothing else: ids and keys are sealed, and the listener's are sent only to who proved to
 * know the code.
 *
 * A run that fails says nothing to the other side: close the connection.
 */
#ifndef DSOFTBUS_PAIRING_H
#define DSOFTBUS_PAIRING_H

#include "dsoftbus/cpace.h"
#include "dsoftbus/device_id.h"
#include "dsoftbus/key.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DSB_PAIRING_SID_LEN     32 /* both sides' random bytes, the dialler's first */
#define DSB_PAIRING_MESSAGE_MAX 113
#define DSB_PAIRING_CODE_MAX    64 /* bytes; a person types 6 digits, a machine reads more */

/* Of a window, RFC-0011 section 5. Beside DSB_SESSION_PORT: nothing of a session is spoken there.
 * A run has a few round trips, and a curve's multiplications. */
#define DSB_PAIRING_PORT         34568
#define DSB_PAIRING_WINDOW_MS    120000
#define DSB_PAIRING_RUN_MS       10000
#define DSB_PAIRING_ATTEMPTS_MAX 3
#define DSB_PAIRING_CODE_DIGITS  6

/* What a QR code says: DSB_PAIRING_URI HOST:PORT "/" CODE. */
#define DSB_PAIRING_URI "dsoftbus-pair://"

/* Fresh random bytes of one run: the side's half of the sid, and CPace's. */
#define DSB_PAIRING_RANDOM_LEN (DSB_PAIRING_SID_LEN / 2 + DSB_CPACE_RANDOM_LEN)

enum dsb_pairing_role { DSB_PAIRING_DIALLER, DSB_PAIRING_LISTENER };

enum dsb_pairing_event {
    DSB_PAIRING_EVENT_NONE = 0, /* send what there is to send, then read on */
    /* Listener: the other side is about to try a code. The attempt counts from now on, whatever
     * comes: write that down before anything more is sent. */
    DSB_PAIRING_EVENT_ATTEMPT,
    /* Dialler: the peer knows the code; peer_id and peer_key are its. Write them down as pending
     * before anything more is sent. */
    DSB_PAIRING_EVENT_PENDING,
    /* The other side has this device's id and key, or will: make the peer a trusted one, before
     * anything more is sent. The run is over once nothing is left to send. */
    DSB_PAIRING_EVENT_COMMIT,
    DSB_PAIRING_EVENT_FAILED, /* see `fault` */
};

enum dsb_pairing_fault {
    DSB_PAIRING_NO_FAULT = 0,
    DSB_PAIRING_VERSION, /* the other side speaks another version, or something else */
    DSB_PAIRING_SHARE,   /* its share is no group element */
    DSB_PAIRING_CODE,    /* it does not know the code, or what it sent was altered */
    DSB_PAIRING_ID,      /* sealed, so its own: an id that is none */
    DSB_PAIRING_KEY,     /* a key that no device can have (key.h), or this device's own */
};

enum dsb_pairing_state {
    DSB_PAIRING_OVER = 0, /* failed, or committed and all sent */
    DSB_PAIRING_HELLO,    /* dialler: has to say its half of the sid */
    DSB_PAIRING_WAIT_HELLO,
    DSB_PAIRING_SHARES, /* the shares of CPace pass */
    DSB_PAIRING_PEERS,  /* ids and keys pass, sealed */
    DSB_PAIRING_HAVE,   /* the dialler says that it has the listener's */
    DSB_PAIRING_DONE,   /* the listener says that it trusts the dialler */
};

/* One run. A secret, the caller's; dsb_pairing_wipe ends it. Read fault, peer_id and peer_key
 * freely; the other members are the library's. */
struct dsb_pairing {
    enum dsb_pairing_role role;
    enum dsb_pairing_state state;
    enum dsb_pairing_fault fault;
    bool has_to_send;
    struct dsb_device_id id, peer_id; /* peer_id: from PENDING (dialler) or COMMIT on */
    uint8_t key[DSB_KEY_LEN], peer_key[DSB_KEY_LEN];
    uint8_t code[DSB_PAIRING_CODE_MAX];
    size_t code_len;
    uint8_t sid[DSB_PAIRING_SID_LEN];
    uint8_t random[DSB_CPACE_RANDOM_LEN];
    struct dsb_cpace cpace;
    uint8_t share[DSB_CPACE_SHARE_LEN]; /* own: cpace's, kept for the transcript */
    uint8_t seal_key[DSB_KEY_LEN], open_key[DSB_KEY_LEN];
};

/* Begins a run: this device's id and public key, and the code, all copied. random is fresh, and
 * wiped. DSB_INVALID: no id, or a code of 0 or more than DSB_PAIRING_CODE_MAX bytes. */
DSB_MUST_CHECK enum dsb_status dsb_pairing_init(struct dsb_pairing *run, enum dsb_pairing_role role,
                                                const struct dsb_device_id *id,
                                                const uint8_t key[DSB_KEY_LEN], const void *code,
                                                size_t code_len,
                                                uint8_t random[DSB_PAIRING_RANDOM_LEN]);

/* Writes the message that is due; its length, 0 when none is. It counts as sent. */
DSB_MUST_CHECK size_t dsb_pairing_send(struct dsb_pairing *run,
                                       uint8_t out[DSB_PAIRING_MESSAGE_MAX]);

/* Length of the message that must come next, 1 to DSB_PAIRING_MESSAGE_MAX; 0 when none is waited
 * for. */
size_t dsb_pairing_wants(const struct dsb_pairing *run);

/* Takes that message, exactly dsb_pairing_wants bytes of it. */
DSB_MUST_CHECK enum dsb_pairing_event dsb_pairing_receive(struct dsb_pairing *run,
                                                          const uint8_t *message);

/* How long no window may open after so many failed attempts in a row, seconds: 2 after the first,
 * each doubles it, an hour at the most. */
#define DSB_PAIRING_WAIT_MAX_S 3600
uint64_t dsb_pairing_wait_s(uint64_t failed_count);

/* Ends the run in any state. */
void dsb_pairing_wipe(struct dsb_pairing *run);

/* What to tell the person; never NULL. */
const char *dsb_pairing_fault_name(enum dsb_pairing_fault fault);

#ifdef __cplusplus
}
#endif

#endif
