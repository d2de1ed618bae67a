/* SPDX-License-Identifier: Apache-2.0 */
/* keystored as a service: who may ask, how often, and what is answered. */
#ifndef KEYSTORED_SERVICE_H
#define KEYSTORED_SERVICE_H

#include "dsoftbus/identity.h"
#include "proto/key.h"
#include "serve/serve.h"

enum {
    KEY_BUSY_LINE_MS = 10 * 1000 /* between two lines about askers that are too fast */
};

extern struct serve key_service;

/* `file` is borrowed and stays where it is; allowed_mask is of KEY_MAY_ASK. DSB_INVALID when the
 * file holds no id or a zero key. */
DSB_MUST_CHECK enum dsb_status key_service_start(const struct dsb_identity_file *file,
                                                 uint64_t allowed_mask);

#endif
