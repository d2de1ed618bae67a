/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which application may publish which name: a data file of the boot image beside the table that
 * gives the badges, so that both are the system's (system/dsoftbusd.services):
 *
 *     dsoftbus-services 1
 *     2 log                     the badge, 1 to BUS_CLIENT_MAX, and a service
 *
 * A badge may have several lines. What has none may be published by nobody.
 */
#ifndef DSOFTBUSD_RIGHTS_H
#define DSOFTBUSD_RIGHTS_H

#include "dsoftbus/text.h"

#include <stdbool.h>
#include <stdint.h>

/* Reads the file in place of what was there. False, and where and what, when a line is wrong; then
 * nobody may publish anything. */
bool rights_read(const char *text, size_t text_len, struct dsb_text_error *error);

bool rights_may_publish(uint64_t badge, const char *name, size_t name_len);

#endif
