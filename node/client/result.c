/* SPDX-License-Identifier: Apache-2.0 */
/* What can come of a call, and the word of each. */
#include "node/client/packet.h"

#include <string.h>

static const char *const names[] = {
    [DSBC_OK] = "ok",
    [DSBC_NO_SUCH_SERVICE] = "no-such-service",
    [DSBC_NOT_ALLOWED] = "not-allowed",
    [DSBC_BUSY] = "busy",
    [DSBC_CANCELLED] = "cancelled",
    [DSBC_GONE] = "gone",
    [DSBC_PROTOCOL] = "protocol",
    [DSBC_BAD_REQUEST] = "bad-request",
    [DSBC_NOT_TRUSTED] = "not-trusted",
    [DSBC_UNREACHABLE] = "unreachable",
    [DSBC_TIMEOUT] = "timeout",
    [DSBC_LIMIT] = "limit",
    [DSBC_EXISTS] = "exists",
    [DSBC_VERSION] = "version",
    [DSBC_OTHER] = "other",
    [DSBC_NO_DAEMON] = "no-daemon",
    [DSBC_SYSTEM] = "system",
    [DSBC_LOST] = "lost",
    [DSBC_GARBAGE] = "garbage",
    [DSBC_MISUSE] = "misuse",
    [DSBC_FULL] = "full",
    [DSBC_NOTHING] = "nothing",
};

const char *dsbc_result_name(enum dsbc_result result)
{
    return (unsigned)result < sizeof names / sizeof names[0] ? names[result] : "unknown";
}

enum dsbc_result packet_reason(const char *word)
{
    for (int i = DSBC_NO_SUCH_SERVICE; i < DSBC_OTHER; i++)
        if (strcmp(names[i], word) == 0)
            return (enum dsbc_result)i;
    return DSBC_OTHER;
}
