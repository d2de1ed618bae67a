/* SPDX-License-Identifier: Apache-2.0 */
/* What is signed, and the text around it. */
#include "node/store/attestation.h"

#include "node/base/key_text.h"

#include <stdio.h>
#include <string.h>

void attestation_sign(struct dsb_attested *a, const struct root_key *root)
{
    uint8_t text[DSB_ATTESTATION_SIGNED_MAX];
    memcpy(a->word.root, root->public_key, sizeof a->word.root);
    root_key_sign(root, a->word.signature, text,
                  dsb_attestation_signed(text, &a->word, &a->id, a->key));
}

size_t attestation_format(char out[DSB_ATTESTATION_TEXT_MAX], const struct dsb_attested *a)
{
    const struct dsb_attestation *word = &a->word;
    char key[KEY_TEXT_SIZE], root[KEY_TEXT_SIZE], first[KEY_TEXT_SIZE], second[KEY_TEXT_SIZE];
    key_format(key, a->key);
    key_format(root, word->root);
    key_format(first, word->signature);
    key_format(second, word->signature + DSB_KEY_LEN);
    return (size_t)snprintf(out, DSB_ATTESTATION_TEXT_MAX,
                            "dsoftbus-attestation 1\nid %.*s\nkey %s\nserial %llu\n%s%.*s%s"
                            "root %s\nsignature %s %s\n",
                            a->id.len, a->id.text, key, (unsigned long long)word->serial,
                            word->services_len > 0 ? "services " : "", word->services_len,
                            word->services, word->services_len > 0 ? "\n" : "", root, first,
                            second);
}
