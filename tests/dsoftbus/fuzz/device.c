/* SPDX-License-Identifier: Apache-2.0 */
/* The two devices of the targets that run connections, and their input. */
#include "device.h"

#include "fuzz.h"

#include <string.h>

struct device alpha, beta;

static void make_device(struct device *device, const char *id, uint8_t seed)
{
    CHECK(dsb_device_id_set(&device->file.id, id, strlen(id)) == DSB_OK);
    memset(device->file.private_key, seed, DSB_KEY_LEN);
    CHECK(dsb_identity_init(&device->identity, &device->file) == DSB_OK);
    dsb_trust_store_init(&device->trust, &device->entry, 1);
    device->local = (struct dsb_local){
        &device->identity, &device->trust, DEVICE_RECV_MAX, {DEVICE_WINDOW, DEVICE_STREAMS}, NULL};
}

static void trust(struct device *device, const struct device *other)
{
    struct dsb_trust_entry entry = {.id = other->identity.id};

    memcpy(entry.key, other->identity.key.public_key, DSB_KEY_LEN);
    CHECK(dsb_trust_store_add(&device->trust, &device->identity, &entry) == DSB_TEXT_NO_FAULT);
}

void devices_make(void)
{
    if (alpha.file.id.len == 0) {
        make_device(&alpha, "alpha", 1);
        make_device(&beta, "beta", 2);
        trust(&alpha, &beta);
        trust(&beta, &alpha);
    }
}

uint8_t take_byte(struct input *input)
{
    if (input->len == 0)
        return 0;
    input->len--;
    return *input->data++;
}

size_t take_bytes(struct input *input, size_t max, const uint8_t **bytes)
{
    size_t len = take_byte(input);

    len = len < max ? len : max;
    len = len < input->len ? len : input->len;
    *bytes = input->data;
    input->data += len;
    input->len -= len;
    return len;
}
