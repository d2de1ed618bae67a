/* SPDX-License-Identifier: Apache-2.0 */
/* The packets of discovery: reading them, making them, and what a trust store says of one. */
#include "dsoftbus/announce.h"

#include "dsoftbus/service_list.h"
#include "dsoftbus/utf8.h"

#include <string.h>

#define MAGIC_LEN        4
#define VERSION          1 /* of queries, and of announces without an attestation */
#define VERSION_ATTESTED 2

static const uint8_t announce_magic[MAGIC_LEN] = {'N', 'X', 'S', 'B'};
static const uint8_t query_magic[MAGIC_LEN] = {'N', 'X', 'S', 'Q'};

/* A packet being read; every byte is asked for before it is looked at. */
struct cursor {
    const uint8_t *next;
    size_t left_len;
};

/* The next len bytes, or NULL when there are not so many. */
static const uint8_t *take(struct cursor *cursor, size_t len)
{
    const uint8_t *bytes = cursor->next;

    if (cursor->left_len < len)
        return NULL;
    cursor->next += len;
    cursor->left_len -= len;
    return bytes;
}

static enum dsb_packet_result read_head(struct cursor *cursor, const uint8_t magic[MAGIC_LEN],
                                        uint8_t version_max, uint8_t *version)
{
    for (size_t i = 0; i < MAGIC_LEN; i++) {
        const uint8_t *byte = take(cursor, 1);

        if (byte == NULL)
            return DSB_PACKET_TRUNCATED;
        if (*byte != magic[i])
            return DSB_PACKET_BAD_MAGIC;
    }
    const uint8_t *byte = take(cursor, 1);
    if (byte == NULL)
        return DSB_PACKET_TRUNCATED;
    *version = *byte;
    return *byte >= VERSION && *byte <= version_max ? DSB_PACKET_OK
                                                    : DSB_PACKET_UNSUPPORTED_VERSION;
}

/* Nothing that moves a terminal's cursor. */
static bool is_printable_utf8(const uint8_t *text, size_t text_len)
{
    while (text_len > 0) {
        uint32_t code;
        size_t len = dsb_utf8_next(text, text_len, &code);

        if (len == 0 || dsb_utf8_is_control(code))
            return false;
        text += len;
        text_len -= len;
    }
    return true;
}

static enum dsb_packet_result check_service(const uint8_t *name, size_t name_len)
{
    if (name_len < 1 || name_len > DSB_SERVICE_NAME_MAX)
        return DSB_PACKET_INVALID_INPUT;
    return is_printable_utf8(name, name_len) ? DSB_PACKET_OK : DSB_PACKET_UTF8;
}

static enum dsb_packet_result read_id(struct cursor *cursor, struct dsb_device_id *id)
{
    const uint8_t *id_len = take(cursor, 1);

    if (id_len == NULL)
        return DSB_PACKET_TRUNCATED;
    if (*id_len < 1 || *id_len > DSB_DEVICE_ID_MAX)
        return DSB_PACKET_INVALID_INPUT;
    const uint8_t *text = take(cursor, *id_len);
    if (text == NULL)
        return DSB_PACKET_TRUNCATED;
    return dsb_device_id_set(id, text, *id_len) == DSB_OK ? DSB_PACKET_OK
                                                          : DSB_PACKET_INVALID_INPUT;
}

static enum dsb_packet_result read_port_and_key(struct cursor *cursor, struct dsb_announce *out)
{
    const uint8_t *port = take(cursor, 2);

    if (port == NULL)
        return DSB_PACKET_TRUNCATED;
    out->port = (uint16_t)((unsigned)port[0] << 8 | port[1]);
    if (out->port == 0)
        return DSB_PACKET_INVALID_INPUT;
    const uint8_t *key = take(cursor, DSB_KEY_LEN);
    if (key == NULL)
        return DSB_PACKET_TRUNCATED;
    memcpy(out->key, key, DSB_KEY_LEN);
    return DSB_PACKET_OK;
}

static enum dsb_packet_result read_service(struct cursor *cursor, struct dsb_service_name *service)
{
    const uint8_t *name_len = take(cursor, 1);

