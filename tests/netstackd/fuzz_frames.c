/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile wire: frames of any bytes, against a listener, a UDP socket and a ping under way. */
#include "interface.h"
#include "netstackd/host.h"
#include "stack.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t sum_of(const uint8_t *bytes, size_t len)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < len; i++)
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
    return sum;
}

static void put_checksum(uint8_t *at, uint32_t sum)
{
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    at[0] = (uint8_t)(~sum >> 8);
    at[1] = (uint8_t)~sum;
}

/* Address and checksums as they must be, so that the fuzzer gets beyond them. */
static void mend(uint8_t *frame, size_t frame_len)
{
    static const uint8_t mac[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x0f};
    static const uint8_t own[4] = {10, 0, 2, 15};
    uint8_t *transport = frame + 34;

    memcpy(frame, mac, sizeof(mac));
    if (frame_len < 34 || frame[12] != 8 || frame[13] != 0 || frame[14] != 0x45)
        return;
    size_t transport_len = frame_len - 34;
    memcpy(frame + 30, own, sizeof(own));
    frame[16] = (uint8_t)((frame_len - 14) >> 8);
    frame[17] = (uint8_t)(frame_len - 14);
    frame[20] = frame[21] = frame[24] = frame[25] = 0;
    put_checksum(frame + 24, sum_of(frame + 14, 20));
    /* TCP: over a pseudo header, too; ICMP: without one. UDP may go without. */
    if (frame[23] == 6 && transport_len >= 20) {
        transport[16] = transport[17] = 0;
        put_checksum(transport + 16, sum_of(frame + 26, 8) + 6 + (uint32_t)transport_len +
                                         sum_of(transport, transport_len));
    } else if (frame[23] == 1 && transport_len >= 4) {
        transport[2] = transport[3] = 0;
        put_checksum(transport + 2, sum_of(transport, transport_len));
    } else if (frame[23] == 17 && transport_len >= 8) {
        transport[6] = transport[7] = 0;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct net_client client;
    static bool started;
    const struct net_address any = {.port = 7};
    uint8_t frame[INTERFACE_FRAME_BYTES_MAX + 8];
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
        if (frame_len > sizeof(frame))
            frame_len = sizeof(frame);
        memcpy(frame, data + i, frame_len);
        if (is_mended && frame_len >= 14)
            mend(frame, frame_len);
        interface_receive(frame, frame_len);
        host_run_ms(1);
        i += frame_len;
    }
    return 0;
}
