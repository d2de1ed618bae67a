/* SPDX-License-Identifier: Apache-2.0 */
/* A key is either kept or not yet one: whatever fails is begun again from what the store holds. */
#include "own_key.h"

#include "proto/slots.h"
#include "rng/rng.h"
#include "rt/log.h"
#include "rt/time.h"
#include "store/store.h"

#include <string.h>

#define RECORD    "identity"
#define AGAIN_MS  1000
#define ID_PREFIX "device-"
#define ID_DIGIT_COUNT                                                                             \
    12 /* 48 bits of the public key: no two devices of a site share them by chance */

static char hex_digit(uint8_t nibble)
{
    return "0123456789abcdef"[nibble & 15];
}

/* Of public bytes. */
static void hex(char *out, const uint8_t *bytes, size_t digit_count)
{
    for (size_t i = 0; i < digit_count; i++)
        out[i] = hex_digit(i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2]);
    out[digit_count] = 0;
}

/* The id is the beginning of the key: nobody has to think of one. */
static void make(struct dsb_identity_file *file)
{
    char id[sizeof ID_PREFIX + ID_DIGIT_COUNT] = ID_PREFIX;
    uint8_t public_key[DSB_KEY_LEN];

    memset(file, 0, sizeof *file);
    rng_wait("keystored", KEYSTORED_SLOT_RNG, file->private_key, sizeof file->private_key);
    noise_x25519_base(public_key, file->private_key);
    hex(id + sizeof ID_PREFIX - 1, public_key, ID_DIGIT_COUNT);
    if (dsb_device_id_set(&file->id, id, strlen(id)) != DSB_OK)
        rt_panic("keystored: id", -1);
}

static enum store_status keep(const struct dsb_identity_file *file)
{
    char text[DSB_IDENTITY_FILE_MAX];
    size_t text_len;

    if (dsb_identity_format(text, sizeof text, &text_len, file) != DSB_OK)
        rt_panic("keystored: random bytes are no key", -1);
    enum store_status status = record_put(KEYSTORED_SLOT_STORE, RECORD, text, text_len);
    noise_wipe(text, sizeof text);
    return status;
}

static enum store_status read(struct dsb_identity_file *file)
{
    char text[DSB_IDENTITY_FILE_MAX];
    struct dsb_text_error error = {0};
    size_t text_len;

    enum store_status status =
        record_get(KEYSTORED_SLOT_STORE, RECORD, text, sizeof text, &text_len);
    if (status == STORE_OK && dsb_identity_parse(file, text, text_len, &error) != DSB_OK) {
        rt_logf("keystored: stored identity:%zu: %s", error.line, dsb_text_fault_name(error.fault));
        rt_panic("keystored: refused its key", -1);
    }
    noise_wipe(text, sizeof text);
    return status;
}

/* What may have been kept by a call that failed is found by reading again. */
static enum store_status read_or_make(struct dsb_identity_file *file)
{
    enum store_status status = read(file);

    if (status != STORE_NOT_FOUND)
        return status;
    make(file);
    status = keep(file);
    if (status == STORE_OK)
        rt_logf("keystored: made a key");
    return status;
}

static void tell(const struct dsb_identity_file *file)
{
    char key[2 * DSB_KEY_LEN + 1];
    uint8_t public_key[DSB_KEY_LEN];

    noise_x25519_base(public_key, file->private_key);
    hex(key, public_key, 2 * DSB_KEY_LEN);
    rt_logf("keystored: this device is %.*s %s", file->id.len, file->id.text, key);
}

void own_key_load(struct dsb_identity_file *file)
{
    bool said = false;
    enum store_status status;

    while ((status = read_or_make(file)) != STORE_OK) {
        dsb_identity_file_wipe(file);
        if (!said)
            rt_logf("keystored: no place for a key yet (%d), waiting", (int)status);
        said = true;
        rt_sleep_ms(AGAIN_MS);
    }
    tell(file);
}
