/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ChaCha20-Poly1305 by ipsec-mb. Its direct functions keep their state in the caller's context. Its
 * jobs are faster for short messages, but use a ring inside the manager: they are for the thread
 * that started it alone, and every other thread takes the direct functions.
 */
#include "noise/crypto_provider.h"

#include <intel-ipsec-mb.h>
#include <pthread.h>
#include <sodium/crypto_verify_16.h>
#include <string.h>

/* Bytes up to which a job is the faster way (docs/figures.md). */
#define JOB_MAX_LEN 256

static IMB_MGR *manager;
static pthread_t job_thread;

static bool prepare(void (*init)(IMB_MGR *state), uint64_t needed)
{
    init(manager);
    job_thread = pthread_self();
    return imb_get_errno(manager) == 0 && (manager->features & needed) == needed;
}

/* The manager is never freed: it lives as long as the process. */
static int start(void (*init)(IMB_MGR *state), uint64_t needed)
{
    manager = manager != NULL ? manager : alloc_mb_mgr(0);
    return manager != NULL && prepare(init, needed) ? 0 : NOISE_INIT_FAILED;
}

static int start_avx512(void)
{
    return start(init_mb_mgr_avx512, IMB_CPUFLAGS_AVX512);
}

static int start_avx2(void)
{
    return start(init_mb_mgr_avx2, IMB_CPUFLAGS_AVX2);
}

struct message {
    uint8_t *out;
    const uint8_t *key, *nonce, *ad, *in;
    size_t ad_len, in_len;
};

static bool is_for_a_job(const struct message *m)
{
    return m->in_len <= JOB_MAX_LEN && pthread_equal(job_thread, pthread_self()) != 0;
}

/* AEAD jobs are done when they have been submitted: nothing stays in the ring. */
static void run_job(const struct message *m, IMB_CIPHER_DIRECTION direction,
                    uint8_t tag[NOISE_CRYPTO_TAG_LEN])
{
    IMB_JOB *job = IMB_GET_NEXT_JOB(manager);

    job->cipher_mode = IMB_CIPHER_CHACHA20_POLY1305;
    job->hash_alg = IMB_AUTH_CHACHA20_POLY1305;
    job->cipher_direction = direction;
    job->chain_order = direction == IMB_DIR_ENCRYPT ? IMB_ORDER_CIPHER_HASH : IMB_ORDER_HASH_CIPHER;
    job->enc_keys = m->key;
    job->dec_keys = m->key;
    job->key_len_in_bytes = NOISE_CRYPTO_KEY_LEN;
    job->iv = m->nonce;
    job->iv_len_in_bytes = NOISE_CRYPTO_NONCE_LEN;
    job->u.CHACHA20_POLY1305.aad = m->ad;
    job->u.CHACHA20_POLY1305.aad_len_in_bytes = m->ad_len;
    job->src = m->in;
    job->dst = m->out;
    job->cipher_start_src_offset_in_bytes = 0;
    job->hash_start_src_offset_in_bytes = 0;
    job->msg_len_to_cipher_in_bytes = m->in_len;
    job->msg_len_to_hash_in_bytes = m->in_len;
    job->auth_tag_output = tag;
    job->auth_tag_output_len_in_bytes = NOISE_CRYPTO_TAG_LEN;
    (void)IMB_SUBMIT_JOB_NOCHECK(manager);
}

static void run_direct(const struct message *m, IMB_CIPHER_DIRECTION direction,
                       uint8_t tag[NOISE_CRYPTO_TAG_LEN])
{
    struct chacha20_poly1305_context_data context;

    IMB_CHACHA20_POLY1305_INIT(manager, m->key, &context, m->nonce, m->ad, m->ad_len);
    if (m->in_len > 0 && direction == IMB_DIR_ENCRYPT)
        IMB_CHACHA20_POLY1305_ENC_UPDATE(manager, m->key, &context, m->out, m->in, m->in_len);
    if (m->in_len > 0 && direction == IMB_DIR_DECRYPT)
        IMB_CHACHA20_POLY1305_DEC_UPDATE(manager, m->key, &context, m->out, m->in, m->in_len);
    IMB_CHACHA20_POLY1305_ENC_FINALIZE(manager, &context, tag, NOISE_CRYPTO_TAG_LEN);
    noise_wipe(&context, sizeof context);
}

static void run(const struct message *m, IMB_CIPHER_DIRECTION direction,
                uint8_t tag[NOISE_CRYPTO_TAG_LEN])
{
    if (is_for_a_job(m))
        run_job(m, direction, tag);
    else
        run_direct(m, direction, tag);
}

static void seal(uint8_t *out, const uint8_t key[NOISE_CRYPTO_KEY_LEN],
                 const uint8_t nonce[NOISE_CRYPTO_NONCE_LEN], const uint8_t *ad, size_t ad_len,
                 const uint8_t *plaintext, size_t plaintext_len)
{
    struct message m = {out, key, nonce, ad, plaintext, ad_len, plaintext_len};

    run(&m, IMB_DIR_ENCRYPT, out + plaintext_len);
}

/* ipsec-mb decrypts before it is known whether the tag is right: what is not is taken back. */
static int open_sealed(uint8_t *out, const uint8_t key[NOISE_CRYPTO_KEY_LEN],
                       const uint8_t nonce[NOISE_CRYPTO_NONCE_LEN], const uint8_t *ad,
                       size_t ad_len, const uint8_t *sealed, size_t sealed_len)
{
    uint8_t tag[NOISE_CRYPTO_TAG_LEN];
    size_t plaintext_len;

    if (sealed_len < NOISE_CRYPTO_TAG_LEN)
        return -1;
    plaintext_len = sealed_len - NOISE_CRYPTO_TAG_LEN;
    run(&(struct message){out, key, nonce, ad, sealed, ad_len, plaintext_len}, IMB_DIR_DECRYPT,
        tag);
    if (crypto_verify_16(tag, sealed + plaintext_len) == 0)
        return 0;
    if (plaintext_len > 0)
        memset(out, 0, plaintext_len);
    return -1;
}

const struct noise_aead noise_aead_ipsec_mb_avx512 = {start_avx512, seal, open_sealed};
const struct noise_aead noise_aead_ipsec_mb_avx2 = {start_avx2, seal, open_sealed};
