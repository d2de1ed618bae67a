/* SPDX-License-Identifier: Apache-2.0 */
/* Puts the parts together: lwIP, sockets, loopback, timers. */
#include "stack.h"

#include "facade.h"
#include "interface.h"
#include "ping.h"
#include "random.h"
#include <lwip/init.h>
#include <lwip/timeouts.h>
#include <stdbool.h>

static bool is_loopback_left;

void stack_init(void)
{
    random_init();
    lwip_init();
    serve_init(&facade, random_next); /* no handle of an earlier netstackd means anything */
    ping_init();
}

void stack_run(void)
{
    sys_check_timeouts();
    is_loopback_left = interface_deliver_loopback();
    serve_signal(&facade);
}

uint64_t stack_sleep_ms(void)
{
    return is_loopback_left ? 0 : sys_timeouts_sleeptime();
}
