/* SPDX-License-Identifier: Apache-2.0 */
/* The Noise library as its headers promise it about memory, for those that call it: what it reads
 * it can read, what it writes fits, whatever comes of it. `memory-noise` shows that it keeps this.
 */
#include "noise_promise.h"

#include "__fc_builtin.h"

#include <string.h>

uint8_t noise_promise_first;

static uint8_t sink;

static enum noise_result any_result(void)
{
    return (enum noise_result)Frama_C_interval(NOISE_OK, NOISE_ERR_HOLDER);
}

static void read_all(const uint8_t *in, size_t len)
{
    if (len != 0) {
        /*@ assert readable: \valid_read(in + (0 .. len - 1)); */
        /*@ assert written: \initialized(in + (0 .. len - 1)); */
        sink ^= in[0];
    }
}

static void write_any(uint8_t *out, size_t len)
{
    if (len != 0) {
        /*@ assert writable: \valid(out + (0 .. len - 1)); */
        Frama_C_make_unknown((char *)out, len);
    }
}

/* What a message without its overhead is, into room for size bytes. */
static enum noise_result opened(const uint8_t *in, size_t in_len, size_t overhead_len, uint8_t *out,
                                size_t size, size_t *out_len)
{
    *out_len = 0;
    if (in_len < overhead_len)
        return NOISE_ERR_LENGTH;
    read_all(in, in_len);
    if (size < in_len - overhead_len)
        return NOISE_ERR_BUFFER;
    write_any(out, in_len - overhead_len);
    if (in_len > overhead_len)
        out[0] = noise_promise_first;
    enum noise_result result = any_result();
    if (result == NOISE_OK)
        *out_len = in_len - overhead_len;
    return result;
}

static enum noise_result sealed(const uint8_t *in, size_t in_len, size_t overhead_len, uint8_t *out,
                                size_t size, size_t *out_len)
{
    *out_len = 0;
    read_all(in, in_len);
    if (size < in_len + overhead_len)
        return NOISE_ERR_BUFFER;
    write_any(out, size);
    enum noise_result result = any_result();
    if (result == NOISE_OK)
        *out_len = in_len + overhead_len;
    return result;
}

static enum noise_result begun(struct noise_xk_handshake *hs, uint8_t ephemeral[NOISE_KEY_LEN],
                               const uint8_t *prologue, size_t prologue_len)
{
    read_all(ephemeral, NOISE_KEY_LEN);
    read_all(prologue, prologue_len);
    memset(hs, 0, sizeof *hs);
    memset(ephemeral, 0, NOISE_KEY_LEN);
    return any_result();
}

enum noise_result noise_xk_init_initiator(struct noise_xk_handshake *hs,
                                          const struct noise_static_key *s,
                                          const uint8_t responder_public[NOISE_KEY_LEN],
                                          uint8_t ephemeral[NOISE_KEY_LEN], const uint8_t *prologue,
                                          size_t prologue_len)
{
    read_all(s->public_key, NOISE_KEY_LEN);
    read_all(responder_public, NOISE_KEY_LEN);
    return begun(hs, ephemeral, prologue, prologue_len);
}

enum noise_result noise_xk_init_responder(struct noise_xk_handshake *hs,
                                          const struct noise_static_key *s,
                                          uint8_t ephemeral[NOISE_KEY_LEN], const uint8_t *prologue,
                                          size_t prologue_len)
{
    read_all(s->public_key, NOISE_KEY_LEN);
    return begun(hs, ephemeral, prologue, prologue_len);
}

/* Which message it is the object knows: any. */
static size_t any_overhead(void)
{
    return Frama_C_interval(0, 1) ? NOISE_XK_MESSAGE_2_OVERHEAD : NOISE_XK_MESSAGE_3_OVERHEAD;
}

enum noise_result noise_xk_write(struct noise_xk_handshake *hs, const uint8_t *payload,
                                 size_t payload_len, uint8_t *message, size_t message_size,
                                 size_t *message_len)
{
    (void)hs;
    return sealed(payload, payload_len, any_overhead(), message, message_size, message_len);
}

enum noise_result noise_xk_read(struct noise_xk_handshake *hs, const uint8_t *message,
                                size_t message_len, uint8_t *payload, size_t payload_size,
                                size_t *payload_len)
{
    (void)hs;
    return opened(message, message_len, any_overhead(), payload, payload_size, payload_len);
}

enum noise_result noise_xk_remote_static(const struct noise_xk_handshake *hs,
                                         uint8_t out[NOISE_KEY_LEN])
{
    (void)hs;
    write_any(out, NOISE_KEY_LEN);
    return any_result();
}

enum noise_result noise_xk_handshake_hash(const struct noise_xk_handshake *hs,
                                          uint8_t out[NOISE_HASH_LEN])
{
    (void)hs;
    write_any(out, NOISE_HASH_LEN);
    return any_result();
}

enum noise_result noise_xk_split(struct noise_xk_handshake *hs, struct noise_transport *transport)
{
    (void)hs;
    memset(transport, 0, sizeof *transport);
    return any_result();
}

void noise_xk_wipe(struct noise_xk_handshake *hs)
{
    memset(hs, 0, sizeof *hs);
}

enum noise_result noise_transport_seal(struct noise_transport *t, const uint8_t *plaintext,
                                       size_t plaintext_len, uint8_t *message, size_t message_size,
                                       size_t *message_len)
{
    (void)t;
    return sealed(plaintext, plaintext_len, NOISE_TAG_LEN, message, message_size, message_len);
}

enum noise_result noise_transport_open(struct noise_transport *t, const uint8_t *message,
                                       size_t message_len, uint8_t *plaintext,
                                       size_t plaintext_size, size_t *plaintext_len)
{
    (void)t;
    return opened(message, message_len, NOISE_TAG_LEN, plaintext, plaintext_size, plaintext_len);
}

enum noise_result noise_transport_rekey_send(struct noise_transport *t)
{
    (void)t;
    return any_result();
}

enum noise_result noise_transport_rekey_recv(struct noise_transport *t)
{
    (void)t;
    return any_result();
}

void noise_transport_move(struct noise_transport *to, struct noise_transport *from)
{
    *to = *from;
    memset(from, 0, sizeof *from);
}

void noise_transport_wipe(struct noise_transport *t)
{
    memset(t, 0, sizeof *t);
}

void noise_wipe(void *secret, size_t len)
{
    if (len != 0)
        memset(secret, 0, len);
}
