/* SPDX-License-Identifier: Apache-2.0 */
/* The words of text files and packets: device ids, UTF-8, hexadecimal keys, each for every length
 * up to beyond its bound. */
#include "dsoftbus/device_id.h"
#include "dsoftbus/lines.h"
#include "dsoftbus/utf8.h"
#include "exact.h"

#define LEN_MAX 68

static void read_id(size_t len)
{
    struct dsb_device_id id;
    struct dsb_device_id other = {.len = (uint8_t)len};

    if (dsb_device_id_set(&id, any_bytes(len), len) == DSB_OK) {
        /*@ assert bounded: 1 <= id.len <= DSB_DEVICE_ID_MAX; */
        Frama_C_make_unknown((char *)&other.text, sizeof other.text);
        (void)dsb_device_id_equal(&id, &other);
    }
}

static void read_character(size_t len)
{
    uint32_t code = 0;
    size_t used = dsb_utf8_next(any_bytes(len), len, &code);

    /*@ assert within: used <= len; */
    if (used != 0)
        (void)dsb_utf8_is_control(code);
}

static void read_key(size_t len)
{
    struct dsb_word word = {(const char *)any_bytes(len), len};
    uint8_t *key = room(32);

    if (dsb_hex_decode(key, &word))
        dsb_hex_encode((char *)room(64), exact_in);
}

int main(void)
{
    /*@ loop unroll LEN_MAX + 1; */
    for (size_t len = 0; len <= LEN_MAX; len++) {
        read_id(len);
        read_character(len);
        read_key(len);
    }
    (void)dsb_text_fault_name((enum dsb_text_fault)Frama_C_interval(0, 1000));
    return 0;
}
