/* SPDX-License-Identifier: Apache-2.0 */
/* What is signed, and the text around it. */
#include "node/store/attestation.h"

#include "node/base/bytes.h"
#include "node/store/keyring.h"

#include <stdio.h>
#include <string.h>

static const char domain[] = "DSoftBus/2 attestation"; /* with its zero byte */

#define SIGNED_MAX                                                                                 \
    (sizeof domain + 8 + DSB_KEY_LEN + 1 + DSB_DEVICE_ID_MAX + 1 + ATTESTATION_SERVICES_MAX)

enum dsb_text_fault attestation_fault(const struct dsb_trust_entry *device)
{
    const struct dsb_identity nobody = {.id.len = 0};
    struct dsb_trust_entry room;
    struct dsb_trust_store store;
    enum dsb_text_fault fault = dsb_public_key_fault(device->key);
    if (fault != DSB_TEXT_NO_FAULT)
        return fault;
    if (device->services_len > ATTESTATION_SERVICES_MAX)
        return DSB_TEXT_TOO_MANY_SERVICES;
    dsb_trust_store_init(&store, &room, 1);
    return dsb_trust_store_add(&store, &nobody, device);
}

void attestation_sign(struct attestation *a, const struct root_key *root)
{
    uint8_t text[SIGNED_MAX];
    struct bytes out = {.at = text};
    bytes_put(&out, domain, sizeof domain);
    bytes_put_number(&out, a->serial, 8);
    bytes_put(&out, a->device.key, DSB_KEY_LEN);
    bytes_put_number(&out, a->device.id.len, 1);
    bytes_put(&out, a->device.id.text, a->device.id.len);
    bytes_put_number(&out, a->device.services_len, 1);
    bytes_put(&out, a->device.services, a->device.services_len);
    memcpy(a->root, root->public_key, sizeof a->root);
    root_key_sign(root, a->signature, text, out.len);
}

size_t attestation_format(char out[ATTESTATION_TEXT_MAX], const struct attestation *a)
{
    const struct dsb_trust_entry *d = &a->device;
    char key[KEY_TEXT_SIZE], root[KEY_TEXT_SIZE], first[KEY_TEXT_SIZE], second[KEY_TEXT_SIZE];
    key_format(key, d->key);
    key_format(root, a->root);
    key_format(first, a->signature);
    key_format(second, a->signature + DSB_KEY_LEN);
    return (size_t)snprintf(out, ATTESTATION_TEXT_MAX,
                            "dsoftbus-attestation 1\nid %.*s\nkey %s\nserial %llu\n%s%.*s%s"
                            "root %s\nsignature %s %s\n",
                            d->id.len, d->id.text, key, (unsigned long long)a->serial,
                            d->services_len > 0 ? "services " : "", d->services_len, d->services,
                            d->services_len > 0 ? "\n" : "", root, first, second);
}
