/* SPDX-License-Identifier: Apache-2.0 */
/* Identity files: whatever lines a file has, with words at the bounds and one beyond, and a file
 * written into no room, too little and just enough. Then the judgement of any key, on the crypto
 * seam (seam.c). */
#include "dsoftbus/identity.h"
#include "exact.h"
#include "lines_promise.h"

#include <string.h>

#define FIXED_LEN (sizeof "dsoftbus-identity 1\nid \nprivate \n" - 1 + 2 * DSB_KEY_LEN)
#define MARK_LEN  (sizeof DSB_BRING_UP_MARK) /* with its line feed */

static struct dsb_identity_file file;
static struct dsb_identity identity;
static uint8_t key[DSB_KEY_LEN];

static void read_one(size_t len)
{
    struct dsb_text_error error;

    lines_promise_len[1] = len;
    if (dsb_identity_parse(&file, (const char *)any_bytes(len), len, &error) == DSB_OK) {
        /*@ assert id: file.id.len <= DSB_DEVICE_ID_MAX; */
        (void)!dsb_identity_init(&identity, &file);
        dsb_identity_file_wipe(&file);
    }
}

static void write_one(size_t id_len, bool bring_up, size_t room_len)
{
    size_t out_len;

    Frama_C_make_unknown((char *)&file, sizeof file);
    file.id.len = (uint8_t)id_len;
    file.bring_up = bring_up;
    (void)!dsb_identity_format((char *)room(room_len), room_len, &out_len, &file);
    /*@ assert within: out_len <= room_len; */
}

static void write_around(size_t id_len, bool bring_up, size_t need_len)
{
    write_one(id_len, bring_up, 0);
    write_one(id_len, bring_up, need_len - 1);
    write_one(id_len, bring_up, need_len);
}

static void judge_key(void)
{
    Frama_C_make_unknown((char *)key, sizeof key);
    (void)dsb_public_key_fault(key);
    (void)dsb_private_key_is_zero(key);
    (void)dsb_private_key_is_bring_up(key);
}

static void with_length(size_t len)
{
    read_one(len);
    write_around(len, false, FIXED_LEN + len);
    write_around(len, true, FIXED_LEN + MARK_LEN + len);
}

int main(void)
{
    with_length(0);
    with_length(1);
    with_length(DSB_DEVICE_ID_MAX);
    with_length(DSB_DEVICE_ID_MAX + 1);
    with_length(UINT8_MAX);
    judge_key();
    return 0;
}
