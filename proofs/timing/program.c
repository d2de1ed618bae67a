/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs each operation of the library RUNS times with other secrets and the same public lengths.
 * Prints "operation NAME" once a name; what the processor did between timing_begin and timing_end
 * is recorded, run by run in the order of the names: on rv64imac by QEMU (trace.c), on the host by
 * single steps (steps.c). Two are controls, which depend on their secret.
 */
#include "marks.h"
#include "rv64/machine.h"

#include "noise/noise_xk.h"

#include <string.h>

#define RUNS        20
#define SECRET_MAX  TIMING_SECRET_LEN
#define MESSAGE_LEN 300 /* not a multiple of any block */
#define SHORT_LEN   50  /* ipsec-mb has another way for these */

static uint8_t secret[SECRET_MAX];
static uint8_t out[SECRET_MAX + NOISE_TAG_LEN], opened[SECRET_MAX];
static const uint8_t nonce[NOISE_CRYPTO_NONCE_LEN];
static uint64_t seed;

/* splitmix64: other bytes for every run, the same ones in every start. */
static void new_secret(void)
{
    for (size_t i = 0; i < sizeof secret; i++) {
        uint64_t z = seed += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        secret[i] = (uint8_t)(z ^ (z >> 31));
    }
}

void timing_must(bool ok)
{
    if (!ok) {
        machine_print("failed\n");
        machine_off();
    }
}

static void run_x25519(void)
{
    static const uint8_t point[NOISE_KEY_LEN] = {9};

    timing_begin();
    int result = noise_x25519(out, secret, point);
    timing_end();
    timing_must(result == 0);
}

static void run_base(void)
{
    timing_begin();
    noise_x25519_base(out, secret);
    timing_end();
}

static void run_seal(void)
{
    timing_begin();
    noise_aead_seal(out, secret, nonce, secret + 32, 13, secret + 64, MESSAGE_LEN);
    noise_aead_seal(out, secret, nonce, secret + 32, 13, secret + 64, SHORT_LEN);
    timing_end();
}

static void run_open(void)
{
    uint8_t brief[SHORT_LEN + NOISE_TAG_LEN];

    noise_aead_seal(out, secret, nonce, NULL, 0, secret + 64, MESSAGE_LEN);
    noise_aead_seal(brief, secret, nonce, NULL, 0, secret + 64, SHORT_LEN);
    timing_begin();
    int result = noise_aead_open(opened, secret, nonce, NULL, 0, out, MESSAGE_LEN + NOISE_TAG_LEN);
    result |= noise_aead_open(opened, secret, nonce, NULL, 0, brief, sizeof brief);
    timing_end();
    timing_must(result == 0 && memcmp(opened, secret + 64, MESSAGE_LEN) == 0);
}

/* Where the tag differs must not show. */
static void run_open_forged(void)
{
    noise_aead_seal(out, secret, nonce, NULL, 0, secret + 64, MESSAGE_LEN);
    out[MESSAGE_LEN + secret[0] % NOISE_TAG_LEN] ^= (uint8_t)(secret[1] | 1);
    timing_begin();
    int result = noise_aead_open(opened, secret, nonce, NULL, 0, out, MESSAGE_LEN + NOISE_TAG_LEN);
    timing_end();
    timing_must(result != 0);
}

/* Equal ones, and ones that differ in one place or in all. */
static void run_equal(void)
{
    memcpy(out, secret, NOISE_KEY_LEN);
    if (secret[40] % 3 == 0)
        out[secret[41] % NOISE_KEY_LEN] ^= (uint8_t)(secret[42] | 1);
    else if (secret[40] % 3 == 1)
        memset(out, 0, NOISE_KEY_LEN);
    timing_begin();
    volatile bool is_equal = noise_equal(out, secret);
    timing_end();
    timing_must(is_equal == (secret[40] % 3 == 2));
}

static void run_blake2s(void)
{
    timing_begin();
    noise_blake2s(out, secret, 64, secret + 64, MESSAGE_LEN);
    timing_end();
}

static struct {
    struct noise_static_key key;
    struct noise_xk_handshake hs;
    struct noise_transport transport;
} ends[2];

/* One message from one end to the other. */
static void pass(int from)
{
    static uint8_t message[SECRET_MAX];
    size_t len, payload_len;

    timing_must(noise_xk_write(&ends[from].hs, secret + 128, 16, message, sizeof message, &len) ==
                NOISE_OK);
    timing_must(noise_xk_read(&ends[!from].hs, message, len, opened, sizeof opened, &payload_len) ==
                NOISE_OK);
}

/* Both sides with other static and ephemeral keys each time, up to the first record. */
static void run_handshake(void)
{
    size_t len, opened_len;

    for (int i = 0; i < 2; i++)
        noise_static_key_init(&ends[i].key, secret + 32 * i);
    timing_begin_around_multiplications();
    timing_must(noise_xk_init_initiator(&ends[0].hs, &ends[0].key, ends[1].key.public_key,
                                        secret + 64, NULL, 0) == NOISE_OK);
    timing_must(noise_xk_init_responder(&ends[1].hs, &ends[1].key, secret + 96, NULL, 0) ==
                NOISE_OK);
    pass(0);
    pass(1);
    pass(0);
    for (int i = 0; i < 2; i++)
        timing_must(noise_xk_split(&ends[i].hs, &ends[i].transport) == NOISE_OK);
    timing_must(noise_transport_seal(&ends[0].transport, secret + 200, MESSAGE_LEN, out, sizeof out,
                                     &len) == NOISE_OK);
    timing_must(noise_transport_open(&ends[1].transport, out, len, opened, sizeof opened,
                                     &opened_len) == NOISE_OK);
    timing_end();
}

static volatile uint8_t sink;

static void run_leak_by_branch(void)
{
    timing_begin();
    if (secret[0] & 1)
        sink = 1;
    timing_end();
}

static void run_leak_by_index(void)
{
    timing_begin();
    sink = ((volatile const uint8_t *)out)[secret[0]];
    timing_end();
}

static const struct {
    const char *name;
    void (*run)(void);
} operations[] = {
    {"x25519", run_x25519},
    {"base", run_base},
    {"seal", run_seal},
    {"open", run_open},
    {"forged", run_open_forged},
    {"equal", run_equal},
    {"blake2s", run_blake2s},
    {"handshake", run_handshake},
    {"leak_by_branch", run_leak_by_branch},
    {"leak_by_index", run_leak_by_index},
};

static void begin_operation(const char *name)
{
    machine_print("operation ");
    machine_print(name);
    machine_print("\n");
}

int main(void)
{
    timing_must(noise_init() == 0);
    noise_blake2s(out, NULL, 0, NULL, 0); /* libb2 chooses its code when it is first called */
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        begin_operation(operations[i].name);
        for (int run = 0; run < RUNS; run++) {
            new_secret();
            operations[i].run();
        }
    }
    for (size_t i = 0; i < timing_more_count; i++) {
        begin_operation(timing_more[i].name);
        for (int run = 0; run < RUNS; run++) {
            new_secret();
            timing_more[i].run(secret);
        }
    }
    machine_off();
}
