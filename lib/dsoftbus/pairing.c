/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pairing protocol. RFC-0011, section 3:
 *
 *     dialler                                              listener
 *     hello   version, sid half          17  ->
 *                                            <-   17      hello   version, sid half
 *     share   Ya                         32  ->            an attempt is counted
 *                                            <-   32      share   Yb
 *     peer    sealed: id, key           113  ->            opens: the dialler knows the code
 *                                            <-  113      peer    sealed: id, key
 *     have    sealed: nothing, id and key are kept
 *                                        16  ->            trusts the dialler
 *                                            <-   16      done    sealed: nothing
 *     trusts the listener
 */
#include "dsoftbus/pairing.h"

#include "noise/crypto.h"

#include <string.h>

#define VERSION       1
#define HELLO_LEN     (1 + DSB_PAIRING_SID_LEN / 2)
#define PEER_BODY_LEN (1 + DSB_DEVICE_ID_MAX + DSB_KEY_LEN)
#define PEER_LEN      (PEER_BODY_LEN + NOISE_CRYPTO_TAG_LEN)
#define EMPTY_LEN     NOISE_CRYPTO_TAG_LEN

_Static_assert(PEER_LEN == DSB_PAIRING_MESSAGE_MAX, "the longest message");

/* Each direction seals two messages: the counter in a nonce of RFC 8439 is the message's number. */
enum sealed { SEALED_PEER = 0, SEALED_LAST = 1 };

static const char context[] = "DSoftBus pairing 1"; /* CI, without its NUL */

static uint8_t *own_sid(struct dsb_pairing *run)
{
    return run->sid + (run->role == DSB_PAIRING_DIALLER ? 0 : DSB_PAIRING_SID_LEN / 2);
}

static uint8_t *peer_sid(struct dsb_pairing *run)
{
    return run->sid + (run->role == DSB_PAIRING_DIALLER ? DSB_PAIRING_SID_LEN / 2 : 0);
}

enum dsb_status dsb_pairing_init(struct dsb_pairing *run, enum dsb_pairing_role role,
                                 const struct dsb_device_id *id, const uint8_t key[DSB_KEY_LEN],
                                 const void *code, size_t code_len,
                                 uint8_t random[DSB_PAIRING_RANDOM_LEN])
{
    memset(run, 0, sizeof *run);
    if (id->len == 0 || code_len == 0 || code_len > DSB_PAIRING_CODE_MAX) {
        noise_wipe(random, DSB_PAIRING_RANDOM_LEN);
        return DSB_INVALID;
    }
    run->role = role;
    run->state = role == DSB_PAIRING_DIALLER ? DSB_PAIRING_HELLO : DSB_PAIRING_WAIT_HELLO;
    run->has_to_send = role == DSB_PAIRING_DIALLER;
    run->id = *id;
    memcpy(run->key, key, DSB_KEY_LEN);
    memcpy(run->code, code, code_len);
    run->code_len = code_len;
    memcpy(own_sid(run), random, DSB_PAIRING_SID_LEN / 2);
    memcpy(run->random, random + DSB_PAIRING_SID_LEN / 2, DSB_CPACE_RANDOM_LEN);
    noise_wipe(random, DSB_PAIRING_RANDOM_LEN);
    return DSB_OK;
}

void dsb_pairing_wipe(struct dsb_pairing *run)
{
    noise_wipe(run, sizeof *run);
}

/* The run is over: all but why, and whom it was with, is wiped. */
static enum dsb_pairing_event fail(struct dsb_pairing *run, enum dsb_pairing_fault fault)
{
    noise_wipe(run, sizeof *run);
    run->fault = fault;
    return DSB_PAIRING_EVENT_FAILED;
}

static struct dsb_cpace_input cpace_input(const struct dsb_pairing *run)
{
    return (struct dsb_cpace_input){.code = {run->code, run->code_len},
                                    .ci = {context, sizeof context - 1},
                                    .sid = {run->sid, sizeof run->sid}};
}

/* Both halves of the sid are there. */
static void begin_cpace(struct dsb_pairing *run)
{
    const struct dsb_cpace_input input = cpace_input(run);

    dsb_cpace_begin(&run->cpace, &input, run->random);
    memcpy(run->share, run->cpace.share, sizeof run->share);
}

/* One key for each direction, so that nothing can be sent back to where it came from. */
static void derive_keys(struct dsb_pairing *run, const uint8_t key[DSB_CPACE_KEY_LEN])
{
    static const char dialler[] = "DSoftBus pairing 1 dialler",
                      listener[] = "DSoftBus pairing 1 listener";
    bool dials = run->role == DSB_PAIRING_DIALLER;

    noise_blake2s(dials ? run->seal_key : run->open_key, (const uint8_t *)dialler,
                  sizeof dialler - 1, key, DSB_CPACE_KEY_LEN);
    noise_blake2s(dials ? run->open_key : run->seal_key, (const uint8_t *)listener,
                  sizeof listener - 1, key, DSB_CPACE_KEY_LEN);
}

