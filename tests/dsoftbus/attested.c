/* SPDX-License-Identifier: Apache-2.0 */
/* Signs as a root does. */
#include "attested.h"

#include "dsoftbus/lines.h"
#include "dsoftbus/testing.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

void root_make(struct root *root, uint8_t seed)
{
    uint8_t seeds[crypto_sign_SEEDBYTES];

    memset(seeds, seed, sizeof seeds);
    assert_int_equal(crypto_sign_seed_keypair(root->public_key, root->secret_key, seeds), 0);
}

void root_sign(const struct root *root, struct dsb_attestation *attestation,
               const struct peer *peer, uint64_t serial, const char *services)
{
    uint8_t text[DSB_ATTESTATION_SIGNED_MAX];

    *attestation =
        (struct dsb_attestation){.serial = serial, .services_len = (uint8_t)strlen(services)};
    memcpy(attestation->services, services, strlen(services));
    memcpy(attestation->root, root->public_key, DSB_ROOT_KEY_LEN);
    size_t len = dsb_attestation_signed(text, attestation, &peer->identity.id,
                                        peer->identity.key.public_key);
    assert_int_equal(
        crypto_sign_detached(attestation->signature, NULL, text, len, root->secret_key), 0);
}

void root_sign_list(const struct root *root, struct dsb_revocations *list)
{
    static uint8_t text[DSB_REVOCATIONS_SIGNED_MAX];

    memcpy(list->root, root->public_key, DSB_ROOT_KEY_LEN);
    assert_int_equal(crypto_sign_detached(list->signature, NULL, text,
                                          dsb_revocations_signed(text, list), root->secret_key),
                     0);
}

void root_revoke(const struct root *root, struct dsb_revocations *list, uint64_t serial,
                 const struct dsb_device_id *id, uint64_t first_good)
{
    memset(list, 0, sizeof *list);
    list->serial = serial;
    assert_true(dsb_revocations_set(list, id, first_good));
    root_sign_list(root, list);
}

size_t root_list_text(char text[ROOT_LIST_TEXT_SIZE], const struct dsb_revocations *list)
{
    char hex[3][2 * DSB_ROOT_KEY_LEN];
    int len;

    dsb_hex_encode(hex[0], list->root);
    dsb_hex_encode(hex[1], list->signature);
    dsb_hex_encode(hex[2], list->signature + DSB_ROOT_KEY_LEN);
    len = snprintf(text, ROOT_LIST_TEXT_SIZE, "dsoftbus-revocations 1\nroot %.64s\nserial %llu\n",
                   hex[0], (unsigned long long)list->serial);
    for (size_t i = 0; i < list->count; i++)
        len += snprintf(text + len, ROOT_LIST_TEXT_SIZE - (size_t)len, "revoke %.*s %llu\n",
                        list->entries[i].id.len, list->entries[i].id.text,
                        (unsigned long long)list->entries[i].first_good);
    len += snprintf(text + len, ROOT_LIST_TEXT_SIZE - (size_t)len, "signature %.64s %.64s\n",
                    hex[1], hex[2]);
    assert_true(len < ROOT_LIST_TEXT_SIZE);
    return (size_t)len;
}

void attested_trust(struct attested *attested, struct peer *peer, const char *lines)
{
    char text[2048];
    struct dsb_text_error error;
    int len = snprintf(text, sizeof text, "%s%s", DSB_TRUST_HEADER, lines);

    peer->trust.roots = attested->roots;
    peer->trust.root_capacity = sizeof attested->roots / sizeof attested->roots[0];
    attested->vouched.rows = attested->rows;
    attested->vouched.capacity = ATTESTED_ROWS;
    attested->vouched.lists = attested->lists;
    attested->vouched.list_capacity = ATTESTED_LISTS;
    peer->trust.vouched = &attested->vouched;
    assert_int_equal(
        dsb_trust_store_parse(&peer->trust, &peer->identity, text, (size_t)len, &error), DSB_OK);
}

void root_line(char *out, size_t out_size, const char *pattern, const struct root *root,
               const char *services)
{
    char hex[2 * DSB_ROOT_KEY_LEN];

    dsb_hex_encode(hex, root->public_key);
    (void)snprintf(out, out_size, "%s root:%.64s%s%s\n", pattern, hex,
                   services[0] == '\0' ? "" : " ", services);
}
