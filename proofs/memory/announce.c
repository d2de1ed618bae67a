/* SPDX-License-Identifier: Apache-2.0 */
/* Announces being written, into exactly the room that the longest takes: any content, ids,
 * names and numbers of services at their bounds and one beyond, with an attestation and without.
 * That text is read as far as it is long `contract-announce` and `contract-lines` show; here a
 * character is one byte, or none, and a list may have any fault. */
#include "dsoftbus/announce.h"
#include "dsoftbus/service_list.h"
#include "dsoftbus/utf8.h"
#include "exact.h"

static struct dsb_announce announce;

size_t dsb_utf8_next(const uint8_t *text, size_t text_len, uint32_t *code)
{
    /*@ assert readable: text_len > 0 && \valid_read(text); */
    *code = text[0];
    return Frama_C_interval(0, 1);
}

bool dsb_utf8_is_control(uint32_t code)
{
    return code < ' ';
}

enum dsb_text_fault dsb_service_list_fault(const char *list, size_t list_len)
{
    /*@ assert list_readable: list_len == 0 || \valid_read(list + (0 .. list_len - 1)); */
    return Frama_C_interval(0, 1) ? DSB_TEXT_NO_FAULT : DSB_TEXT_BAD_SERVICE;
}

static void write_one(size_t id_len, size_t count, size_t name_len, size_t list_len)
{
    size_t out_len;

    Frama_C_make_unknown((char *)&announce, sizeof announce);
    announce.id.len = (uint8_t)id_len;
    announce.service_count = (uint8_t)count;
    /*@ loop unroll DSB_SERVICE_MAX + 1; */
    for (size_t i = 0; i < DSB_SERVICE_MAX; i++)
        announce.services[i].len = (uint8_t)name_len;
    announce.attestation.services_len = (uint8_t)list_len;
    (void)!dsb_announce_encode(room(DSB_ANNOUNCE_MAX), &out_len, &announce);
    /*@ assert bounded: out_len <= DSB_ANNOUNCE_MAX; */
}

/* With every length of a name, and of an attestation's list, that is at a bound. */
static void write_count(size_t count)
{
    write_one(DSB_DEVICE_ID_MAX, count, 0, 0);
    write_one(DSB_DEVICE_ID_MAX, count, 1, 1);
    write_one(DSB_DEVICE_ID_MAX, count, DSB_SERVICE_NAME_MAX, DSB_ATTESTATION_SERVICES_MAX);
    write_one(DSB_DEVICE_ID_MAX, count, DSB_SERVICE_NAME_MAX, DSB_ATTESTATION_SERVICES_MAX + 1);
    write_one(DSB_DEVICE_ID_MAX, count, DSB_SERVICE_NAME_MAX + 1, DSB_ATTESTATION_SERVICES_MAX);
}

int main(void)
{
    write_one(0, 1, 1, 0);
    write_one(1, 1, 1, 0);
    write_one(DSB_DEVICE_ID_MAX + 1, DSB_SERVICE_MAX, DSB_SERVICE_NAME_MAX,
              DSB_ATTESTATION_SERVICES_MAX);
    write_count(0);
    write_count(1);
    write_count(DSB_SERVICE_MAX - 1);
    write_count(DSB_SERVICE_MAX);
    write_count(DSB_SERVICE_MAX + 1);
    dsb_query_encode(room(DSB_QUERY_LEN));
    return 0;
}
