/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service of secrets on lib/serve under a test: its clock, its log, and the loop's port, through
 * which it is woken once a serve_step and its answer is kept.
 */
#ifndef TESTS_SUPPORT_ASKED_SERVICE_H
#define TESTS_SUPPORT_ASKED_SERVICE_H

#include "abi/ipc.h"
#include "serve/port.h"

#define ASKED_LINES_MAX 200

extern struct asked_service {
    uint64_t now_ms;
    char lines[ASKED_LINES_MAX][80]; /* what it logged */
    size_t line_count;
    struct serve_wake wake; /* the next */
    uint64_t deadline;      /* until which it would have waited */
    size_t answer_len;
    _Alignas(8) uint8_t answer[ABI_MESSAGE_BYTES_MAX];
} asked;

#endif
