/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a root, and what it signs: the first byte says which. What is read is in its bounds,
 * and is read again from what is written of it; a fault leaves nothing behind. */
#include "node/store/attestation.h"
#include "node/store/revocations.h"
#include "node/store/root_serials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void read_key(const char *text, size_t text_len)
{
    static const uint8_t none[DSB_ROOT_KEY_LEN];
    uint8_t seed[DSB_ROOT_KEY_LEN] = {0};
    size_t line = 0;
    if (root_key_parse(seed, text, text_len, &line) != DSB_TEXT_NO_FAULT)
        must(memcmp(seed, none, sizeof none) == 0);
}

static void read_serials(const char *text, size_t text_len)
{
    struct root_serials_line found;
    struct dsb_device_id id;
    char again[DSB_DEVICE_ID_MAX + 24];
    size_t line = 0;
    must(dsb_device_id_set(&id, "lamp", 4) == DSB_OK);
    enum dsb_text_fault fault = root_serials_find(&found, &id, text, text_len, &line);
    must((found.serial == 0) == (found.len == 0));
    must(fault == DSB_TEXT_NO_FAULT || found.len == 0);
    if (found.len == 0) {
        must(found.at == text_len);
        return;
    }
    int len = snprintf(again, sizeof again, "lamp %llu\n", (unsigned long long)found.serial);
    must((size_t)len == found.len && memcmp(text + found.at, again, found.len) == 0);
}

static void read_list(const char *text, size_t text_len)
{
    static const struct dsb_revocations none;
    static struct dsb_revocations list, again;
    static uint8_t signed_bytes[DSB_REVOCATIONS_SIGNED_MAX];
    char written[REVOCATIONS_TEXT_SIZE], written_again[REVOCATIONS_TEXT_SIZE];
    size_t line = 0;
    enum dsb_text_fault fault = dsb_revocations_parse(&list, text, text_len, &line);
    if (fault != DSB_TEXT_NO_FAULT) {
        must(memcmp(&list, &none, sizeof none) == 0);
        return;
    }
    must(list.serial > 0 && list.count <= DSB_REVOCATIONS_MAX);
    size_t len = revocations_format(written, &list);
    must(len < sizeof written);
    must(dsb_revocations_parse(&again, written, len, &line) == DSB_TEXT_NO_FAULT);
    must(revocations_format(written_again, &again) == len &&
         memcmp(written, written_again, len) == 0);
    (void)dsb_revocations_verify(&again, signed_bytes);
}

static void read_attestation(const char *text, size_t text_len)
{
    static const struct dsb_attested none;
    static struct dsb_attested a, again;
    char written[DSB_ATTESTATION_TEXT_MAX], written_again[DSB_ATTESTATION_TEXT_MAX];
    size_t line = 0;
    if (dsb_attested_parse_unverified(&a, text, text_len, &line) != DSB_TEXT_NO_FAULT) {
        must(memcmp(&a, &none, sizeof none) == 0);
        return;
    }
    must(a.word.serial > 0 && a.word.services_len <= DSB_ATTESTATION_SERVICES_MAX);
    size_t len = attestation_format(written, &a);
    must(len < sizeof written);
    must(dsb_attested_parse_unverified(&again, written, len, &line) == DSB_TEXT_NO_FAULT);
    must(attestation_format(written_again, &again) == len &&
         memcmp(written, written_again, len) == 0);
    (void)dsb_attested_parse(&again, written, len, &line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(const char *text, size_t text_len) = {
        read_key, read_serials, read_list, read_attestation};
    if (size > 0)
        readers[data[0] % 4]((const char *)data + 1, size - 1);
    return 0;
}
