/* SPDX-License-Identifier: Apache-2.0 */
/* Which types and body lengths a record may have. */
#include "dsoftbus/record.h"

/* Body lengths that a type allows, indexed by type. */
static const struct {
    bool known;
    size_t body_min_len;
    size_t body_max_len;
} body_bounds[] = {
    [DSB_RECORD_ACCEPT] = {true, 0, 0},
    [DSB_RECORD_PING] = {true, 0, DSB_PING_MAX},
    [DSB_RECORD_PONG] = {true, 0, DSB_PING_MAX},
    [DSB_RECORD_CLOSE] = {true, 0, 0},
    [DSB_RECORD_OPEN] = {true, 6, 69},
    [DSB_RECORD_OPENED] = {true, 8, 8},
    [DSB_RECORD_BYTES] = {true, 5, SIZE_MAX},
    [DSB_RECORD_CREDIT] = {true, 8, 8},
    [DSB_RECORD_FIN] = {true, 4, 4},
    [DSB_RECORD_RESET] = {true, 6, 6},
};

bool dsb_record_is_stream(unsigned type)
{
    return type >= DSB_RECORD_OPEN && type <= DSB_RECORD_RESET;
}

bool dsb_record_has_length(enum dsb_record_type type, size_t body_len)
{
    return body_len >= body_bounds[type].body_min_len && body_len <= body_bounds[type].body_max_len;
}

enum dsb_record_result dsb_record_parse(struct dsb_record *record, const uint8_t *plaintext,
                                        size_t plaintext_len)
{
    if (plaintext_len < DSB_RECORD_TYPE_LEN)
        return DSB_RECORD_EMPTY;
    unsigned type = plaintext[0];
    size_t body_len = plaintext_len - DSB_RECORD_TYPE_LEN;

    if (type >= sizeof body_bounds / sizeof body_bounds[0] || !body_bounds[type].known)
        return DSB_RECORD_BAD_TYPE;
    if (!dsb_record_has_length((enum dsb_record_type)type, body_len))
        return DSB_RECORD_BAD_BODY;
    record->type = (enum dsb_record_type)type;
    record->body = plaintext + DSB_RECORD_TYPE_LEN;
    record->body_len = body_len;
    return DSB_RECORD_OK;
}
