/* SPDX-License-Identifier: Apache-2.0 */
/*
 * noise-vectors FILE.json: runs every Noise_XK_25519_ChaChaPoly_BLAKE2s vector of a file in the
 * form that cacophony, snow and others share, each in both roles, each role alone against the
 * recorded messages.
 *
 * The first three messages are the handshake; those after it are transport messages that go on
 * alternating, so the responder sends the first. Vectors of other protocols are skipped and
 * counted. docs/testing.md lists the fields.
 *
 * Exit: 0 when something ran and nothing failed; 1 otherwise; 2 when the file cannot be read.
 */
#include "noise/noise_xk.h"
#include "vectors/json_file.h"

#include <stdio.h>
#include <string.h>

static const char program[] = "noise-vectors";
static const char protocol[] = "Noise_XK_25519_ChaChaPoly_BLAKE2s";

#define HANDSHAKE_MESSAGES 3

struct keys {
    uint8_t s[NOISE_KEY_LEN], e[NOISE_KEY_LEN], rs[NOISE_KEY_LEN];
    struct bytes prologue;
    struct noise_static_key static_key;
};

struct run {
    const json_t *vector;
    size_t index;
    bool is_initiator;
    struct keys keys;
    struct noise_xk_handshake hs;
    struct noise_transport transport;
};

/* One message more than the protocol has room for, so that a wrong length shows. */
static uint8_t buffer[NOISE_MESSAGE_MAX + NOISE_TAG_LEN];

static bool complain(const struct run *run, const char *what, size_t message)
{
    printf("vector %zu, %s", run->index, run->is_initiator ? "initiator" : "responder");
    if (message != SIZE_MAX)
        printf(", message %zu", message);
    printf(": %s\n", what);
    return false;
}

static bool complain_result(const struct run *run, const char *call, enum noise_result result,
                            size_t message)
{
    char what[64];

    snprintf(what, sizeof what, "%s returned error %d", call, (int)result);
    return complain(run, what, message);
}

/* The initiator's remote static: as the file names it, else computed from the responder's private
 * key. */
static bool load_remote_static(struct run *run)
{
    uint8_t resp_s[NOISE_KEY_LEN];

    if (json_object_get(run->vector, "init_remote_static") != NULL)
        return json_bytes_exact(run->vector, "init_remote_static", run->keys.rs, NOISE_KEY_LEN);
    if (!json_bytes_exact(run->vector, "resp_static", resp_s, sizeof resp_s))
        return false;
    noise_x25519_base(run->keys.rs, resp_s);
    return true;
}

static bool load_keys(struct run *run)
{
    struct keys *keys = &run->keys;
    bool init = run->is_initiator;
    const char *prologue = init ? "init_prologue" : "resp_prologue";

    if (!json_bytes_exact(run->vector, init ? "init_static" : "resp_static", keys->s,
                          sizeof keys->s))
        return complain(run, "static key missing or not 32 bytes of hexadecimal", SIZE_MAX);
    if (!json_bytes_exact(run->vector, init ? "init_ephemeral" : "resp_ephemeral", keys->e,
                          sizeof keys->e))
        return complain(run, "ephemeral key missing or not 32 bytes of hexadecimal", SIZE_MAX);
    if (init && !load_remote_static(run))
        return complain(run, "init_remote_static is not 32 bytes of hexadecimal", SIZE_MAX);
    if (json_object_get(run->vector, prologue) != NULL &&
        !json_bytes(run->vector, prologue, &keys->prologue))
        return complain(run, "prologue is not hexadecimal", SIZE_MAX);
    noise_static_key_init(&keys->static_key, keys->s);
    return true;
}

static bool begin(struct run *run)
{
    struct keys *keys = &run->keys;
    enum noise_result result;

    if (run->is_initiator)
        result = noise_xk_init_initiator(&run->hs, &keys->static_key, keys->rs, keys->e,
                                         keys->prologue.data, keys->prologue.len);
    else
        result = noise_xk_init_responder(&run->hs, &keys->static_key, keys->e, keys->prologue.data,
                                         keys->prologue.len);
    return result == NOISE_OK || complain_result(run, "init", result, SIZE_MAX);
}

static bool is_expected(const struct bytes *expected, size_t len)
{
    return len == expected->len && memcmp(buffer, expected->data, len) == 0;
}

static bool send_message(struct run *run, size_t i, const struct bytes *payload,
                         const struct bytes *ciphertext)
{
    enum noise_result result;
    size_t len = 0;

    if (i < HANDSHAKE_MESSAGES)
        result = noise_xk_write(&run->hs, payload->data, payload->len, buffer, sizeof buffer, &len);
    else
        result = noise_transport_seal(&run->transport, payload->data, payload->len, buffer,
                                      sizeof buffer, &len);
    if (result != NOISE_OK)
        return complain_result(run, "writing", result, i);
    return is_expected(ciphertext, len) || complain(run, "another ciphertext", i);
}