    if (name_len == NULL)
        return DSB_PACKET_TRUNCATED;
    if (*name_len < 1 || *name_len > DSB_SERVICE_NAME_MAX)
        return DSB_PACKET_INVALID_INPUT;
    const uint8_t *name = take(cursor, *name_len);
    if (name == NULL)
        return DSB_PACKET_TRUNCATED;
    enum dsb_packet_result result = check_service(name, *name_len);
    if (result == DSB_PACKET_OK) {
        service->len = *name_len;
        memcpy(service->text, name, *name_len);
    }
    return result;
}

static enum dsb_packet_result read_services(struct cursor *cursor, struct dsb_announce *out)
{
    const uint8_t *count = take(cursor, 1);

    if (count == NULL)
        return DSB_PACKET_TRUNCATED;
    if (*count > DSB_SERVICE_MAX)
        return DSB_PACKET_INVALID_INPUT;
    out->service_count = *count;
    for (size_t i = 0; i < *count; i++) {
        enum dsb_packet_result result = read_service(cursor, &out->services[i]);

        if (result != DSB_PACKET_OK)
            return result;
    }
    return DSB_PACKET_OK;
}

static enum dsb_packet_result read_attestation(struct cursor *cursor, struct dsb_announce *out)
{
    const uint8_t *head = take(cursor, 2);

    if (head == NULL)
        return DSB_PACKET_TRUNCATED;
    size_t len = (size_t)head[0] << 8 | head[1];
    if (len < DSB_ATTESTATION_MIN || len > DSB_ATTESTATION_MAX)
        return DSB_PACKET_INVALID_INPUT;
    const uint8_t *bytes = take(cursor, len);
    if (bytes == NULL)
        return DSB_PACKET_TRUNCATED;
    return dsb_attestation_read(&out->attestation, bytes, len) ? DSB_PACKET_OK
                                                               : DSB_PACKET_INVALID_INPUT;
}

enum dsb_packet_result dsb_announce_decode(struct dsb_announce *out, const uint8_t *packet,
                                           size_t packet_len)
{
    struct cursor cursor = {packet, packet_len};
    struct dsb_announce announce = {0};
    uint8_t version = 0;
    enum dsb_packet_result result = read_head(&cursor, announce_magic, VERSION_ATTESTED, &version);

    if (result == DSB_PACKET_OK)
        result = read_id(&cursor, &announce.id);
    if (result == DSB_PACKET_OK)
        result = read_port_and_key(&cursor, &announce);
    if (result == DSB_PACKET_OK)
        result = read_services(&cursor, &announce);
    if (result == DSB_PACKET_OK && version == VERSION_ATTESTED)
        result = read_attestation(&cursor, &announce);
    if (result == DSB_PACKET_OK && cursor.left_len != 0)
        result = DSB_PACKET_TRAILING_BYTES;
    if (result == DSB_PACKET_OK)
        *out = announce;
    return result;
}

enum dsb_packet_result dsb_query_decode(const uint8_t *packet, size_t packet_len)
{
    struct cursor cursor = {packet, packet_len};
    uint8_t version;
    enum dsb_packet_result result = read_head(&cursor, query_magic, VERSION, &version);

    if (result != DSB_PACKET_OK)
        return result;
    const uint8_t *zero = take(&cursor, 1);
    if (zero == NULL)
        return DSB_PACKET_TRUNCATED;
    if (*zero != 0)
        return DSB_PACKET_INVALID_INPUT;
    return cursor.left_len == 0 ? DSB_PACKET_OK : DSB_PACKET_TRAILING_BYTES;
}

/* One that would be read, or none. */
static bool is_attestation(const struct dsb_attestation *attestation)
{
    if (attestation->serial == 0)
        return true;
    if (attestation->services_len > DSB_ATTESTATION_SERVICES_MAX)
        return false;
    return dsb_service_list_fault(attestation->services, attestation->services_len) ==
           DSB_TEXT_NO_FAULT;
}

static enum dsb_packet_result check_announce(const struct dsb_announce *announce)
{
    struct dsb_device_id id;

    if (dsb_device_id_set(&id, announce->id.text, announce->id.len) != DSB_OK ||
        announce->port == 0 || announce->service_count > DSB_SERVICE_MAX)
        return DSB_PACKET_INVALID_INPUT;
    for (size_t i = 0; i < announce->service_count; i++) {
        const struct dsb_service_name *service = &announce->services[i];
        enum dsb_packet_result result = check_service((const uint8_t *)service->text, service->len);

        if (result != DSB_PACKET_OK)
            return result;
    }
    return is_attestation(&announce->attestation) ? DSB_PACKET_OK : DSB_PACKET_INVALID_INPUT;
}

