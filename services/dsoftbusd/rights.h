/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What applications may do on the bus, and where a device is that no announce tells of: a data file
 * of the boot image beside the table that gives the badges, so that both are the system's
 * (system/dsoftbusd.services):
 *
 *     dsoftbus-services 2
 *     2 publish log                  the badge, 1 to BUS_CLIENT_MAX, and a service
 *     5 connect lamp-1/clock         a device and its service; * for any
 *     peer lamp-1 10.0.2.100:34567   where lamp-1 is
 *
 * A badge may have several lines. What has none nobody may.
 */
#ifndef DSOFTBUSD_RIGHTS_H
#define DSOFTBUSD_RIGHTS_H

#include "dsoftbus/device_id.h"
#include "dsoftbus/text.h"
#include "proto/net.h"

#include <stdbool.h>
#include <stdint.h>

/* Reads the file in place of what was there. False, and where and what, when a line is wrong; then
 * nobody may do anything. */
bool rights_read(const char *text, size_t text_len, struct dsb_text_error *error);

bool rights_may_publish(uint64_t badge, const char *service, size_t service_len);
bool rights_may_connect(uint64_t badge, const struct dsb_device_id *device, const char *service,
                        size_t service_len);

/* May it connect to any service of the device, and so know whether it is there? */
bool rights_may_watch(uint64_t badge, const struct dsb_device_id *device);

/* The device's nth address, from 0; false when the file has no such. */
bool rights_address(const struct dsb_device_id *device, size_t idx, struct net_address *address);

#endif
