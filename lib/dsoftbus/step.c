/* SPDX-License-Identifier: Apache-2.0 */
/* What a handshake has reached, one step after the other, and the words for it in the log. */
#include "dsoftbus/handshake.h"

enum dsb_step dsb_handshake_next_step(struct dsb_handshake *hs)
{
    if (hs->step_reported == hs->step)
        return DSB_STEP_NONE;
    hs->step_reported++;
    return (enum dsb_step)hs->step_reported;
}

const char *dsb_step_name(enum dsb_step step)
{
    switch (step) {
    case DSB_STEP_NONE:
        break;
    case DSB_STEP_MSG1_WRITTEN:
        return "message 1 written";
    case DSB_STEP_MSG2_READ:
        return "message 2 read";
    case DSB_STEP_MSG3_WRITTEN:
        return "message 3 written";
    case DSB_STEP_ACCEPT_OPENED:
        return "ACCEPT opened";
    case DSB_STEP_MSG1_READ:
        return "message 1 read";
    case DSB_STEP_MSG2_WRITTEN:
        return "message 2 written";
    case DSB_STEP_MSG3_READ:
        return "message 3 read";
    case DSB_STEP_IDENTITY_BOUND:
        return "identity bound";
    }
    return "none";
}
