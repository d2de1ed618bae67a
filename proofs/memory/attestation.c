/* SPDX-License-Identifier: Apache-2.0 */
/* An attestation from its bytes, for every length to beyond the longest; written again, and what
 * its root signs, for every length of its services and of an id, into exactly the room that the
 * longest takes. What a list of services is `contract-lines` says. */
#include "dsoftbus/attestation.h"
#include "dsoftbus/service_list.h"
#include "exact.h"

static struct dsb_attestation attestation;
static struct dsb_device_id id;
static uint8_t key[DSB_KEY_LEN];

enum dsb_text_fault dsb_service_list_fault(const char *list, size_t list_len)
{
    /*@ assert readable: list_len == 0 || \valid_read(list + (0 .. list_len - 1)); */
    return (enum dsb_text_fault)Frama_C_interval(DSB_TEXT_NO_FAULT, 100);
}

bool dsb_signature_verify(const uint8_t signature[DSB_SIGNATURE_LEN], const uint8_t *text,
                          size_t text_len, const uint8_t root[DSB_ROOT_KEY_LEN])
{
    /*@ assert signature: \valid_read(signature + (0 .. DSB_SIGNATURE_LEN - 1)); */
    /*@ assert root: \valid_read(root + (0 .. DSB_ROOT_KEY_LEN - 1)); */
    /*@ assert readable: \valid_read(text + (0 .. text_len - 1)); */
    /*@ assert written: \initialized(text + (0 .. text_len - 1)); */
    return Frama_C_interval(0, 1);
}

static void read_one(size_t len)
{
    Frama_C_make_unknown((char *)&attestation, sizeof attestation);
    attestation.services_len = 0;
    if (dsb_attestation_read(&attestation, any_bytes(len), len))
        /*@ assert whole: attestation.services_len == len - DSB_ATTESTATION_MIN; */;
    /*@ assert bounded: attestation.services_len <= DSB_ATTESTATION_SERVICES_MAX; */
}

static void write_one(size_t services_len, size_t id_len)
{
    Frama_C_make_unknown((char *)&attestation, sizeof attestation);
    Frama_C_make_unknown((char *)&id, sizeof id);
    Frama_C_make_unknown((char *)key, sizeof key);
    attestation.services_len = (uint8_t)services_len;
    id.len = (uint8_t)id_len;
    (void)dsb_attestation_write(room(DSB_ATTESTATION_MIN + services_len), &attestation);
    (void)dsb_attestation_signed(room(DSB_ATTESTATION_SIGNED_MAX), &attestation, &id, key);
    (void)!dsb_attestation_verify(&attestation, &id, key);
}

int main(void)
{
    /*@ loop unroll DSB_ATTESTATION_MAX + 3; */
    for (size_t len = 0; len <= DSB_ATTESTATION_MAX + 1; len++)
        read_one(len);
    /*@ loop unroll DSB_ATTESTATION_SERVICES_MAX + 1; */
    for (size_t len = 0; len <= DSB_ATTESTATION_SERVICES_MAX; len++)
        write_one(len, DSB_DEVICE_ID_MAX);
    /*@ loop unroll DSB_DEVICE_ID_MAX + 1; */
    for (size_t len = 0; len <= DSB_DEVICE_ID_MAX; len++)
        write_one(DSB_ATTESTATION_SERVICES_MAX, len);
    return 0;
}
