/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key files' digits, and a whole session of two devices, under valgrind with every secret marked
 * undefined: valgrind then reports each branch and each memory index that depends on one.
 *
 * The wrappers name what is public by design, or at least to both sides: what is on the wire,
 * public keys, the outcome of a DH and of a tag, the fields of an opened payload, and an opened
 * record.
 */
#include "dsoftbus/lines.h"
#include "dsoftbus/session.h"
#include "support/secrets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The linker turns every call of NAME into __wrap_NAME; __real_NAME is the library's. */
enum noise_result __real_noise_xk_read(struct noise_xk_handshake *hs, const uint8_t *message,
                                       size_t message_len, uint8_t *payload, size_t payload_size,
                                       size_t *payload_len);
enum noise_result __wrap_noise_xk_read(struct noise_xk_handshake *hs, const uint8_t *message,
                                       size_t message_len, uint8_t *payload, size_t payload_size,
                                       size_t *payload_len);
enum noise_result __real_noise_xk_remote_static(const struct noise_xk_handshake *hs, uint8_t *out);
enum noise_result __wrap_noise_xk_remote_static(const struct noise_xk_handshake *hs, uint8_t *out);
enum noise_result __real_noise_transport_open(struct noise_transport *t, const uint8_t *message,
                                              size_t message_len, uint8_t *plaintext,
                                              size_t plaintext_size, size_t *plaintext_len);
enum noise_result __wrap_noise_transport_open(struct noise_transport *t, const uint8_t *message,
                                              size_t message_len, uint8_t *plaintext,
                                              size_t plaintext_size, size_t *plaintext_len);

enum noise_result __wrap_noise_xk_read(struct noise_xk_handshake *hs, const uint8_t *message,
                                       size_t message_len, uint8_t *payload, size_t payload_size,
                                       size_t *payload_len)
{
    enum noise_result result =
        __real_noise_xk_read(hs, message, message_len, payload, payload_size, payload_len);

    make_public(payload, payload_size);
    return result;
}

enum noise_result __wrap_noise_xk_remote_static(const struct noise_xk_handshake *hs, uint8_t *out)
{
    enum noise_result result = __real_noise_xk_remote_static(hs, out);

    make_public(out, NOISE_KEY_LEN);
    return result;
}

enum noise_result __wrap_noise_transport_open(struct noise_transport *t, const uint8_t *message,
                                              size_t message_len, uint8_t *plaintext,
                                              size_t plaintext_size, size_t *plaintext_len)
{
    enum noise_result result = __real_noise_transport_open(t, message, message_len, plaintext,
                                                           plaintext_size, plaintext_len);

    make_public(plaintext, *plaintext_len);
    return result;
}

static void must(bool good, const char *what)
{
    if (!good) {
        printf("%s failed\n", what);
        exit(1);
    }
}

struct device {
    struct dsb_identity_file file;
    struct dsb_identity identity;
    struct dsb_trust_entry entry;
    struct dsb_trust_store trust;
    struct dsb_local local;
    union dsb_slot slot;
};

static struct device alpha, beta;

/* The private key goes through its digits, which are secret as well. */
static void pass_through_digits(uint8_t key[DSB_KEY_LEN])
{
    char digits[2 * DSB_KEY_LEN];
    struct dsb_word word = {digits, sizeof digits};

    make_secret(key, DSB_KEY_LEN);
    dsb_hex_encode(digits, key);
    bool good = dsb_hex_decode(key, &word);
    make_public(&good, sizeof good); /* whether a file is well-formed may be known */
    must(good, "hex");
}

static void make_device(struct device *device, const char *id, uint8_t seed)
{
    must(dsb_device_id_set(&device->file.id, id, strlen(id)) == DSB_OK, "id");
    memset(device->file.private_key, seed, DSB_KEY_LEN);
    pass_through_digits(device->file.private_key);
    must(dsb_identity_init(&device->identity, &device->file) == DSB_OK, "identity");
    make_public(device->identity.key.public_key, DSB_KEY_LEN);
    dsb_trust_store_init(&device->trust, &device->entry, 1);
    device->local = (struct dsb_local){&device->identity, &device->trust, 1024, {1024, 1}, NULL};
}

