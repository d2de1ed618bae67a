/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC-0010's vector verified on rv64imac, and what that takes: one "name value" per line. Run under
 * -icount shift=0, where the counts are the same in every run.
 */
#include "rv64/machine.h"

#include "dsoftbus/attestation_text.h"
#include "dsoftbus/revocations.h"
#include "noise/crypto.h"

#include <string.h>

static const char vector[] =
    "dsoftbus-attestation 1\n"
    "id alpha.lab\n"
    "key 7b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892cb0f73f13\n"
    "serial 5\n"
    "root 8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c\n"
    "signature ab0ab45005522dc1feb65c3c6ca8f32e3361389c39ab34b1106a4f6f2ca72d49 "
    "bf7a7739a2b332ff3ab9d93272372127591e12a206134ce328d69066a68cc30d\n";

static struct dsb_attested attested;
static struct dsb_revocations list;
static uint8_t scratch[DSB_REVOCATIONS_SIGNED_MAX];
static bool holds;

static void must(bool is_so, const char *what)
{
    if (is_so)
        return;
    machine_print_pair(what, 0);
    machine_off();
}

static void verify(void)
{
    holds = dsb_attestation_verify(&attested.word, &attested.id, attested.key);
}

static void verify_list(void)
{
    holds = dsb_revocations_verify(&list, scratch);
}

/* As many ids as a list has, each as long as it can be; the signature is of something else, which
 * takes as long to find out. */
static void make_list(void)
{
    char text[DSB_DEVICE_ID_MAX];
    struct dsb_device_id id;

    memset(text, 'a', sizeof text);
    memcpy(list.root, attested.word.root, sizeof list.root);
    memcpy(list.signature, attested.word.signature, sizeof list.signature);
    list.serial = 1;
    for (size_t i = 0; i < DSB_REVOCATIONS_MAX; i++) {
        text[0] = (char)('a' + i / 8);
        text[1] = (char)('a' + i % 8);
        must(dsb_device_id_set(&id, text, sizeof text) == DSB_OK, "id");
        must(dsb_revocations_set(&list, &id, 2), "list");
    }
}

int main(void)
{
    size_t line;

    must(noise_init() == 0, "crypto");
    must(dsb_attested_parse_unverified(&attested, vector, sizeof vector - 1, &line) ==
             DSB_TEXT_NO_FAULT,
         "vector");
    machine_print_pair("verify", machine_instructions_of(verify));
    must(holds, "verified");
    machine_print_pair("verify-stack", machine_stack_used(verify));
    attested.word.serial++;
    machine_print_pair("verify-false", machine_instructions_of(verify));
    must(!holds, "refused");
    make_list();
    machine_print_pair("verify-list", machine_instructions_of(verify_list));
    must(!holds, "list refused");
    machine_print_pair("verify-list-stack", machine_stack_used(verify_list));
    machine_print("rv64 attestation: done\n");
    machine_off();
}
