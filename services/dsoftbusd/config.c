/* SPDX-License-Identifier: Apache-2.0 */
/* Asks keystored who this device is, and reads whom it trusts. */
#include "config.h"

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

/* The key stays with its holder: what is kept here is who we are and how to ask. */
static void ask_who_we_are(struct config *config)
{
    struct key_identity_reply identity;

    config->holder.endpoint_cap = DSOFTBUSD_SLOT_KEY;
    enum key_status status = key_identity(&config->holder, &identity);
    if (status != KEY_OK || dsb_public_key_fault(identity.public_key) != DSB_TEXT_NO_FAULT ||
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

    rt_must(rt_map_file(CLIENT_SLOT_FILE, &text, &text_len), "dsoftbusd.trust");
    dsb_trust_store_init(&config->trust, config->entries, TRUST_MAX);
    if (dsb_trust_store_parse(&config->trust, &config->identity, (const char *)text, text_len,
                              &error) != DSB_OK)
        refuse("dsoftbusd.trust", &error);
}

static void read_rights(void)
{
    struct dsb_text_error error = {0};
    const uint8_t *text = NULL;
    size_t text_len = 0;

    rt_must(rt_map_file(CLIENT_SLOT_FILE + 1, &text, &text_len), "dsoftbusd.services");
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
}
