/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract of lib/noise/cipher.c, which is included unchanged: a cipher state seals at most
 * once with each nonce, and never with 2^64-1 (Noise section 5.1). With "n is set to 0 by
 * noise_cipher_init alone" no nonce repeats under a key.
 *
 * The seam is a function that writes what it likes within its bounds. The ghost variables count its
 * calls and keep the last nonce; that encode_nonce is injective is an assumption here, and a unit
 * test (nonce_is_four_zeros_then_n_little_endian).
 */
#include "noise/cipher.h"
#include <string.h>

/*@ ghost int seal_count; */
/*@ ghost uint64_t seal_n; */
/*@ axiomatic Nonce { logic integer nonce_value{L}(uint8_t *p) reads p[0 .. 11]; } */

/*@ requires \valid(out + (0 .. plaintext_len + 15));
    requires plaintext_len <= 65519;
    terminates \true;
    assigns out[0 .. plaintext_len + 15], seal_count, seal_n;
    ensures seal_count == \old(seal_count) + 1;
    ensures seal_n == nonce_value{Pre}(nonce); */
void noise_aead_seal(uint8_t *out, const uint8_t key[32], const uint8_t nonce[12],
                     const uint8_t *ad, size_t ad_len, const uint8_t *plaintext,
                     size_t plaintext_len);

/*@ requires sealed_len >= 16;
    requires \valid(out + (0 .. sealed_len - 17));
    terminates \true;
    assigns out[0 .. sealed_len - 17];
    ensures \result == 0 || \result == -1; */
int noise_aead_open(uint8_t *out, const uint8_t key[32], const uint8_t nonce[12], const uint8_t *ad,
                    size_t ad_len, const uint8_t *sealed, size_t sealed_len);

/*@ requires \valid(nonce + (0 .. 11));
    terminates \true;
    assigns nonce[0 .. 11];
    ensures nonce_value(nonce) == n; */
static void encode_nonce(uint8_t nonce[12], uint64_t n);

/*@ requires \valid(c) && \valid(out + (0 .. plaintext_len + 15)) && plaintext_len <= 65519;
    requires \separated(c, out + (0 .. plaintext_len + 15));
    requires \separated(c, &seal_count, &seal_n);
    requires \separated(out + (0 .. plaintext_len + 15), &seal_count, &seal_n);
    requires 0 <= seal_count < 1000;
    terminates \true;
    assigns c->n, out[0 .. plaintext_len + 15], seal_count, seal_n;
    behavior spent:
      assumes c->n == 0xffffffffffffffff;
      assigns \nothing;
      ensures \result == NOISE_ERR_NONCE && seal_count == \old(seal_count);
    behavior seals:
      assumes c->n < 0xffffffffffffffff;
      ensures \result == NOISE_OK && seal_count == \old(seal_count) + 1;
      ensures seal_n == \old(c->n) && c->n == \old(c->n) + 1;
    complete behaviors;
    disjoint behaviors; */
enum noise_result noise_cipher_encrypt(struct noise_cipher *c, const uint8_t *ad, size_t ad_len,
                                       const uint8_t *plaintext, size_t plaintext_len,
                                       uint8_t *out);

/*@ requires \valid(c) && 16 <= sealed_len <= 65535 && \valid(out + (0 .. sealed_len - 17));
    requires \separated(c, out + (0 .. sealed_len - 17));
    terminates \true;
    assigns c->n, out[0 .. sealed_len - 17];
    ensures \result == NOISE_OK ==> c->n == \old(c->n) + 1 && \old(c->n) != 0xffffffffffffffff;
    ensures \result != NOISE_OK ==> c->n == \old(c->n);
    ensures \old(c->n) == 0xffffffffffffffff ==> \result == NOISE_ERR_NONCE; */
enum noise_result noise_cipher_decrypt(struct noise_cipher *c, const uint8_t *ad, size_t ad_len,
                                       const uint8_t *sealed, size_t sealed_len, uint8_t *out);

#include "../../lib/noise/cipher.c"
