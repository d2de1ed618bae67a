/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract of lib/noise/cipher.c, which is included unchanged: a cipher state seals at most
 * once with each nonce, and never with 2^64-1 (Noise section 5.1). With "n is set to 0 by
 * noise_cipher_init alone" no nonce repeats under a key.
 *
 * The ghost variables count the seam's calls and keep the last nonce, which is four zero bytes and
 * then each byte of n; no other n has those bytes.
 */
#include "noise/cipher.h"
#include "bits.h"
#include <string.h>

/*@ ghost int seal_count; */
/*@ ghost uint8_t seal_nonce[12]; */
/*@ predicate is_word{L}(uint8_t *bytes, integer word) =
        bytes[0] == (uint8_t)word && bytes[1] == (uint8_t)(word >> 8) &&
        bytes[2] == (uint8_t)(word >> 16) && bytes[3] == (uint8_t)(word >> 24); */
/*@ predicate is_nonce{L}(uint8_t *nonce, integer n) =
        is_word(nonce, 0) && is_word(nonce + 4, (uint32_t)n) &&
        is_word(nonce + 8, (uint32_t)(n >> 32)); */

/*@ predicate is_same_nonce{To,From}(uint8_t *to, uint8_t *from) =
        \at(to[0], To) == \at(from[0], From) && \at(to[1], To) == \at(from[1], From) &&
        \at(to[2], To) == \at(from[2], From) && \at(to[3], To) == \at(from[3], From) &&
        \at(to[4], To) == \at(from[4], From) && \at(to[5], To) == \at(from[5], From) &&
        \at(to[6], To) == \at(from[6], From) && \at(to[7], To) == \at(from[7], From) &&
        \at(to[8], To) == \at(from[8], From) && \at(to[9], To) == \at(from[9], From) &&
        \at(to[10], To) == \at(from[10], From) && \at(to[11], To) == \at(from[11], From); */

/* The seam may write what it likes within its bounds. The bodies here show that something keeps
 * what is assumed of it. */

/*@ requires \valid(out + (0 .. plaintext_len + 15)) && plaintext_len <= 65519;
    requires \valid_read(nonce + (0 .. 11)) && \base_addr(nonce) != \base_addr(&seal_nonce[0]);
    requires 0 <= seal_count < 1000;
    terminates \true;
    assigns out[0 .. plaintext_len + 15], seal_count, seal_nonce[0 .. 11];
    ensures seal_count == \old(seal_count) + 1;
    ensures is_same_nonce{Post,Pre}(&seal_nonce[0], nonce); */
void noise_aead_seal(uint8_t *out, const uint8_t key[32], const uint8_t nonce[12],
                     const uint8_t *ad, size_t ad_len, const uint8_t *plaintext,
                     size_t plaintext_len)
{
    /*@ ghost seal_count++; */
    /*@ ghost
        seal_nonce[0] = nonce[0]; seal_nonce[1] = nonce[1]; seal_nonce[2] = nonce[2];
        seal_nonce[3] = nonce[3]; seal_nonce[4] = nonce[4]; seal_nonce[5] = nonce[5];
        seal_nonce[6] = nonce[6]; seal_nonce[7] = nonce[7]; seal_nonce[8] = nonce[8];
        seal_nonce[9] = nonce[9]; seal_nonce[10] = nonce[10]; seal_nonce[11] = nonce[11]; */
}

/*@ requires sealed_len >= 16;
    requires \valid(out + (0 .. sealed_len - 17));
    terminates \true;
    assigns out[0 .. sealed_len - 17];
    ensures \result == 0 || \result == -1; */
int noise_aead_open(uint8_t *out, const uint8_t key[32], const uint8_t nonce[12], const uint8_t *ad,
                    size_t ad_len, const uint8_t *sealed, size_t sealed_len)
{
    return -1;
}

/*@ requires \valid(out + (0 .. 3));
    terminates \true;
    assigns out[0 .. 3];
    ensures is_word(out, word); */
static void put_word(uint8_t out[4], uint32_t word);

/*@ requires \valid(nonce + (0 .. 11));
    terminates \true;
    assigns nonce[0 .. 11];
    ensures is_nonce(nonce, n); */
static void encode_nonce(uint8_t nonce[12], uint64_t n);

/*@ requires \valid(c) && \valid(out + (0 .. plaintext_len + 15)) && plaintext_len <= 65519;
    requires \separated(c, out + (0 .. plaintext_len + 15));
    requires \separated(c, &seal_count, &seal_nonce[0 .. 11]);
    requires \separated(out + (0 .. plaintext_len + 15), &seal_count, &seal_nonce[0 .. 11]);
    requires 0 <= seal_count < 1000;
    terminates \true;
    assigns c->n, out[0 .. plaintext_len + 15], seal_count, seal_nonce[0 .. 11];
    behavior spent:
      assumes c->n == 0xffffffffffffffff;
      assigns \nothing;
      ensures \result == NOISE_ERR_NONCE && seal_count == \old(seal_count);
    behavior seals:
      assumes c->n < 0xffffffffffffffff;
      ensures \result == NOISE_OK && seal_count == \old(seal_count) + 1;
      ensures is_nonce(&seal_nonce[0], \old(c->n)) && c->n == \old(c->n) + 1;
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

/*@ requires \valid(a + (0 .. 11)) && \valid(b + (0 .. 11));
    requires \separated(a + (0 .. 11), b + (0 .. 11)) && n != m;
    terminates \true;
    assigns a[0 .. 11], b[0 .. 11];
    ensures !is_same_nonce{Post,Post}(a, b); */
void nonces_differ(uint8_t a[12], uint8_t b[12], uint64_t n, uint64_t m)
{
    encode_nonce(a, n);
    encode_nonce(b, m);
}
