/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract of the reading half of lib/dsoftbus/announce.c, which is included unchanged: of a packet
 * of any length no byte beyond it is read, and whatever it says fits where it is put. The cursor
 * always stands before exactly left_len bytes.
 */
#include "dsoftbus/announce.h"

#include "copies.h"

#include <string.h>

#define memcpy(to, from, len) copied(sizeof(to), from, len)

#define dsb_device_id_set(id, text, len) set_id(id, (const uint8_t *)(text), len)

#include "../../lib/dsoftbus/announce.c"

/*@ predicate is_cursor{L}(struct cursor *c) = \valid(c) && is_there(c->next, c->left_len); */

/*@ requires is_cursor(cursor);
    terminates \true;
    assigns *cursor, \result \from cursor->next;
    ensures \base_addr(cursor->next) == \base_addr(\old(cursor->next));
    ensures is_cursor(cursor);
    ensures \old(cursor->left_len) < len ==> \result == \null;
    ensures \result != \null && len > 0 ==>
        \result == \old(cursor->next) && \valid_read(\result + (0 .. len - 1)); */
static const uint8_t *take(struct cursor *cursor, size_t len);

/*@ requires is_cursor(cursor) && \valid_read(magic + (0 .. MAGIC_LEN - 1)) && \valid(version);
    requires \separated(cursor, magic + (0 .. MAGIC_LEN - 1)) && \separated(cursor, version);
    terminates \true;
    assigns *cursor, *version;
    ensures \base_addr(cursor->next) == \base_addr(\old(cursor->next));
    ensures is_cursor(cursor);
    ensures \result == DSB_PACKET_OK ==> VERSION <= *version <= version_max; */
static enum dsb_packet_result read_head(struct cursor *cursor, const uint8_t magic[MAGIC_LEN],
                                        uint8_t version_max, uint8_t *version);

/*@ requires is_there(text, text_len);
    terminates \true;
    assigns \nothing; */
static bool is_printable_utf8(const uint8_t *text, size_t text_len);

/*@ requires is_there(name, name_len);
    terminates \true;
    assigns \nothing;
    ensures \result == DSB_PACKET_OK ==> 1 <= name_len <= DSB_SERVICE_NAME_MAX; */
static enum dsb_packet_result check_service(const uint8_t *name, size_t name_len);

/*@ requires is_cursor(cursor) && \valid(id) && \separated(cursor, id);
    requires \base_addr(cursor->next) != \base_addr(id);
    terminates \true;
    assigns *cursor, *id;
    ensures \base_addr(cursor->next) == \base_addr(\old(cursor->next));
    ensures is_cursor(cursor); */
static enum dsb_packet_result read_id(struct cursor *cursor, struct dsb_device_id *id);

/*@ requires is_cursor(cursor) && \valid(out) && \separated(cursor, out);
    terminates \true;
    assigns *cursor, out->port;
    ensures \base_addr(cursor->next) == \base_addr(\old(cursor->next));
    ensures is_cursor(cursor); */
static enum dsb_packet_result read_port_and_key(struct cursor *cursor, struct dsb_announce *out);

/*@ requires is_cursor(cursor) && \valid(service) && \separated(cursor, service);
    terminates \true;
    assigns *cursor, service->len;
    ensures \base_addr(cursor->next) == \base_addr(\old(cursor->next));
    ensures is_cursor(cursor); */
static enum dsb_packet_result read_service(struct cursor *cursor, struct dsb_service_name *service);

/*@ requires is_cursor(cursor) && \valid(out) && \separated(cursor, out);
    requires \separated(cursor, cursor->next) && \separated(out, cursor->next);
    terminates \true;
    assigns *cursor, out->service_count, out->services[0 .. DSB_SERVICE_MAX - 1];
    ensures \base_addr(cursor->next) == \base_addr(\old(cursor->next));
    ensures is_cursor(cursor);
    ensures \result == DSB_PACKET_OK ==> out->service_count <= DSB_SERVICE_MAX; */
static enum dsb_packet_result read_services(struct cursor *cursor, struct dsb_announce *out);

/*@ requires is_cursor(cursor) && \valid(out) && \separated(cursor, out);
    requires \base_addr(cursor->next) != \base_addr(out);
    terminates \true;
    assigns *cursor, out->attestation;
    ensures is_cursor(cursor); */
static enum dsb_packet_result read_attestation(struct cursor *cursor, struct dsb_announce *out);

/*@ requires is_there(packet, packet_len);
    requires \valid(out) && \separated(out, packet + (0 .. packet_len - 1));
    terminates \true;
    assigns *out; */
enum dsb_packet_result dsb_announce_decode(struct dsb_announce *out, const uint8_t *packet,
                                           size_t packet_len);

/*@ requires is_there(packet, packet_len);
    terminates \true;
    assigns \nothing; */
enum dsb_packet_result dsb_query_decode(const uint8_t *packet, size_t packet_len);