static uint8_t *put(uint8_t *out, const void *bytes, size_t len)
{
    memcpy(out, bytes, len);
    return out + len;
}

static uint8_t *put_services(uint8_t *out, const struct dsb_announce *announce)
{
    *out++ = announce->service_count;
    for (size_t i = 0; i < announce->service_count; i++) {
        *out++ = announce->services[i].len;
        out = put(out, announce->services[i].text, announce->services[i].len);
    }
    return out;
}

static uint8_t *put_attestation(uint8_t *out, const struct dsb_attestation *attestation)
{
    size_t len = dsb_attestation_write(out + 2, attestation);

    out[0] = (uint8_t)(len >> 8);
    out[1] = (uint8_t)len;
    return out + 2 + len;
}

enum dsb_packet_result dsb_announce_encode(uint8_t out[DSB_ANNOUNCE_MAX], size_t *out_len,
                                           const struct dsb_announce *announce)
{
    enum dsb_packet_result result = check_announce(announce);
    bool is_attested = announce->attestation.serial != 0;
    uint8_t *next = out;

    *out_len = 0;
    if (result != DSB_PACKET_OK)
        return result;
    next = put(next, announce_magic, MAGIC_LEN);
    *next++ = is_attested ? VERSION_ATTESTED : VERSION;
    *next++ = announce->id.len;
    next = put(next, announce->id.text, announce->id.len);
    *next++ = (uint8_t)(announce->port >> 8);
    *next++ = (uint8_t)announce->port;
    next = put(next, announce->key, DSB_KEY_LEN);
    next = put_services(next, announce);
    if (is_attested)
        next = put_attestation(next, &announce->attestation);
    *out_len = (size_t)(next - out);
    return DSB_PACKET_OK;
}

void dsb_query_encode(uint8_t out[DSB_QUERY_LEN])
{
    memcpy(out, query_magic, MAGIC_LEN);
    out[MAGIC_LEN] = VERSION;
    out[MAGIC_LEN + 1] = 0;
}

const char *dsb_packet_result_name(enum dsb_packet_result result)
{
    switch (result) {
    case DSB_PACKET_OK:
        return "ok";
    case DSB_PACKET_BAD_MAGIC:
        return "bad-magic";
    case DSB_PACKET_UNSUPPORTED_VERSION:
        return "unsupported-version";
    case DSB_PACKET_TRUNCATED:
        return "truncated";
    case DSB_PACKET_TRAILING_BYTES:
        return "trailing-bytes";
    case DSB_PACKET_INVALID_INPUT:
        return "invalid-input";
    case DSB_PACKET_UTF8:
        return "utf8";
    }
    return "unknown";
}

static bool is_vouchable(const struct dsb_trust_store *trust, const struct dsb_announce *announce)
{
    return announce->attestation.serial != 0 &&
           dsb_trust_store_line_of_id(trust, &announce->id) == NULL &&
           dsb_trust_store_find_root(trust, announce->attestation.root, &announce->id) != NULL;
}

enum dsb_announce_standing dsb_announce_standing(const struct dsb_trust_store *trust,
                                                 const struct dsb_announce *announce)
{
    const struct dsb_trust_entry *entry = dsb_trust_store_find_id(trust, &announce->id);

    if (entry != NULL && memcmp(entry->key, announce->key, DSB_KEY_LEN) == 0)
        return DSB_ANNOUNCE_CONSISTENT;
    if (is_vouchable(trust, announce))
        return DSB_ANNOUNCE_VOUCHABLE;
    return entry != NULL ? DSB_ANNOUNCE_OTHER_KEY : DSB_ANNOUNCE_UNKNOWN_ID;
}

bool dsb_query_source_is_near(uint32_t source, uint32_t own_address, uint32_t own_mask)
{
    const uint32_t host_bits = ~own_mask;

    if (source >> 24 == 127)
        return true;
    if (own_mask == 0 || (source & own_mask) != (own_address & own_mask))
        return false;
    /* With two or more host bits the first and the last address are the network's and the broadcast
     * one. */
    return host_bits <= 1 || ((source & host_bits) != 0 && (source & host_bits) != host_bits);
}
