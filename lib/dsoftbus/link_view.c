/* SPDX-License-Identifier: Apache-2.0 */
/* What the log and the application may know of a link. */
#include "dsoftbus/link.h"

enum dsb_reason dsb_link_reason(const struct dsb_link *link)
{
    return link->is_session ? dsb_session_reason(&link->slot.session)
                            : dsb_handshake_reason(&link->slot.handshake);
}

enum dsb_step dsb_link_next_step(struct dsb_link *link)
{
    return link->is_session ? DSB_STEP_NONE : dsb_handshake_next_step(&link->slot.handshake);
}

const struct dsb_device_id *dsb_link_claim(const struct dsb_link *link)
{
    return link->is_session ? NULL : dsb_handshake_claim(&link->slot.handshake);
}

const struct dsb_device_id *dsb_link_peer(const struct dsb_link *link)
{
    return link->is_session ? dsb_session_peer(&link->slot.session)
                            : dsb_handshake_peer(&link->slot.handshake);
}

const struct dsb_session *dsb_link_session(const struct dsb_link *link)
{
    return link->is_session ? &link->slot.session : NULL;
}

bool dsb_link_is_trusted(const struct dsb_link *link, const struct dsb_trust_store *trust)
{
    return link->is_session && dsb_session_is_trusted(&link->slot.session, trust);
}