static enum dsb_status end_cpace(struct dsb_pairing *run, const uint8_t peer_share[32])
{
    const struct dsb_cpace_input input = cpace_input(run);
    bool dials = run->role == DSB_PAIRING_DIALLER;
    const struct dsb_cpace_side initiator = {dials ? run->share : peer_share, {NULL, 0}},
                                responder = {dials ? peer_share : run->share, {NULL, 0}};
    uint8_t key[DSB_CPACE_KEY_LEN];
    enum dsb_status status =
        dsb_cpace_end(&run->cpace, &input, peer_share, &initiator, &responder, key);

    if (status == DSB_OK)
        derive_keys(run, key);
    noise_wipe(key, sizeof key);
    noise_wipe(run->code, sizeof run->code);
    return status;
}

static size_t seal(const struct dsb_pairing *run, enum sealed number, const uint8_t *body,
                   size_t body_len, uint8_t *out)
{
    const uint8_t nonce[NOISE_CRYPTO_NONCE_LEN] = {[4] = (uint8_t)number};

    noise_aead_seal(out, run->seal_key, nonce, NULL, 0, body, body_len);
    return body_len + NOISE_CRYPTO_TAG_LEN;
}

static bool open_sealed(const struct dsb_pairing *run, enum sealed number, const uint8_t *sealed,
                        size_t sealed_len, uint8_t *out)
{
    const uint8_t nonce[NOISE_CRYPTO_NONCE_LEN] = {[4] = (uint8_t)number};

    return noise_aead_open(out, run->open_key, nonce, NULL, 0, sealed, sealed_len) == 0;
}

static size_t write_peer(const struct dsb_pairing *run, uint8_t *out)
{
    uint8_t body[PEER_BODY_LEN];

    body[0] = run->id.len;
    memcpy(body + 1, run->id.text, DSB_DEVICE_ID_MAX);
    memcpy(body + 1 + DSB_DEVICE_ID_MAX, run->key, DSB_KEY_LEN);
    return seal(run, SEALED_PEER, body, sizeof body, out);
}

/* The bytes behind the id are zero, so that one id has one form. */
static bool read_id(struct dsb_device_id *id, const uint8_t *body)
{
    struct dsb_device_id found;

    if (body[0] > DSB_DEVICE_ID_MAX || dsb_device_id_set(&found, body + 1, body[0]) != DSB_OK ||
        memcmp(found.text, body + 1, DSB_DEVICE_ID_MAX) != 0)
        return false;
    *id = found;
    return true;
}

static enum dsb_pairing_fault read_peer(struct dsb_pairing *run, const uint8_t *sealed)
{
    uint8_t body[PEER_BODY_LEN];
    const uint8_t *key = body + 1 + DSB_DEVICE_ID_MAX;

    if (!open_sealed(run, SEALED_PEER, sealed, PEER_LEN, body))
        return DSB_PAIRING_CODE;
    if (!read_id(&run->peer_id, body) || dsb_device_id_equal(&run->peer_id, &run->id))
        return DSB_PAIRING_ID;
    if (dsb_public_key_fault(key) != DSB_TEXT_NO_FAULT || memcmp(key, run->key, DSB_KEY_LEN) == 0)
        return DSB_PAIRING_KEY;
    memcpy(run->peer_key, key, DSB_KEY_LEN);
    return DSB_PAIRING_NO_FAULT;
}

/* What is due in each state, and which state follows once it is sent. */
size_t dsb_pairing_send(struct dsb_pairing *run, uint8_t out[DSB_PAIRING_MESSAGE_MAX])
{
    if (!run->has_to_send)
        return 0;
    run->has_to_send = false;
    switch (run->state) {
    case DSB_PAIRING_HELLO:
        run->state = DSB_PAIRING_WAIT_HELLO;
        /* fallthrough */
    case DSB_PAIRING_WAIT_HELLO:
        out[0] = VERSION;
        memcpy(out + 1, own_sid(run), DSB_PAIRING_SID_LEN / 2);
        if (run->role == DSB_PAIRING_LISTENER)
            run->state = DSB_PAIRING_SHARES;
        return HELLO_LEN;
    case DSB_PAIRING_SHARES:
        memcpy(out, run->share, sizeof run->share);
        if (run->role == DSB_PAIRING_LISTENER)
            run->state = DSB_PAIRING_PEERS;
        return sizeof run->share;
    case DSB_PAIRING_PEERS:
        if (run->role == DSB_PAIRING_LISTENER)
            run->state = DSB_PAIRING_HAVE;
        return write_peer(run, out);
    case DSB_PAIRING_HAVE:
        run->state = DSB_PAIRING_DONE;
        return seal(run, SEALED_LAST, NULL, 0, out);
    case DSB_PAIRING_DONE:
        run->state = DSB_PAIRING_OVER;
        return seal(run, SEALED_LAST, NULL, 0, out);
    default:
        return 0;
    }
}

