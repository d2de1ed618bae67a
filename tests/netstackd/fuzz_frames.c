/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile wire: frames of any bytes, against a listener, a UDP socket and a ping under way. */
#include "netstackd/host.h"
#include "netstackd/packet.h"
#include "stack.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Address, lengths and checksums as they must be, so that the fuzzer gets beyond them; whole
 * packets. */
static void mend(uint8_t *frame, size_t frame_len)
{
    static const uint8_t mac[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x0f};
    static const uint8_t own[4] = {10, 0, 2, 15};

    memcpy(frame, mac, sizeof mac);
    if (frame_len < 34 || frame[12] != 8 || frame[13] != 0 || frame[14] != 0x45)
        return;
    memcpy(frame + 30, own, sizeof own);
    frame[20] = frame[21] = 0;
    packet_mend(frame, frame_len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct net_client client;
    static bool started;
    const struct net_address any = {.port = 7};
    uint8_t frame[PACKET_FRAME_BYTES_MAX + 8];
    net_handle handle;

    if (!started)
        host_start(1, HOST_WIRE_IPV4);
    started = true;
    if (net_attach(&client, 1, 1) != NET_OK || net_listen(&client, &any, 4, &handle) != NET_OK ||
        net_udp_bind(&client, &any, &handle) != NET_OK ||
        net_ping(&client, 0x0a000202, 1000, &handle) != NET_OK)
        __builtin_trap();
    for (size_t i = 0; i + 2 < size;) {
        size_t frame_len = (size_t)(data[i] | (data[i + 1] & 7) << 8);
        bool is_mended = data[i + 1] & 8;
        i += 2;
        if (frame_len > size - i)
            frame_len = size - i;
        if (frame_len > sizeof frame)
            frame_len = sizeof frame;
        memcpy(frame, data + i, frame_len);
        if (is_mended && frame_len >= 14)
            mend(frame, frame_len);
        host_receive(frame, frame_len);
        host_run_ms(1);
        i += frame_len;
    }
    return 0;
}
