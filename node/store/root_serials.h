/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last serial that a root gave each id: the file ROOTFILE.serials beside the root's key, whose
 * directory is locked while the root is open.
 *
 *     dsoftbus-serials 1
 *     lamp-1.example 3
 */
#ifndef NODE_ROOT_SERIALS_H
#define NODE_ROOT_SERIALS_H

#include "dsoftbus/device_id.h"
#include "node/store/root_key.h"

/* The highest: the first good serial behind any of them is a number of 64 bits, too. */
#define ROOT_SERIAL_MAX (UINT64_MAX - 1)

/* *serial is 0 when the id was given none. */
MUST_CHECK bool root_serials_last(const struct root_key *root, const struct dsb_device_id *id,
                                  uint64_t *serial, struct error *e);

/* Writes down that the id has this one now. */
MUST_CHECK bool root_serials_put(const struct root_key *root, const struct dsb_device_id *id,
                                 uint64_t serial, struct error *e);

#endif
