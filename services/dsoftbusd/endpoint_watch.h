/* SPDX-License-Identifier: Apache-2.0 */
/* Applications' watches: which of the devices that the caller may connect to are online. */
#ifndef DSOFTBUSD_ENDPOINT_WATCH_H
#define DSOFTBUSD_ENDPOINT_WATCH_H

#include "endpoint_object.h"

/* Somebody came or went. */
void watch_changed(void);

uint32_t watch_do_watch(struct serve_call *call);
uint32_t watch_do_next(struct serve_call *call);

#endif
