/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two devices from the text of their identity files to a record each way: what lib/dsoftbus does
 * with private keys, and the binding of the peer's key to its id. Public keys are made of the
 * secrets, so they differ, too; who they belong to does not.
 */
#include "marks.h"

#include "dsoftbus/identity.h"
#include "dsoftbus/session.h"

#include <string.h>

#define WIRE_MAX (4 * DSB_CONTROL_MAX)

struct device {
    struct dsb_identity_file file;
    struct dsb_identity identity;
    struct dsb_trust_entry entry;
    struct dsb_trust_store trust;
    struct dsb_local local;
    union dsb_slot slot;
};

static struct device alpha, beta;

static void must(enum dsb_status status)
{
    timing_must(status == DSB_OK);
}

/* The file as it lies on a disk or in a bundle. */
static size_t write_file(char text[DSB_IDENTITY_FILE_MAX], const char *id, const uint8_t *secret)
{
    struct dsb_identity_file file = {0};
    size_t len;

    must(dsb_device_id_set(&file.id, id, strlen(id)));
    memcpy(file.private_key, secret, DSB_KEY_LEN);
    must(dsb_identity_format(text, DSB_IDENTITY_FILE_MAX, &len, &file));
    return len;
}

static void read_identity(struct device *device, const char *id, const uint8_t *secret)
{
    char text[DSB_IDENTITY_FILE_MAX];
    struct dsb_text_error error;
    size_t len = write_file(text, id, secret);

    timing_must(dsb_identity_parse(&device->file, text, len, &error) == DSB_OK);
    must(dsb_identity_init(&device->identity, &device->file));
}

static void make_device(struct device *device, const char *id, const uint8_t *secret)
{
    read_identity(device, id, secret);
    dsb_trust_store_init(&device->trust, &device->entry, 1);
    device->local = (struct dsb_local){&device->identity, &device->trust, 1024, {1024, 1}, NULL};
}

static void trust(struct device *device, const struct device *other)
{
    struct dsb_trust_entry entry = {.id = other->identity.id};

    memcpy(entry.key, other->identity.key.public_key, DSB_KEY_LEN);
    timing_must(dsb_trust_store_add(&device->trust, &device->identity, &entry) ==
                DSB_TEXT_NO_FAULT);
}

static void hand_over(struct device *from, struct device *to)
{
    uint8_t wire[DSB_HANDSHAKE_OUT_MAX];
    size_t len = dsb_handshake_output(&from->slot.handshake, wire), used_len;

    (void)!dsb_handshake_feed(&to->slot.handshake, wire, len, 0, &used_len);
    timing_must(used_len == len && len != 0);
}

static void authenticate(uint8_t *ephemerals)
{
    uint8_t wire[DSB_CONTROL_MAX];
    size_t used_len;

    timing_must(dsb_handshake_connect(&alpha.slot.handshake, &alpha.local, &beta.identity.id,
                                      ephemerals, 0) == DSB_REASON_NONE);
    timing_must(dsb_handshake_accept(&beta.slot.handshake, &beta.local, ephemerals + DSB_KEY_LEN,
                                     0) == DSB_REASON_NONE);
    hand_over(&alpha, &beta);
    hand_over(&beta, &alpha);
    hand_over(&alpha, &beta);
    must(dsb_slot_finish(&beta.slot, 0));
    size_t len = dsb_session_output(&beta.slot.session, wire, sizeof wire, 0);
    dsb_session_written(&beta.slot.session, len, 0);
    timing_must(dsb_handshake_feed(&alpha.slot.handshake, wire, len, 0, &used_len) ==
                DSB_HANDSHAKE_AUTHENTICATED);
    must(dsb_slot_finish(&alpha.slot, 0));
}

static void say(struct device *from, struct device *to, const uint8_t *words)
{
    uint8_t wire[WIRE_MAX], record[64] = {0, 0, 0, 1};
    size_t len, used_len, body_len;
    const uint8_t *body;

    memcpy(record + 4, words, sizeof record - 4);
    must(dsb_session_send_stream(&from->slot.session, DSB_RECORD_BYTES, wire, sizeof wire, record,
                                 sizeof record, 0, &len));
    dsb_session_written(&from->slot.session, len, 0);
    timing_must(dsb_session_feed(&to->slot.session, wire, len, 0, &used_len, &body, &body_len) ==
                DSB_EVENT_STREAM);
}

static void run_session(uint8_t secret[TIMING_SECRET_LEN])
{
    make_device(&alpha, "alpha", secret);
    make_device(&beta, "beta", secret + 32);
    trust(&alpha, &beta); /* judges a public key, by branches */
    trust(&beta, &alpha);
    timing_begin();
    read_identity(&alpha, "alpha", secret);
    read_identity(&beta, "beta", secret + 32);
    authenticate(secret + 64);
    say(&alpha, &beta, secret + 128);
    say(&beta, &alpha, secret + 192);
    timing_end();
}

const struct timing_operation timing_more[] = {{"session", run_session},
                                               {"pairing", timing_pairing}};
const size_t timing_more_count = sizeof timing_more / sizeof timing_more[0];
