/* SPDX-License-Identifier: Apache-2.0 */
/* uptimed's messages: how long the machine has been running. */
#ifndef TESTS_OS_EXAMPLE_UPTIME_H
#define TESTS_OS_EXAMPLE_UPTIME_H

#include "proto/serve.h"

enum uptime_op {
    UPTIME_OP_GET = SERVE_OP_FIRST, /* answer: struct uptime_reply */
    UPTIME_OP_COUNT,
};

struct uptime_reply {
    struct serve_reply head;
    uint64_t ms; /* since the start */
};
_Static_assert(sizeof(struct uptime_reply) == 16, "wire layout");

/* Slots beside the console. */
#define UPTIMED_SLOT_ENDPOINT 2 /* RECV */
#define CLIENT_SLOT_UPTIME    2 /* SEND */

#endif
