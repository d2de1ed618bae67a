/* SPDX-License-Identifier: Apache-2.0 */
/* What one claim proves of a function and another one believes: said once. */
#ifndef PROOFS_CONTRACTS_PROMISES_H
#define PROOFS_CONTRACTS_PROMISES_H

#include "dsoftbus/attestation.h"
#include "dsoftbus/byte_ring.h"
#include "dsoftbus/service_list.h"
#include "dsoftbus/utf8.h"

/*@ predicate is_there{L}(uint8_t *bytes, integer len) =
        len == 0 || \valid_read(bytes + (0 .. len - 1)); */
/*@ predicate is_there{L}(char *text, integer len) =
        len == 0 || \valid_read(text + (0 .. len - 1)); */

/*@ requires is_there(text, text_len) && \valid(code);
    requires \separated(code, text + (0 .. text_len - 1));
    terminates \true;
    assigns *code;
    ensures \result <= 4 && \result <= text_len; */
size_t dsb_utf8_next(const uint8_t *text, size_t text_len, uint32_t *code);

/*@ terminates \true;
    assigns \nothing; */
bool dsb_utf8_is_control(uint32_t code);

/*@ requires is_there(list, list_len);
    terminates \true;
    assigns \nothing; */
enum dsb_text_fault dsb_service_list_fault(const char *list, size_t list_len);

/*@ requires \valid(out) && is_there(bytes, len) && \separated(out, bytes + (0 .. len - 1));
    terminates \true;
    assigns *out;
    ensures !\result ==> *out == \old(*out); */
bool dsb_attestation_read(struct dsb_attestation *out, const uint8_t *bytes, size_t len);

/*@ predicate is_ring{L}(struct dsb_byte_ring *ring) =
        \valid(ring) && ring->cap > 0 && ring->first < ring->cap && ring->len <= ring->cap &&
        \valid(ring->bytes + (0 .. ring->cap - 1)) &&
        \separated(ring, ring->bytes + (0 .. ring->cap - 1)); */

/*@ requires is_ring(ring) && is_there(bytes, len);
    requires \separated(ring, bytes + (0 .. len - 1));
    requires \separated(ring->bytes + (0 .. ring->cap - 1), bytes + (0 .. len - 1));
    terminates \true;
    assigns ring->len, ring->bytes[0 .. ring->cap - 1];
    ensures is_ring(ring) && \result <= len && ring->len == \old(ring->len) + \result;
    ensures \result < len ==> ring->len == ring->cap; */
size_t dsb_byte_ring_put(struct dsb_byte_ring *ring, const uint8_t *bytes, size_t len);

/* dsb_device_id_set() of bytes: the prover does not follow a pointer to bytes into text. */
/*@ requires \valid(id) && is_there(text, text_len) && \separated(id, text + (0 .. text_len - 1));
    terminates \true;
    assigns *id;
    ensures \result == DSB_OK ==> 1 <= id->len <= DSB_DEVICE_ID_MAX && id->len == text_len;
    ensures \result != DSB_OK ==> id->len == 0; */
enum dsb_status set_id(struct dsb_device_id *id, const uint8_t *text, size_t text_len);

#endif
