/* SPDX-License-Identifier: Apache-2.0 */
/* The sockets facade: what netstackd serves (proto/net.h). */
#ifndef NETSTACKD_FACADE_H
#define NETSTACKD_FACADE_H

#include "serve/serve.h"

extern struct serve facade;

#endif
