/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instructions and stack of the library on rv64imac: one "name value" per line. Run under -icount
 * shift=0, where the counts are the same in every run.
 */
#include "rv64/machine.h"

#include "noise/noise_xk.h"

#include <string.h>

static uint8_t plaintext[NOISE_PLAINTEXT_MAX], message[NOISE_MESSAGE_MAX];

static struct {
    uint8_t private_key[NOISE_KEY_LEN];
    struct noise_static_key key;
    struct noise_xk_handshake hs;
    struct noise_transport transport;
} init, resp;

static void must(enum noise_result result)
{
    if (result != NOISE_OK) {
        machine_print_pair("failed", (uint64_t)result);
        machine_off();
    }
}

static void init_initiator(void)
{
    uint8_t e[NOISE_KEY_LEN];

    memset(e, 3, sizeof e);
    must(noise_xk_init_initiator(&init.hs, &init.key, resp.key.public_key, e, NULL, 0));
}

static void init_responder(void)
{
    uint8_t e[NOISE_KEY_LEN];

    memset(e, 4, sizeof e);
    must(noise_xk_init_responder(&resp.hs, &resp.key, e, NULL, 0));
}

/* The length of the message on its way, and which of the three it is. */
static size_t on_way_len;

static void init_writes(void)
{
    must(noise_xk_write(&init.hs, NULL, 0, message, sizeof message, &on_way_len));
}

static void resp_writes(void)
{
    must(noise_xk_write(&resp.hs, NULL, 0, message, sizeof message, &on_way_len));
}

static void init_reads(void)
{
    size_t len;

    must(noise_xk_read(&init.hs, message, on_way_len, NULL, 0, &len));
}

static void resp_reads(void)
{
    size_t len;

    must(noise_xk_read(&resp.hs, message, on_way_len, NULL, 0, &len));
}

static void init_splits(void)
{
    must(noise_xk_split(&init.hs, &init.transport));
}

static void resp_splits(void)
{
    must(noise_xk_split(&resp.hs, &resp.transport));
}

static const struct step {
    void (*run)(void);
    int is_responder;
} handshake[] = {
    {init_initiator, 0}, {init_responder, 1}, {init_writes, 0}, {resp_reads, 1},  {resp_writes, 1},
    {init_reads, 0},     {init_writes, 0},    {resp_reads, 1},  {init_splits, 0}, {resp_splits, 1},
};
#define STEPS_COUNT (sizeof handshake / sizeof handshake[0])

static void bench_handshake(void)
{
    uint64_t instructions[2] = {0};
    size_t stack[2] = {0};

    for (size_t i = 0; i < STEPS_COUNT; i++)
        instructions[handshake[i].is_responder] += machine_instructions_of(handshake[i].run);
    for (size_t i = 0; i < STEPS_COUNT; i++) {
        size_t used = machine_stack_used(handshake[i].run);

        if (used > stack[handshake[i].is_responder])
            stack[handshake[i].is_responder] = used;
    }
    machine_print_pair("handshake-initiator", instructions[0]);
    machine_print_pair("handshake-responder", instructions[1]);
    machine_print_pair("handshake-both", instructions[0] + instructions[1]);
    machine_print_pair("stack-initiator", stack[0]);
    machine_print_pair("stack-responder", stack[1]);
}

static size_t transport_len;

static void seal(void)
{
    size_t len;

    must(noise_transport_seal(&init.transport, plaintext, transport_len, message, sizeof message,
                              &len));
}

static void open(void)
{
    size_t len;

    must(noise_transport_open(&resp.transport, message, transport_len + NOISE_TAG_LEN, plaintext,
                              sizeof plaintext, &len));
}

static void bench_transport(void)
{
    static const size_t lengths[] = {64, 1024, 16384, NOISE_PLAINTEXT_MAX};
    static const char *const seal_names[] = {"seal-64", "seal-1024", "seal-16384", "seal-65519"};
    static const char *const open_names[] = {"open-64", "open-1024", "open-16384", "open-65519"};

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        transport_len = lengths[i];
        machine_print_pair(seal_names[i], machine_instructions_of(seal));
        machine_print_pair(open_names[i], machine_instructions_of(open));
    }
    machine_print_pair("stack-seal", machine_stack_used(seal));
    machine_print_pair("stack-open", machine_stack_used(open));
}

static uint8_t point[NOISE_CRYPTO_KEY_LEN], product[NOISE_CRYPTO_KEY_LEN];

static void multiply(void)
{
    if (noise_x25519(product, init.private_key, point) != 0)
        must(NOISE_ERR_DH);
}

static void multiply_base(void)
{
    noise_x25519_base(point, init.private_key);
}

int main(void)
{
    memset(init.private_key, 1, NOISE_KEY_LEN);
    memset(resp.private_key, 2, NOISE_KEY_LEN);
    noise_static_key_init(&init.key, init.private_key);
    noise_static_key_init(&resp.key, resp.private_key);
    machine_print_pair("x25519-base", machine_instructions_of(multiply_base));
    machine_print_pair("x25519", machine_instructions_of(multiply));
    bench_handshake();
    bench_transport();
    machine_print_pair("state-handshake", sizeof(struct noise_xk_handshake));
    machine_print_pair("state-transport", sizeof(struct noise_transport));
    machine_print_pair("done", 1);
    machine_off();
}
