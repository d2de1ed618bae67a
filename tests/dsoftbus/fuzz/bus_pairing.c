/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pairing with one side that is not of our making. The first byte says which role is under test and
 * whether its opponent has the code. Without the code the rest of the input is what the opponent
 * says; with it, what it says beside the truth: places and masks that its honest messages are
 * altered at before they are sealed.
 */
#include "dsoftbus/pairing.h"
#include "fuzz.h"
#include "noise/crypto.h"

#include <string.h>

struct input {
    const uint8_t *data;
    size_t size;
};

static uint8_t next(struct input *in)
{
    uint8_t byte = 0;
    if (in->size > 0) {
        byte = *in->data++;
        in->size--;
    }
    return byte;
}

static void begin(struct dsb_pairing *run, enum dsb_pairing_role role, const char *name,
                  uint8_t seed)
{
    uint8_t random[DSB_PAIRING_RANDOM_LEN], secret[DSB_KEY_LEN], key[DSB_KEY_LEN];
    struct dsb_device_id id;

    memset(random, seed, sizeof random);
    memset(secret, seed, sizeof secret);
    noise_x25519_base(key, secret);
    CHECK(dsb_device_id_set(&id, name, strlen(name)) == DSB_OK);
    CHECK(dsb_pairing_init(run, role, &id, key, "123456", 6, random) == DSB_OK);
}

/* What holds whatever the opponent does; true while the run goes on. */
static bool check(const struct dsb_pairing *run, enum dsb_pairing_event event)
{
    struct dsb_device_id again;

    CHECK(dsb_pairing_wants(run) <= DSB_PAIRING_MESSAGE_MAX);
    CHECK((event == DSB_PAIRING_EVENT_FAILED) == (run->fault != DSB_PAIRING_NO_FAULT));
    if (event == DSB_PAIRING_EVENT_FAILED) {
        CHECK(dsb_pairing_wants(run) == 0 && run->peer_id.len == 0);
        CHECK(dsb_pairing_fault_name(run->fault) != NULL);
        return false;
    }
    if (event == DSB_PAIRING_EVENT_PENDING || event == DSB_PAIRING_EVENT_COMMIT) {
        CHECK(dsb_device_id_set(&again, run->peer_id.text, run->peer_id.len) == DSB_OK);
        CHECK(!dsb_device_id_equal(&run->peer_id, &run->id));
        CHECK(dsb_public_key_fault(run->peer_key) == DSB_TEXT_NO_FAULT);
    }
    return true;
}

static bool receive(struct dsb_pairing *run, const uint8_t *message)
{
    return check(run, dsb_pairing_receive(run, message));
}

/* Nobody who only says bytes comes to know the code. */
static void stranger(struct dsb_pairing *run, struct input *in)
{
    uint8_t message[DSB_PAIRING_MESSAGE_MAX];
    size_t wanted;

    for (;;) {
        (void)!dsb_pairing_send(run, message);
        wanted = dsb_pairing_wants(run);
        if (wanted == 0 || in->size == 0)
            break;
        for (size_t i = 0; i < wanted; i++)
            message[i] = next(in);
        enum dsb_pairing_event event = dsb_pairing_receive(run, message);
        CHECK(event != DSB_PAIRING_EVENT_PENDING && event != DSB_PAIRING_EVENT_COMMIT);
        if (!check(run, event))
            break;
    }
}

/* One who has the code, with an id and a key of the input's. */
static void liar(struct dsb_pairing *run, struct dsb_pairing *other, struct input *in)
{
    uint8_t message[DSB_PAIRING_MESSAGE_MAX];
    size_t len;

    other->id.len ^= next(in);
    for (size_t i = 0, count = next(in) % 8; i < count; i++) {
        size_t at = next(in) % DSB_DEVICE_ID_MAX;
        other->id.text[at] ^= (char)next(in);
    }
    for (size_t i = 0, count = next(in) % 40; i < count; i++) {
        size_t at = next(in) % DSB_KEY_LEN;
        other->key[at] ^= next(in);
    }
    while ((len = dsb_pairing_send(run, message)) != 0 ||
           (len = dsb_pairing_send(other, message)) != 0) {
        struct dsb_pairing *to = dsb_pairing_wants(run) == len && !run->has_to_send ? run : other;
        if (to == run ? !receive(run, message)
                      : dsb_pairing_receive(other, message) == DSB_PAIRING_EVENT_FAILED)
            break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};
    struct dsb_pairing run, other;
    uint8_t how = next(&in);
    enum dsb_pairing_role role = how & 1 ? DSB_PAIRING_DIALLER : DSB_PAIRING_LISTENER;

    begin(&run, role, "one", 1);
    begin(&other, role == DSB_PAIRING_DIALLER ? DSB_PAIRING_LISTENER : DSB_PAIRING_DIALLER, "other",
          2);
    if (how & 2)
        liar(&run, &other, &in);
    else
        stranger(&run, &in);
    dsb_pairing_wipe(&run);
    dsb_pairing_wipe(&other);
    return 0;
}
