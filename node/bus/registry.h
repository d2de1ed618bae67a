/* SPDX-License-Identifier: Apache-2.0 */
/* Which services this device has, and who answers each: the daemon itself, or a client that
 * published it. */
#ifndef NODE_REGISTRY_H
#define NODE_REGISTRY_H

#include "dsoftbus/stream_record.h"

struct registry_entry {
    struct registry_entry *next;
    void *publisher; /* NULL: the daemon */
    bool to_all;     /* to every trusted peer whose line has no list */
    bool to_any;     /* to every trusted peer, whatever its line lists */
    char name[DSB_STREAM_SERVICE_MAX + 1];
};

struct registry {
    struct registry_entry *entries;
    uint32_t published_count; /* of clients */
    uint32_t published_max;
};

enum registry_result { REGISTRY_OK, REGISTRY_EXISTS, REGISTRY_FULL };

/* The name is a service name. One that somebody has is not given again. */
enum registry_result registry_add(struct registry *r, const char *name, bool to_all,
                                  void *publisher);

/* What the daemon has by this name is for every trusted peer, whatever its line lists. */
void registry_open(struct registry *r, const char *name);

/* False when the publisher has no such name. */
bool registry_remove(struct registry *r, const char *name, const void *publisher);

/* Every name of a publisher. */
void registry_remove_all(struct registry *r, const void *publisher);

/* The entry of a name that is not terminated, or NULL. */
const struct registry_entry *registry_find(const struct registry *r, const char *name,
                                           size_t name_len);

#endif
