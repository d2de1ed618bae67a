/* SPDX-License-Identifier: Apache-2.0 */
/* See fake_store.h. */
#include "fake_store.h"

#include "proto/slots.h"
#include "store/store.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct fake_store fake_store;

void fake_store_reset(void)
{
    memset(&fake_store, 0, sizeof fake_store);
}

static void keep(struct fake_record *record, const void *bytes, size_t len)
{
    assert(len <= STORE_DATA_MAX);
    record->is_there = true;
    record->len = len;
    memset(record->bytes, 0, sizeof record->bytes);
    memcpy(record->bytes, bytes, len);
}

void fake_store_keep(struct fake_record *record, const char *text)
{
    keep(record, text, strlen(text));
}

static struct fake_record *record_of(uint32_t endpoint_cap, const char *name)
{
    assert(endpoint_cap == DSOFTBUSD_SLOT_STORE);
    if (strcmp(name, "trust") == 0)
        return &fake_store.trust;
    if (strcmp(name, "pairing-attempts") == 0)
        return &fake_store.attempts;
    size_t i = 0;
    while (i < FAKE_OTHERS_MAX && fake_store.names[i][0] != '\0' &&
           strcmp(fake_store.names[i], name) != 0)
        i++;
    assert(i < FAKE_OTHERS_MAX);
    (void)snprintf(fake_store.names[i], sizeof fake_store.names[i], "%s", name);
    return &fake_store.others[i];
}

enum store_status record_get(uint32_t endpoint_cap, const char *name, void *data, size_t data_size,
                             size_t *data_len)
{
    const struct fake_record *record = record_of(endpoint_cap, name);

    *data_len = 0;
    if (fake_store.get_fails_count > 0) {
        fake_store.get_fails_count--;
        return STORE_IO;
    }
    if (!record->is_there)
        return STORE_NOT_FOUND;
    assert(record->len <= data_size);
    memcpy(data, record->bytes, record->len);
    *data_len = record->len;
    return STORE_OK;
}

enum store_status record_put(uint32_t endpoint_cap, const char *name, const void *data,
                             size_t data_len)
{
    bool fails = fake_store.put_fails_count > 0;

    fake_store.put_count++;
    fake_store.put_fails_count -= fails;
    if (!fails || fake_store.failed_put_keeps)
        keep(record_of(endpoint_cap, name), data, data_len);
    return fails ? STORE_IO : STORE_OK;
}