size_t dsb_pairing_wants(const struct dsb_pairing *run)
{
    if (run->has_to_send)
        return 0;
    switch (run->state) {
    case DSB_PAIRING_WAIT_HELLO:
        return HELLO_LEN;
    case DSB_PAIRING_SHARES:
        return DSB_CPACE_SHARE_LEN;
    case DSB_PAIRING_PEERS:
        return PEER_LEN;
    case DSB_PAIRING_HAVE:
    case DSB_PAIRING_DONE:
        return EMPTY_LEN;
    default:
        return 0;
    }
}

static enum dsb_pairing_event receive_hello(struct dsb_pairing *run, const uint8_t *message)
{
    if (message[0] != VERSION)
        return fail(run, DSB_PAIRING_VERSION);
    memcpy(peer_sid(run), message + 1, DSB_PAIRING_SID_LEN / 2);
    begin_cpace(run);
    run->has_to_send = true;
    if (run->role == DSB_PAIRING_DIALLER)
        run->state = DSB_PAIRING_SHARES;
    return DSB_PAIRING_EVENT_NONE;
}

static enum dsb_pairing_event receive_share(struct dsb_pairing *run, const uint8_t *message)
{
    if (end_cpace(run, message) != DSB_OK)
        return fail(run, DSB_PAIRING_SHARE);
    run->has_to_send = true;
    if (run->role == DSB_PAIRING_LISTENER)
        return DSB_PAIRING_EVENT_ATTEMPT;
    run->state = DSB_PAIRING_PEERS;
    return DSB_PAIRING_EVENT_NONE;
}

static enum dsb_pairing_event receive_peer(struct dsb_pairing *run, const uint8_t *message)
{
    enum dsb_pairing_fault fault = read_peer(run, message);

    if (fault != DSB_PAIRING_NO_FAULT)
        return fail(run, fault);
    run->has_to_send = true;
    if (run->role == DSB_PAIRING_LISTENER)
        return DSB_PAIRING_EVENT_NONE;
    run->state = DSB_PAIRING_HAVE;
    return DSB_PAIRING_EVENT_PENDING;
}

/* `have` at the listener, `done` at the dialler: nothing but the proof that it was said. */
static enum dsb_pairing_event receive_last(struct dsb_pairing *run, const uint8_t *message)
{
    uint8_t nothing[1];

    if (!open_sealed(run, SEALED_LAST, message, EMPTY_LEN, nothing))
        return fail(run, DSB_PAIRING_CODE);
    run->has_to_send = run->role == DSB_PAIRING_LISTENER;
    run->state = run->role == DSB_PAIRING_LISTENER ? DSB_PAIRING_DONE : DSB_PAIRING_OVER;
    return DSB_PAIRING_EVENT_COMMIT;
}

enum dsb_pairing_event dsb_pairing_receive(struct dsb_pairing *run, const uint8_t *message)
{
    if (dsb_pairing_wants(run) == 0)
        return DSB_PAIRING_EVENT_NONE;
    switch (run->state) {
    case DSB_PAIRING_WAIT_HELLO:
        return receive_hello(run, message);
    case DSB_PAIRING_SHARES:
        return receive_share(run, message);
    case DSB_PAIRING_PEERS:
        return receive_peer(run, message);
    default:
        return receive_last(run, message);
    }
}

uint64_t dsb_pairing_wait_s(uint64_t failed_count)
{
    if (failed_count == 0)
        return 0;
    return failed_count < 12 ? (uint64_t)1 << failed_count : DSB_PAIRING_WAIT_MAX_S;
}

const char *dsb_pairing_fault_name(enum dsb_pairing_fault fault)
{
    static const char *const names[] = {
        [DSB_PAIRING_NO_FAULT] = "no fault",
        [DSB_PAIRING_VERSION] = "the other side does not speak this pairing protocol",
        [DSB_PAIRING_SHARE] = "the other side's key share is not valid",
        [DSB_PAIRING_CODE] = "the other side does not know the code",
        [DSB_PAIRING_ID] = "the other side's id is not a device id, or is this device's own",
        [DSB_PAIRING_KEY] = "the other side's key is none that a device can have",
    };
    return names[fault];
}
