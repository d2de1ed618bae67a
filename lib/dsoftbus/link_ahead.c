/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at what was received and not read. */
#include "dsoftbus/link_ahead.h"

static bool begins(const struct dsb_link *link)
{
    return link->state == DSB_LINK_HANDSHAKE &&
           link->slot.handshake.state == DSB_HANDSHAKE_WRITE_MSG1;
}

static const uint8_t *next_message(const struct dsb_link *link, size_t *len)
{
    if (link->state != DSB_LINK_HANDSHAKE || link->in_len == 0)
        return NULL;
    return dsb_handshake_foresee(&link->slot.handshake, link->in + link->in_first, link->in_len,
                                 len);
}

bool dsb_link_foresees(const struct dsb_link *link)
{
    size_t len;

    return begins(link) || next_message(link, &len) != NULL;
}

const uint8_t *dsb_link_look_ahead(struct dsb_link *link, struct noise_ahead *ahead)
{
    size_t len = 0;
    const uint8_t *message = next_message(link, &len);
    struct dsb_handshake *hs = &link->slot.handshake;

    if (message == NULL && !begins(link))
        return NULL;
    noise_ahead_add(ahead, &hs->noise, message, len);
    return hs->state == DSB_HANDSHAKE_READ_MSG3 ? NULL : message; /* it begins with e */
}
