/* SPDX-License-Identifier: Apache-2.0 */
/* What `dsoftbus send` says whichever way it goes, and its way by the daemon. */
#ifndef NODE_SEND_H
#define NODE_SEND_H

#include "file/message.h"
#include "node/cli/bus_stream.h"

#define SEND_REFUSED "%s refused the file: %s"

/* What a person can do about a refusal, to stand behind it; or "". */
const char *send_advice(enum message_refusal refusal);

void send_say_stored(const char *path, const char *peer, const struct message *stored);

/* The command's whole work; closes the stream. */
MUST_CHECK bool send_by_bus(struct bus_stream *s, const struct options *o, const char *device,
                            const char *path, const char *name);

#endif
