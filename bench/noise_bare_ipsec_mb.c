/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ipsec-mb with a manager of its own: a job up to 256 bytes, the direct functions above. It has no
 * comparison of tags that could be used.
 */
#include "bench/noise_bare.h"

#include <intel-ipsec-mb.h>
#include <sodium/crypto_verify_16.h>

const char *const bare_name = "ipsec-mb";
static const uint8_t key[32] = {1}, nonce[12];

static IMB_MGR *manager(void)
{
    static IMB_MGR *started;

    if (started == NULL) {
        started = alloc_mb_mgr(0);
        init_mb_mgr_auto(started, NULL);
    }
    return started;
}

static void run_job(uint8_t *out, const uint8_t *in, size_t len, uint8_t tag[16], bool seals)
{
    IMB_MGR *m = manager();
    IMB_JOB *job = IMB_GET_NEXT_JOB(m);

    job->cipher_mode = IMB_CIPHER_CHACHA20_POLY1305;
    job->hash_alg = IMB_AUTH_CHACHA20_POLY1305;
    job->cipher_direction = seals ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT;
    job->chain_order = seals ? IMB_ORDER_CIPHER_HASH : IMB_ORDER_HASH_CIPHER;
    job->enc_keys = job->dec_keys = key;
    job->key_len_in_bytes = sizeof key;
    job->iv = nonce;
    job->iv_len_in_bytes = sizeof nonce;
    job->u.CHACHA20_POLY1305.aad = NULL;
    job->u.CHACHA20_POLY1305.aad_len_in_bytes = 0;
    job->src = in;
    job->dst = out;
    job->cipher_start_src_offset_in_bytes = job->hash_start_src_offset_in_bytes = 0;
    job->msg_len_to_cipher_in_bytes = job->msg_len_to_hash_in_bytes = len;
    job->auth_tag_output = tag;
    job->auth_tag_output_len_in_bytes = 16;
    (void)IMB_SUBMIT_JOB_NOCHECK(m);
}

static void run(uint8_t *out, const uint8_t *in, size_t len, uint8_t tag[16], bool seals)
{
    struct chacha20_poly1305_context_data context;
    IMB_MGR *m = manager();

    if (len <= 256) {
        run_job(out, in, len, tag, seals);
        return;
    }
    IMB_CHACHA20_POLY1305_INIT(m, key, &context, nonce, NULL, 0);
    if (seals)
        IMB_CHACHA20_POLY1305_ENC_UPDATE(m, key, &context, out, in, len);
    else
        IMB_CHACHA20_POLY1305_DEC_UPDATE(m, key, &context, out, in, len);
    IMB_CHACHA20_POLY1305_ENC_FINALIZE(m, &context, tag, 16);
}

void bare_seal(uint8_t *out, const uint8_t *in, size_t len)
{
    run(out, in, len, out + len, true);
}

bool bare_open(uint8_t *out, const uint8_t *in, size_t len)
{
    uint8_t tag[16];

    run(out, in, len, tag, false);
    return crypto_verify_16(tag, in + len) == 0;
}
