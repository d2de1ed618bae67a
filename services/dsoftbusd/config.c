/* SPDX-License-Identifier: Apache-2.0 */
/* Asks keystored who this device is, and reads whom it trusts. */
#include "config.h"

#include "dsoftbus/lines.h"
#include "journal.h"
#include "proto/slots.h"
#include "rights.h"
#include "rt/log.h"
#include "rt/map.h"

#include <string.h>

static void refuse(const char *file, const struct dsb_text_error *error)
{
    rt_logf("dsoftbusd: %s:%zu: %s", file, error->line, dsb_text_fault_name(error->fault));
    rt_panic("dsoftbusd: refused its configuration", -1);
}

/* The key stays with its holder: what is kept here is who we are and how to ask. Whose products are
 * believed is believed about its public key, too. */
static void ask_who_we_are(struct config *config)
{
    struct key_identity_reply identity;

    config->holder.endpoint_cap = DSOFTBUSD_SLOT_KEY;
    enum key_status status = key_identity(&config->holder, &identity);
    if (status != KEY_OK ||
        dsb_device_id_set(&config->identity.id, identity.id, identity.id_len) != DSB_OK)
        rt_panic("dsoftbusd: no identity", -(int64_t)status);
    memcpy(config->identity.key.public_key, identity.public_key, DSB_KEY_LEN);
    config->identity.key.dh = key_dh;
    config->identity.key.ctx = &config->holder;
    if (identity.head.value != 0)
        journal_bring_up_keys();
}

static void read_trust(struct config *config)
{
    struct dsb_text_error error = {0};
    const uint8_t *text = NULL;
    size_t text_len = 0;

    rt_must(rt_map_file(DSOFTBUSD_SLOT_TRUST, &text, &text_len), "dsoftbusd.trust");
    dsb_trust_store_init(&config->trust, config->entries, TRUST_MAX);
    config->trust.roots = config->roots;
    config->trust.root_capacity = ROOT_MAX;
    config->vouched.rows = config->vouched_rows;
    config->vouched.capacity = VOUCHED_MAX;
    config->vouched.lists = config->lists;
    config->vouched.list_capacity = ROOT_MAX;
    config->trust.vouched = &config->vouched;
    if (dsb_trust_store_parse(&config->trust, &config->identity, (const char *)text, text_len,
                              &error) != DSB_OK)
        refuse("dsoftbusd.trust", &error);
}

/* Nothing but comments: no root vouches for the device. */
static bool is_blank(const char *text, size_t text_len)
{
    struct dsb_lines lines = {.text = text, .text_len = text_len, .words_max = DSB_WORDS_MIN};
    struct dsb_line line;
    enum dsb_line_kind kind;

    while ((kind = dsb_lines_next(&lines, &line)) == DSB_LINE_COMMENT)
        continue;
    return kind == DSB_LINE_END;
}

/* What a root says of another device, or of a key that this one had before, is of no use. */
static bool is_ours(const struct dsb_attested *attested, const struct dsb_identity *own)
{
    return dsb_device_id_equal(&attested->id, &own->id) &&
           memcmp(attested->key, own->key.public_key, DSB_KEY_LEN) == 0;
}

static void read_attestation(struct config *config)
{
    struct dsb_text_error error = {0};
    const uint8_t *text = NULL;
    size_t text_len = 0;

    rt_must(rt_map_file(DSOFTBUSD_SLOT_ATTESTATION, &text, &text_len), "dsoftbusd.attestation");
    if (is_blank((const char *)text, text_len))
        return;
    error.fault = dsb_attested_parse(&config->attested, (const char *)text, text_len, &error.line);
    if (error.fault != DSB_TEXT_NO_FAULT)
        refuse("dsoftbusd.attestation", &error);
    if (is_ours(&config->attested, &config->identity))
        config->local.attestation = &config->attested.word;
    else
        rt_logf("dsoftbusd: dsoftbusd.attestation: not of this device's id and key, not used");
}

static void read_rights(void)
{
    struct dsb_text_error error = {0};
    const uint8_t *text = NULL;
    size_t text_len = 0;

    rt_must(rt_map_file(DSOFTBUSD_SLOT_SERVICES, &text, &text_len), "dsoftbusd.services");
    if (!rights_read((const char *)text, text_len, &error))
        refuse("dsoftbusd.services", &error);
}

void config_load(struct config *config)
{
    ask_who_we_are(config);
    read_trust(config);
    read_rights();
    config->local = (struct dsb_local){
        .identity = &config->identity,
        .trust = &config->trust,
        .recv_max = RECORD_UNIT_MAX,
        .streams = {STREAM_WINDOW, SESSION_STREAM_MAX},
    };
    read_attestation(config);
}
