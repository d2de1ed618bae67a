/* SPDX-License-Identifier: Apache-2.0 */
/* An attestation's bytes, and what its root signed. */
#include "dsoftbus/attestation.h"

#include "dsoftbus/service_list.h"

#include <string.h>

static const char domain[] = "DSoftBus/2 attestation"; /* with its zero byte */

_Static_assert(sizeof domain == 23, "counted in DSB_ATTESTATION_SIGNED_MAX");

static uint8_t *put(uint8_t *out, const void *bytes, size_t len)
{
    memcpy(out, bytes, len);
    return out + len;
}

static uint8_t *put_u64(uint8_t *out, uint64_t number)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(number >> (56 - 8 * i));
    return out + 8;
}

static uint8_t *put_text(uint8_t *out, const char *text, uint8_t len)
{
    *out++ = len;
    return put(out, text, len);
}

static uint64_t get_u64(const uint8_t *bytes)
{
    uint64_t number = 0;
    for (int i = 0; i < 8; i++)
        number = number << 8 | bytes[i];
    return number;
}

size_t dsb_attestation_write(uint8_t out[DSB_ATTESTATION_MAX],
                             const struct dsb_attestation *attestation)
{
    uint8_t *next = put(out, attestation->root, DSB_ROOT_KEY_LEN);

    next = put_u64(next, attestation->serial);
    next = put_text(next, attestation->services, attestation->services_len);
    next = put(next, attestation->signature, DSB_SIGNATURE_LEN);
    return (size_t)(next - out);
}

bool dsb_attestation_read(struct dsb_attestation *out, const uint8_t *bytes, size_t len)
{
    struct dsb_attestation new = {.serial = 0};

    if (len < DSB_ATTESTATION_MIN || len > DSB_ATTESTATION_MAX)
        return false;
    new.services_len = bytes[DSB_ROOT_KEY_LEN + 8];
    if (new.services_len != len - DSB_ATTESTATION_MIN)
        return false;
    new.serial = get_u64(bytes + DSB_ROOT_KEY_LEN);
    memcpy(new.root, bytes, DSB_ROOT_KEY_LEN);
    memcpy(new.services, bytes + DSB_ROOT_KEY_LEN + 8 + 1, new.services_len);
    memcpy(new.signature, bytes + len - DSB_SIGNATURE_LEN, DSB_SIGNATURE_LEN);
    if (new.serial == 0 ||
        dsb_service_list_fault(new.services, new.services_len) != DSB_TEXT_NO_FAULT)
        return false;
    *out = new;
    return true;
}

size_t dsb_attestation_signed(uint8_t out[DSB_ATTESTATION_SIGNED_MAX],
                              const struct dsb_attestation *attestation,
                              const struct dsb_device_id *id, const uint8_t key[DSB_KEY_LEN])
{
    uint8_t *next = put(out, domain, sizeof domain);

    next = put_u64(next, attestation->serial);
    next = put(next, key, DSB_KEY_LEN);
    next = put_text(next, id->text, id->len);
    next = put_text(next, attestation->services, attestation->services_len);
    return (size_t)(next - out);
}

bool dsb_attestation_verify(const struct dsb_attestation *attestation,
                            const struct dsb_device_id *id, const uint8_t key[DSB_KEY_LEN])
{
    uint8_t text[DSB_ATTESTATION_SIGNED_MAX];
    size_t len = dsb_attestation_signed(text, attestation, id, key);

    return dsb_signature_verify(attestation->signature, text, len, attestation->root);
}
