/* SPDX-License-Identifier: Apache-2.0 */
/* The one question that more than one part asks. */
#include "node/bus/bus.h"

#include <string.h>

bool bus_allows(const struct bus *b, const struct registry_entry *entry,
                const struct dsb_device_id *peer)
{
    const struct dsb_trust_entry *line =
        dsb_trust_store_find_id(b->server->shared.local.trust, peer);
    if (entry->to_any)
        return line != NULL;
    return dsb_trust_entry_allows(line, entry->name, strlen(entry->name), entry->to_all);
}
