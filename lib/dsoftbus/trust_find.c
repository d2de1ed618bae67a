/* SPDX-License-Identifier: Apache-2.0 */
/* Who is trusted: the store's lines, and behind them what its roots have said. */
#include "dsoftbus/vouched.h"

#include <string.h>

const struct dsb_trust_entry *dsb_trust_store_find_id(const struct dsb_trust_store *store,
                                                      const struct dsb_device_id *id)
{
    const struct dsb_trust_entry *line = dsb_trust_store_line_of_id(store, id);

    return line != NULL ? line : dsb_vouched_find_id(store, id);
}

const struct dsb_trust_entry *dsb_trust_store_find_key(const struct dsb_trust_store *store,
                                                       const uint8_t key[DSB_KEY_LEN])
{
    const struct dsb_trust_entry *line = dsb_trust_store_line_of_key(store, key);

    return line != NULL ? line : dsb_vouched_find_key(store, key);
}

bool dsb_trust_store_has(const struct dsb_trust_store *store, const struct dsb_device_id *id,
                         const uint8_t key[DSB_KEY_LEN])
{
    const struct dsb_trust_entry *entry = dsb_trust_store_find_id(store, id);

    return entry != NULL && memcmp(entry->key, key, DSB_KEY_LEN) == 0;
}
