/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest service on lib/serve: counters that its clients add to, and alarms that go off. */
#ifndef SERVE_COUNTER_H
#define SERVE_COUNTER_H

#include "serve/serve.h"

enum {
    COUNTER_CLIENTS_MAX = 3,
    COUNTER_SHARE = 4,
    COUNTER_VERSION = 9,
    COUNTER_LIST_MAX = 16,
    COUNTER_ALARM_BIT = 1 << 0,  /* of the service's notification: every alarm goes off */
    COUNTER_EVENT_RANG = 1 << 3, /* of its events */
    COUNTER_GIVEN = 60,          /* goes with each object's handle, as a capability */
};

enum counter_op {
    COUNTER_OP_OPEN = SERVE_OP_FIRST, /* a counter; the answer's value is its handle */
    COUNTER_OP_ADD,                   /* the answer's value is the sum */
    COUNTER_OP_LIST,                  /* as many bytes as the counter says, each its place */
    COUNTER_OP_ALARM,                 /* an alarm */
    COUNTER_OP_WAIT,                  /* would block until it rang */
    COUNTER_OP_CLOSE,                 /* either */
    COUNTER_OP_FORGETFUL,             /* its handler fills in nothing */
    COUNTER_OP_WRONG,                 /* its handler answers with another length than it may */
    COUNTER_OP_COUNT = 12,            /* 11 has no handler */
};

enum counter_status {
    COUNTER_OVERFLOW = SERVE_STATUS_COUNT,
    COUNTER_STATUS_COUNT,
};

struct counter_add_request {
    struct serve_request head;
    uint32_t amount;
    uint32_t reserved;
};

struct counter_list_reply {
    struct serve_reply head; /* value: the bytes that follow */
    uint8_t bytes[COUNTER_LIST_MAX];
};

struct counter_forgetful_reply {
    struct serve_reply head;
    uint8_t secret[24];
};

extern struct serve counter_service;
extern uint32_t counter_turn_count;

#endif
