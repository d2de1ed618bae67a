/* SPDX-License-Identifier: Apache-2.0 */
/* The queue between a listener and its streams, which both know it and not each other. */
#include "backlog.h"

#include <string.h>

bool backlog_add(struct listener *listener, struct socket *stream)
{
    if (listener->waiting_count >= NET_BACKLOG_MAX)
        return false;
    listener->waiting[listener->waiting_count++] = stream;
    return true;
}

struct socket *backlog_oldest(const struct listener *listener)
{
    return listener->waiting_count > 0 ? listener->waiting[0] : NULL;
}

void backlog_remove(struct listener *listener, const struct socket *stream)
{
    uint32_t idx = 0;

    while (listener->waiting[idx] != stream)
        idx++;
    listener->waiting_count--;
    memmove(&listener->waiting[idx], &listener->waiting[idx + 1],
            (listener->waiting_count - idx) * sizeof listener->waiting[0]);
}
