/* SPDX-License-Identifier: Apache-2.0 */
/* Announce and query: what decodes encodes to the same bytes. */
#include "dsoftbus/announce.h"
#include "fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dsb_announce announce;
    uint8_t packet[DSB_ANNOUNCE_MAX];
    size_t packet_len;

    if (dsb_announce_decode(&announce, data, size) == DSB_PACKET_OK) {
        CHECK(dsb_announce_encode(packet, &packet_len, &announce) == DSB_PACKET_OK);
        CHECK(packet_len == size && memcmp(packet, data, size) == 0);
    }
    if (dsb_query_decode(data, size) == DSB_PACKET_OK) {
        dsb_query_encode(packet);
        CHECK(size == DSB_QUERY_LEN && memcmp(packet, data, size) == 0);
    }
    return 0;
}