static void trust(struct device *device, const struct device *other)
{
    struct dsb_trust_entry entry = {.id = other->identity.id};

    memcpy(entry.key, other->identity.key.public_key, DSB_KEY_LEN);
    must(dsb_trust_store_add(&device->trust, &device->identity, &entry) == DSB_TEXT_NO_FAULT,
         "trust");
}

static void begin(void)
{
    uint8_t ephemeral[DSB_KEY_LEN];

    memset(ephemeral, 3, sizeof ephemeral);
    make_secret(ephemeral, sizeof ephemeral);
    must(dsb_handshake_connect(&alpha.slot.handshake, &alpha.local, &beta.identity.id, ephemeral,
                               0) == DSB_REASON_NONE,
         "connect");
    memset(ephemeral, 4, sizeof ephemeral);
    make_secret(ephemeral, sizeof ephemeral);
    must(dsb_handshake_accept(&beta.slot.handshake, &beta.local, ephemeral, 0) == DSB_REASON_NONE,
         "accept");
}

static void hand_over(struct device *from, struct device *to)
{
    uint8_t wire[DSB_HANDSHAKE_OUT_MAX];
    size_t len = dsb_handshake_output(&from->slot.handshake, wire), used_len;

    make_public(wire, len);
    (void)!dsb_handshake_feed(&to->slot.handshake, wire, len, 0, &used_len);
    must(used_len == len && len != 0, "handshake message");
}

static void send(struct device *from, struct device *to, enum dsb_event expected)
{
    uint8_t wire[4 * DSB_CONTROL_MAX];
    size_t len = dsb_session_output(&from->slot.session, wire, sizeof wire, 0);
    size_t used_len, body_len;
    const uint8_t *body;

    if (len == 0) {
        must(dsb_session_send_stream(&from->slot.session, DSB_RECORD_BYTES, wire, sizeof wire,
                                     (const uint8_t *)"\0\0\0\1there", 9, 0, &len) == DSB_OK,
             "send");
    }
    dsb_session_written(&from->slot.session, len, 0);
    make_public(wire, len);
    must(dsb_session_feed(&to->slot.session, wire, len, 0, &used_len, &body, &body_len) == expected,
         "record");
}

void run_with_secrets(void)
{
    uint8_t wire[DSB_CONTROL_MAX];
    size_t used_len;

    make_device(&alpha, "alpha", 1);
    make_device(&beta, "beta", 2);
    trust(&alpha, &beta);
    trust(&beta, &alpha);
    begin();
    hand_over(&alpha, &beta);
    hand_over(&beta, &alpha);
    hand_over(&alpha, &beta);
    must(dsb_slot_finish(&beta.slot, 0) == DSB_OK, "finish");
    size_t len = dsb_session_output(&beta.slot.session, wire, sizeof wire, 0);
    dsb_session_written(&beta.slot.session, len, 0);
    make_public(wire, len);
    must(dsb_handshake_feed(&alpha.slot.handshake, wire, len, 0, &used_len) ==
             DSB_HANDSHAKE_AUTHENTICATED,
         "ACCEPT");
    must(dsb_slot_finish(&alpha.slot, 0) == DSB_OK, "finish");
    for (uint64_t n = 0; n < 3; n++) { /* the middle one rekeys */
        alpha.slot.session.transport.send.n = beta.slot.session.transport.recv.n =
            DSB_REKEY_RECORDS - 1 + n;
        send(&alpha, &beta, DSB_EVENT_STREAM);
    }
    must(dsb_session_ping(&beta.slot.session, (const uint8_t *)"token", 5) == DSB_OK, "ping");
    send(&beta, &alpha, DSB_EVENT_NONE);
    send(&alpha, &beta, DSB_EVENT_PONG);
    must(dsb_session_close(&alpha.slot.session) == DSB_OK, "close");
    send(&alpha, &beta, DSB_EVENT_PEER_CLOSED);
    must(dsb_session_close(&beta.slot.session) == DSB_OK, "close");
    send(&beta, &alpha, DSB_EVENT_PEER_CLOSED);
    must(dsb_session_is_closed(&alpha.slot.session), "clean end");
}
