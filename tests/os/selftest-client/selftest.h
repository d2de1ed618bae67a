/* SPDX-License-Identifier: Apache-2.0 */
/*
 * selftest-client: a table of steps for each mode. A step checks one thing and prints its marker as
 * the last act of the check; the first step that fails ends the run.
 */
#ifndef SELFTEST_H
#define SELFTEST_H

#include "netfacade/netfacade.h"
#include "rt/syscall.h"

#include <stdbool.h>

struct selftest {
    struct net_client net;
    rt_slot notification;
    rt_slot signal; /* what netstackd sets it by */
    /* Runs while a call waits, at background_ticks or later, and sets the next such time. NULL:
     * none. */
    void (*background)(struct selftest *selftest);
    uint64_t background_ticks;
};

/* True when everything was as it must be. Before returning false it says what was not. */
typedef bool (*selftest_step)(struct selftest *selftest);

/* Logs "SELFTEST: FAIL <what>" and returns false. */
bool selftest_fail(const char *what);

/* Attaches to netstackd, or does so again. */
enum net_status selftest_attach(struct selftest *selftest);

/* dsoftbus_session.c */
bool dsoftbus_start(struct selftest *selftest); /* lets dsoftbusd run */
bool dsoftbus_load(struct selftest *selftest);
bool dsoftbus_session(struct selftest *selftest);
bool dsoftbus_refused(struct selftest *selftest);
bool dsoftbus_no_randomness(struct selftest *selftest);
bool dsoftbus_restart(struct selftest *selftest);
bool dsoftbus_hang(struct selftest *selftest);

/* dsoftbus_bus.c */
bool dsoftbus_bus(struct selftest *selftest);

/* dsoftbus_key.c */
bool dsoftbus_key(struct selftest *selftest);

/* dsoftbus_host.c; the second never returns */
bool dsoftbus_host_peer(struct selftest *selftest);
bool dsoftbus_stay(struct selftest *selftest);

/* dsoftbus_impostor.c */
bool dsoftbus_impostors(struct selftest *selftest);

/* dsoftbus_rekey.c */
bool dsoftbus_rekey(struct selftest *selftest);

/* wire_service.c */
bool wire_service(struct selftest *selftest);

/* dsoftbus_cases.c */
bool dsoftbus_cases(struct selftest *selftest);

#endif
