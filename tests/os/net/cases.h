/* SPDX-License-Identifier: Apache-2.0 */
/* The steps that need other clients, or netstackd's life. */
#ifndef NET_CASES_H
#define NET_CASES_H

#include "selftest.h"

/* 64 MiB from another process over the loopback, in random pieces, to a slow reader. */
bool case_backpressure(struct selftest *selftest);
/* A client that never reads, one that floods, one that takes all it can get: the others go on. */
bool case_silent(struct selftest *selftest);
bool case_flood(struct selftest *selftest);
/* A client that dies with every socket it could get: the next one gets as many. */
bool case_death(struct selftest *selftest);
/* netstackd dies, and comes back. */
bool case_restart(struct selftest *selftest);
/* A TCP echo server for a program on the host, until it says that it is done. */
bool case_echo(struct selftest *selftest);

/* Figures, for bench/net.sh. */
bool case_bench(struct selftest *selftest);

/* main.c: begins, or begins anew, as a client of netstackd. */
enum net_status attach_to_netstackd(struct selftest *selftest);

#endif
