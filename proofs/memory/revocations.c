/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation lists: files of any lines (lines_promise.c) with words at their bounds and one beyond,
 * so also lists with more ids than there is room for; and of none, one and the most ids, of any
 * length each, what is signed into exactly the room that the longest takes. */
#include "dsoftbus/revocations.h"

#include "exact.h"
#include "lines_promise.h"

#define KEY_LEN (2 * DSB_ROOT_KEY_LEN)

static struct dsb_revocations list;
static struct dsb_device_id id;

bool dsb_signature_verify(const uint8_t signature[DSB_SIGNATURE_LEN], const uint8_t *text,
                          size_t text_len, const uint8_t root[DSB_ROOT_KEY_LEN])
{
    /*@ assert signature: \valid_read(signature + (0 .. DSB_SIGNATURE_LEN - 1)); */
    /*@ assert root: \valid_read(root + (0 .. DSB_ROOT_KEY_LEN - 1)); */
    /*@ assert readable: \valid_read(text + (0 .. text_len - 1)); */
    return Frama_C_interval(0, 1);
}

static void any_id(struct dsb_device_id *one)
{
    Frama_C_make_unknown((char *)one, sizeof *one);
    one->len = (uint8_t)Frama_C_interval(1, DSB_DEVICE_ID_MAX);
}

static void read_list(size_t first_len, size_t second_len)
{
    size_t line;

    lines_promise_len[1] = first_len;
    lines_promise_len[2] = second_len;
    (void)!dsb_revocations_parse(&list, (const char *)any_bytes(1), 1, &line);
    /*@ assert count: list.count <= DSB_REVOCATIONS_MAX; */
}

static void sign_list(size_t count)
{
    Frama_C_make_unknown((char *)&list, sizeof list);
    list.count = count;
    /*@ loop unroll DSB_REVOCATIONS_MAX + 1; */
    for (size_t i = 0; i < count; i++)
        any_id(&list.entries[i].id);
    (void)!dsb_revocations_verify(&list, room(DSB_REVOCATIONS_SIGNED_MAX));
    any_id(&id);
    (void)dsb_revocations_first_good(&list, &id);
    (void)!dsb_revocations_set(&list, &id, 2);
    /*@ assert count: list.count <= DSB_REVOCATIONS_MAX; */
}

int main(void)
{
    size_t line;

    (void)!dsb_revocations_parse(&list, NULL, DSB_REVOCATIONS_TEXT_MAX + 1, &line);
    read_list(0, 0);
    read_list(1, 0);
    read_list(1, 1);
    read_list(DSB_DEVICE_ID_MAX, 20);
    read_list(KEY_LEN, KEY_LEN);
    sign_list(0);
    sign_list(1);
    sign_list(DSB_REVOCATIONS_MAX);
    return 0;
}
