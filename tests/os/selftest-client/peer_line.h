/* SPDX-License-Identifier: Apache-2.0 */
/* Whom to dial, as one line of a data file: `ID ADDRESS:PORT`, "host.test 10.0.2.100:34567". */
#ifndef PEER_LINE_H
#define PEER_LINE_H

#include "dsoftbus/device_id.h"
#include "netfacade/netfacade.h"

/* Longest line, its line feed included. */
#define PEER_LINE_MAX (DSB_DEVICE_ID_MAX + 1 + 15 + 1 + 5 + 1)

/* Reads the line. False, with both outputs untouched, unless it is exactly an id, a space, an
 * address (net_address_parse) and a line feed. */
bool peer_line_parse(const char *text, size_t text_len, struct dsb_device_id *id,
                     struct net_address *address);

#endif
