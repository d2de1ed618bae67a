/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever the daemon sends, with whatever descriptors and after whatever request, is refused or is
 * an event of which every part may be believed. */
#include "node/client/packet.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static bool has_device(enum dsbc_kind kind)
{
    return kind == DSBC_STREAM || kind == DSBC_PEER || kind == DSBC_ONLINE || kind == DSBC_OFFLINE;
}

static bool has_service(enum dsbc_kind kind)
{
    return kind == DSBC_STREAM || kind == DSBC_SERVICE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dsbc_event event;
    bool wants_fd = false;
    if (size < 1)
        return 0;
    enum packet_asked asked = (enum packet_asked)(data[0] % (ASKED_SERVICES + 1));
    unsigned fd_count = data[0] / 16 % 3;
    if (!packet_parse(&event, &wants_fd, (const char *)data + 1, size - 1, fd_count, asked))
        return 0;
    must(size - 1 >= 1 && size - 1 <= PACKET_MAX && memchr(data + 1, '\n', size - 1) == NULL);
    must(fd_count == (wants_fd ? 1 : 0));
    must(event.kind != DSBC_ANSWER || asked != ASKED_NOTHING);
    must(event.result < DSBC_NO_DAEMON);
    must(packet_is_name(event.device) == has_device(event.kind));
    must(packet_is_name(event.service) == has_service(event.kind));
    must(memchr(event.text, '\0', sizeof event.text) != NULL);
    return 0;
}
