/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the library: a list of services, names with a comma between, as a trust store's line and
 * an attestation have it. Of no length: there is no list. */
#ifndef DSOFTBUS_SERVICE_LIST_H
#define DSOFTBUS_SERVICE_LIST_H

#include "dsoftbus/text.h"

#include <stdbool.h>
#include <stddef.h>

#define DSB_SERVICE_LIST_MAX 16 /* names */

/* DSB_TEXT_NO_FAULT, or what is wrong with it: BAD_SERVICE, DUPLICATE_SERVICE, TOO_MANY_SERVICES.
 */
enum dsb_text_fault dsb_service_list_fault(const char *list, size_t list_len);

/* Is the service one of it? */
bool dsb_service_list_has(const char *list, size_t list_len, const void *service,
                          size_t service_len);

#endif