static bool receive_message(struct run *run, size_t i, const struct bytes *payload,
                            const struct bytes *ciphertext)
{
    enum noise_result result;
    size_t len = 0;

    if (i < HANDSHAKE_MESSAGES)
        result =
            noise_xk_read(&run->hs, ciphertext->data, ciphertext->len, buffer, sizeof buffer, &len);
    else
        result = noise_transport_open(&run->transport, ciphertext->data, ciphertext->len, buffer,
                                      sizeof buffer, &len);
    if (result != NOISE_OK)
        return complain_result(run, "reading", result, i);
    return is_expected(payload, len) || complain(run, "another payload", i);
}

/* After the third message: the hash, and on the responder the key it learned, then the transport.
 */
static bool finish_handshake(struct run *run)
{
    uint8_t expected[NOISE_KEY_LEN], got[NOISE_KEY_LEN], init_s[NOISE_KEY_LEN];
    enum noise_result result = noise_xk_handshake_hash(&run->hs, got);

    if (result != NOISE_OK)
        return complain_result(run, "handshake_hash", result, SIZE_MAX);
    if (json_object_get(run->vector, "handshake_hash") != NULL &&
        (!json_bytes_exact(run->vector, "handshake_hash", expected, sizeof expected) ||
         memcmp(got, expected, sizeof got) != 0))
        return complain(run, "another handshake hash", SIZE_MAX);
    if (!run->is_initiator && json_bytes_exact(run->vector, "init_static", init_s, sizeof init_s)) {
        noise_x25519_base(expected, init_s);
        if (noise_xk_remote_static(&run->hs, got) != NOISE_OK ||
            memcmp(got, expected, sizeof got) != 0)
            return complain(run, "another remote static key", SIZE_MAX);
    }
    result = noise_xk_split(&run->hs, &run->transport);
    return result == NOISE_OK || complain_result(run, "split", result, SIZE_MAX);
}

static bool exchange(struct run *run, const json_t *message, size_t i)
{
    bool sends = (i % 2 == 0) == run->is_initiator;
    struct bytes payload = {0}, ciphertext = {0};
    bool good = false;

    if (!json_bytes(message, "payload", &payload))
        complain(run, "payload missing or not hexadecimal", i);
    else if (!json_bytes(message, "ciphertext", &ciphertext))
        complain(run, "ciphertext missing or not hexadecimal", i);
    else if (sends)
        good = send_message(run, i, &payload, &ciphertext);
    else
        good = receive_message(run, i, &payload, &ciphertext);
    bytes_free(&payload);
    bytes_free(&ciphertext);
    return good;
}

static bool run_messages(struct run *run)
{
    const json_t *messages = json_object_get(run->vector, "messages");
    size_t count = json_array_size(messages);

    if (count == 0)
        return complain(run, "no messages", SIZE_MAX);
    if (count < HANDSHAKE_MESSAGES && json_object_get(run->vector, "handshake_hash") != NULL)
        return complain(run, "a handshake hash, but not the three messages before it", SIZE_MAX);
    for (size_t i = 0; i < count; i++) {
        if (!exchange(run, json_array_get(messages, i), i))
            return false;
        if (i == HANDSHAKE_MESSAGES - 1 && !finish_handshake(run))
            return false;
    }
    return true;
}

static bool run_role(const json_t *vector, size_t index, bool is_initiator)
{
    struct run run = {.vector = vector, .index = index, .is_initiator = is_initiator};
    bool good = load_keys(&run) && begin(&run) && run_messages(&run);

    bytes_free(&run.keys.prologue);
    return good;
}

static const char *protocol_of(const json_t *vector)
{
    const json_t *name = json_object_get(vector, "protocol_name");

    return json_string_value(name != NULL ? name : json_object_get(vector, "name"));
}

int main(int argc, char **argv)
{
    size_t passed = 0, failed = 0, skipped = 0;
    const json_t *vectors, *vector;
    json_t *root;
    size_t i;

    if (argc != 2) {
        fprintf(stderr, "usage: %s FILE.json\n", program);
        return 2;
    }
    if (noise_init() != 0) {
        fprintf(stderr, "%s: the crypto library cannot be used\n", program);
        return 2;
    }
    root = json_file_load(program, argv[1]);
    if (root == NULL)
        return 2;
    vectors = json_object_get(root, "vectors");
    if (!json_is_array(vectors)) {
        fprintf(stderr, "%s: %s: no array \"vectors\"\n", program, argv[1]);
        json_decref(root);
        return 2;
    }
    json_array_foreach(vectors, i, vector)
    {
        const char *name = protocol_of(vector);

        if (name == NULL) {
            printf("vector %zu: no protocol_name\n", i);
            failed++;
        } else if (strcmp(name, protocol) != 0) {
            skipped++;
        } else {
            bool initiator_good = run_role(vector, i, true);
            bool responder_good = run_role(vector, i, false);

            if (initiator_good && responder_good)
                passed++;
            else
                failed++;
        }
    }
    json_decref(root);
    if (skipped > 0)
        printf("%zu of other protocols skipped\n", skipped);
    printf("%zu passed, %zu failed\n", passed, failed);
    return failed == 0 && passed > 0 ? 0 : 1;
}
