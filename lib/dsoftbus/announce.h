/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Discovery: announce and query packets (UDP 37020), and the rules of answering a query.
 *
 *     announce    "NXSB" 1  u8 id length, id  u16 BE session port  32 bytes Noise static key
 *                 u8 count of services, each u8 length, UTF-8 name
 *                 "NXSB" 2  the same, then u16 BE length, attestation (attestation.h)
 *     query       "NXSQ" 1  0
 *
 * A packet is not authenticated: it tells where a device may be found, never who is there. The key
 * in it is for people and logs; a session takes the key from the trust store alone. Where that has
 * a root, the attestation may bring id and key there (hearsay.h).
 */
#ifndef DSOFTBUS_ANNOUNCE_H
#define DSOFTBUS_ANNOUNCE_H

#include "dsoftbus/attestation.h"
#include "dsoftbus/rate.h"
#include "dsoftbus/trust_store.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DSB_DISCOVERY_PORT   37020
#define DSB_SESSION_PORT     34567 /* where dsoftbusd listens unless told otherwise */
#define DSB_SERVICE_MAX      16    /* services in a packet */
#define DSB_SERVICE_NAME_MAX 64    /* bytes */
#define DSB_QUERY_LEN        6

/* Longest announce packet: 5 + 65 + 2 + 32 + 1 + 16 * 65 + 2 + 233 bytes; it fits an Ethernet
 * frame. */
#define DSB_ANNOUNCE_MAX                                                                           \
    (4 + 1 + 1 + DSB_DEVICE_ID_MAX + 2 + DSB_KEY_LEN + 1 +                                         \
     DSB_SERVICE_MAX * (1 + DSB_SERVICE_NAME_MAX) + 2 + DSB_ATTESTATION_MAX)

enum dsb_packet_result {
    DSB_PACKET_OK = 0,
    DSB_PACKET_BAD_MAGIC,
    DSB_PACKET_UNSUPPORTED_VERSION,
    DSB_PACKET_TRUNCATED,
    DSB_PACKET_TRAILING_BYTES,
    DSB_PACKET_INVALID_INPUT, /* id, port 0, a count or a length outside its bounds, what is no
                                 attestation; query's last byte */
    DSB_PACKET_UTF8,          /* a service name is not UTF-8, or holds a control character */
};

struct dsb_service_name {
    uint8_t len; /* bytes, 1 to DSB_SERVICE_NAME_MAX */
    char text[DSB_SERVICE_NAME_MAX];
};

struct dsb_announce {
    struct dsb_device_id id;
    uint16_t port;
    uint8_t key[DSB_KEY_LEN];
    uint8_t service_count;
    struct dsb_service_name services[DSB_SERVICE_MAX];
    struct dsb_attestation attestation; /* serial 0: none, and the packet is of version 1 */
};

/* Decode a packet. *out is set only on DSB_PACKET_OK. Every input has exactly one answer. */
DSB_MUST_CHECK enum dsb_packet_result dsb_announce_decode(struct dsb_announce *out,
                                                          const uint8_t *packet, size_t packet_len);
DSB_MUST_CHECK enum dsb_packet_result dsb_query_decode(const uint8_t *packet, size_t packet_len);

/*
 * Encode a packet; what they write decodes to the same. *out_len is the length.
 * DSB_PACKET_INVALID_INPUT or _UTF8 when announce would not decode.
 */
DSB_MUST_CHECK enum dsb_packet_result dsb_announce_encode(uint8_t out[DSB_ANNOUNCE_MAX],
                                                          size_t *out_len,
                                                          const struct dsb_announce *announce);
void dsb_query_encode(uint8_t out[DSB_QUERY_LEN]);

/* "bad-magic" and so on; never NULL. */
const char *dsb_packet_result_name(enum dsb_packet_result result);

/* What the trust store says about an announce. Only CONSISTENT is worth connecting to. */
enum dsb_announce_standing {
    DSB_ANNOUNCE_CONSISTENT, /* the id is trusted and the key is its key; still only a claim */
    DSB_ANNOUNCE_UNKNOWN_ID,
    DSB_ANNOUNCE_OTHER_KEY, /* forged, or the device has a new key that nobody told us */
    DSB_ANNOUNCE_VOUCHABLE, /* no line has the id, the key is not known for it, and a root of the
                               store that may vouch for it is said to; nothing was verified */
};

enum dsb_announce_standing dsb_announce_standing(const struct dsb_trust_store *trust,
                                                 const struct dsb_announce *announce);

/*
 * May a query from `source` be answered by a host with this address and mask? Yes from 127/8 and
 * from a host address of the own subnet. Addresses are IPv4 in host byte order. With a mask of 0
 * only loopback.
 */
bool dsb_query_source_is_near(uint32_t source, uint32_t own_address, uint32_t own_mask);

#ifdef __cplusplus
}
#endif

#endif
