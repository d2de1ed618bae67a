/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the two files, and gives the one with the key out of hand. */
#include "config.h"

#include "journal.h"
#include "proto/slots.h"
#include "rt/log.h"
#include "rt/map.h"

static void refuse(const char *file, const struct dsb_text_error *error)
{
    rt_logf("dsoftbusd: %s:%zu: %s", file, error->line, dsb_text_fault_name(error->fault));
    rt_panic("dsoftbusd: refused its configuration", -1);
}

static const char *map_text(rt_slot slot, const char *file, size_t *text_len)
{
    const uint8_t *data = NULL;
    rt_must(rt_map_file(slot, &data, text_len), file);
    return (const char *)data;
}

/* The key is needed at one place only: the file itself goes out of this process's reach. */
static void give_up_file(rt_slot slot, const char *text)
{
    rt_must(rt_unmap((uintptr_t)text), "dsoftbusd: unmap");
    rt_must(rt_cap_drop(slot), "dsoftbusd: drop");
}

void config_load(struct config *config)
{
    struct dsb_text_error error = {0};
    size_t text_len = 0;
    const char *text = map_text(CLIENT_SLOT_FILE, "dsoftbusd.identity", &text_len);
    if (dsb_identity_parse(&config->file, text, text_len, &error) != DSB_OK)
        refuse("dsoftbusd.identity", &error);
    if (dsb_identity_init(&config->identity, &config->file) != DSB_OK)
        rt_panic("dsoftbusd: identity", -1);
    give_up_file(CLIENT_SLOT_FILE, text);

    text = map_text(CLIENT_SLOT_FILE + 1, "dsoftbusd.trust", &text_len);
    dsb_trust_store_init(&config->trust, config->entries, TRUST_MAX);
    if (dsb_trust_store_parse(&config->trust, &config->identity, text, text_len, &error) != DSB_OK)
        refuse("dsoftbusd.trust", &error);

    config->local = (struct dsb_local){
        .identity = &config->identity,
        .trust = &config->trust,
        .recv_max = RECORD_UNIT_MAX,
    };
    if (config->file.bring_up)
        journal_bring_up_keys();
}
