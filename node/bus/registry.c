/* SPDX-License-Identifier: Apache-2.0 */
/* Names, a short list: a client's are bounded, the daemon's are three. */
#include "node/bus/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct registry_entry *registry_find(const struct registry *r, const char *name,
                                           size_t name_len)
{
    for (const struct registry_entry *e = r->entries; e != NULL; e = e->next)
        if (strlen(e->name) == name_len && memcmp(e->name, name, name_len) == 0)
            return e;
    return NULL;
}

enum registry_result registry_add(struct registry *r, const char *name, bool to_all,
                                  void *publisher)
{
    if (registry_find(r, name, strlen(name)) != NULL)
        return REGISTRY_EXISTS;
    if (publisher != NULL && r->published_count >= r->published_max)
        return REGISTRY_FULL;
    struct registry_entry *e = calloc(1, sizeof *e);
    if (e == NULL)
        abort();
    e->publisher = publisher;
    e->to_all = to_all;
    (void)snprintf(e->name, sizeof e->name, "%s", name);
    e->next = r->entries;
    r->entries = e;
    r->published_count += publisher != NULL;
    return REGISTRY_OK;
}

void registry_open(struct registry *r, const char *name)
{
    for (struct registry_entry *e = r->entries; e != NULL; e = e->next)
        if (e->publisher == NULL && strcmp(e->name, name) == 0)
            e->to_any = true;
}

/* Removes those of a publisher: one name, or with NULL all. */
static bool remove_those(struct registry *r, const char *name, const void *publisher)
{
    bool removed = false;
    for (struct registry_entry **at = &r->entries; *at != NULL;) {
        struct registry_entry *e = *at;
        if (e->publisher != publisher || (name != NULL && strcmp(e->name, name) != 0)) {
            at = &e->next;
            continue;
        }
        *at = e->next;
        r->published_count -= publisher != NULL;
        free(e);
        removed = true;
    }
    return removed;
}

bool registry_remove(struct registry *r, const char *name, const void *publisher)
{
    return remove_those(r, name, publisher);
}

void registry_remove_all(struct registry *r, const void *publisher)
{
    (void)remove_those(r, NULL, publisher);
}
