/* SPDX-License-Identifier: Apache-2.0 */
/* Attestations as text: whatever lines a file has (lines_promise.c), with words at their bounds and
 * one beyond. Keys, lists of services and signatures are their promises: any answer. */
#include "dsoftbus/attestation_text.h"

#include "dsoftbus/service_list.h"
#include "exact.h"
#include "lines_promise.h"

#define KEY_LEN (2 * DSB_KEY_LEN)

static struct dsb_attested attested;

static enum dsb_text_fault any_fault(void)
{
    return (enum dsb_text_fault)Frama_C_interval(DSB_TEXT_NO_FAULT, 100);
}

enum dsb_text_fault dsb_service_list_fault(const char *list, size_t list_len)
{
    /*@ assert list: list_len == 0 || \valid_read(list + (0 .. list_len - 1)); */
    /*@ assert bounded: list_len <= DSB_ATTESTATION_SERVICES_MAX; */
    return any_fault();
}

enum dsb_text_fault dsb_public_key_fault(const uint8_t key[DSB_KEY_LEN])
{
    /*@ assert key: \valid_read(key + (0 .. DSB_KEY_LEN - 1)); */
    return any_fault();
}

bool dsb_attestation_verify(const struct dsb_attestation *word, const struct dsb_device_id *id,
                            const uint8_t key[DSB_KEY_LEN])
{
    (void)word, (void)key;
    /*@ assert id: id->len <= DSB_DEVICE_ID_MAX; */
    return Frama_C_interval(0, 1);
}

static void read_one(size_t first_len, size_t second_len)
{
    size_t line;

    lines_promise_len[1] = first_len;
    lines_promise_len[2] = second_len;
    (void)!dsb_attested_parse(&attested, (const char *)any_bytes(1), 1, &line);
    /*@ assert services: attested.word.services_len <= DSB_ATTESTATION_SERVICES_MAX; */
    /*@ assert id: attested.id.len <= DSB_DEVICE_ID_MAX; */
}

int main(void)
{
    read_one(1, 0);
    read_one(DSB_DEVICE_ID_MAX, 1);
    read_one(DSB_DEVICE_ID_MAX + 1, 0);
    read_one(KEY_LEN, KEY_LEN);
    read_one(DSB_ATTESTATION_SERVICES_MAX, 0);
    read_one(DSB_ATTESTATION_SERVICES_MAX + 1, 0);
    read_one(300, 0);
    return 0;
}
