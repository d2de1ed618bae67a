/* SPDX-License-Identifier: Apache-2.0 */
/* Two records of stored. */
#include "paired.h"

#include "dsoftbus/lines.h"
#include "limits.h"
#include "proto/slots.h"
#include "record.h"
#include "rt/log.h"
#include "store/store.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define TRUST    "trust"
#define ATTEMPTS "pairing-attempts"

static char scratch[STORE_DATA_MAX]; /* a record that is only looked at */

/* "failed N", and nothing else. */
static bool parse_attempts(const char *text, size_t len, uint32_t *failed_count)
{
    static const char head[] = "failed ";
    const size_t head_len = sizeof head - 1;
    uint64_t count;

    if (len <= head_len || memcmp(text, head, head_len) != 0 || text[len - 1] != '\n' ||
        !dsb_number_decode(&count, &(struct dsb_word){text + head_len, len - 1 - head_len}) ||
        count > UINT32_MAX)
        return false;
    *failed_count = (uint32_t)count;
    return true;
}

static bool load_attempts(struct paired *paired)
{
    size_t len = record_wait(ATTEMPTS, scratch);

    if (len == 0 || parse_attempts(scratch, len, &paired->failed_count))
        return true;
    rt_logf("dsoftbusd: stored %s: not a count of attempts", ATTEMPTS);
    return false;
}

static void add(struct paired *paired, const struct dsb_trust_entry *peer)
{
    if (dsb_trust_store_has(paired->trust, &peer->id, peer->key))
        return;
    enum dsb_text_fault fault = dsb_trust_store_add(paired->trust, paired->own, peer);
    if (fault != DSB_TEXT_NO_FAULT)
        rt_logf("dsoftbusd: left out paired peer=%.*s: %s", peer->id.len, peer->id.text,
                dsb_text_fault_name(fault));
}

static bool load_trust(struct paired *paired)
{
    static struct dsb_trust_entry entries[TRUST_MAX];
    struct dsb_trust_store kept;
    struct dsb_text_error error = {0};

    paired->text_len = record_wait(TRUST, paired->text);
    dsb_trust_store_init(&kept, entries, TRUST_MAX);
    if (paired->text_len != 0 && dsb_trust_store_parse(&kept, paired->own, paired->text,
                                                       paired->text_len, &error) != DSB_OK) {
        rt_logf("dsoftbusd: stored %s:%zu: %s", TRUST, error.line,
                dsb_text_fault_name(error.fault));
        return false;
    }
    for (size_t i = 0; i < kept.count; i++)
        add(paired, &kept.entries[i]);
    return true;
}

bool paired_load(struct paired *paired, struct dsb_trust_store *trust,
                 const struct dsb_identity *own)
{
    memset(paired, 0, sizeof *paired);
    paired->own = own;
    paired->trust = trust;
    bool trust_is_ours = load_trust(paired);
    return load_attempts(paired) && trust_is_ours;
}

const char *paired_result_name(enum paired_result result)
{
    static const char *const names[] = {
        [PAIRED_OK] = "ok",     [PAIRED_KNOWN_ID] = "known-id", [PAIRED_KNOWN_KEY] = "known-key",
        [PAIRED_FULL] = "full", [PAIRED_DISK] = "disk",
    };
    return names[result];
}

/* Appends the peer's line to the text; its new length, 0 when there is no room. */
static size_t append(char text[STORE_DATA_MAX], size_t text_len, const struct dsb_trust_entry *peer)
{
    char line[DSB_TRUST_LINE_MAX];
    size_t line_len = dsb_trust_entry_format(line, peer);

    if (text_len == 0) {
        text_len = sizeof DSB_TRUST_HEADER - 1;
        memcpy(text, DSB_TRUST_HEADER, text_len);
    }
    if (line_len > STORE_DATA_MAX - text_len)
        return 0;
    memcpy(text + text_len, line, line_len);
    return text_len + line_len;
}

enum paired_result paired_fits(const struct paired *paired, const struct dsb_trust_entry *peer)
{
    if (dsb_trust_store_has(paired->trust, &peer->id, peer->key))
        return PAIRED_OK;
    if (dsb_trust_store_find_id(paired->trust, &peer->id) != NULL)
        return PAIRED_KNOWN_ID;
    if (dsb_trust_store_find_key(paired->trust, peer->key) != NULL)
        return PAIRED_KNOWN_KEY;
    if (paired->trust->count == paired->trust->capacity ||
        append(scratch, paired->text_len, peer) == 0)
        return PAIRED_FULL;
    return PAIRED_OK;
}

/* What a disk that failed under the write has, by now, decides. */
static bool write(struct paired *paired, size_t len)
{
    size_t kept_len = 0;

    if (record_put(DSOFTBUSD_SLOT_STORE, TRUST, paired->text, len) == STORE_OK)
        return true;
    return record_get(DSOFTBUSD_SLOT_STORE, TRUST, scratch, sizeof scratch, &kept_len) ==
               STORE_OK &&
           kept_len == len && memcmp(scratch, paired->text, len) == 0;
}

enum paired_result paired_keep(struct paired *paired, const struct dsb_trust_entry *peer)
{
    enum paired_result result = paired_fits(paired, peer);

    if (result != PAIRED_OK || dsb_trust_store_has(paired->trust, &peer->id, peer->key))
        return result;
    size_t len = append(paired->text, paired->text_len, peer);
    assert(len != 0);
    if (!write(paired, len))
        return PAIRED_DISK;
    paired->text_len = len;
    add(paired, peer);
    return PAIRED_OK;
}

bool paired_keep_failed(struct paired *paired, uint32_t failed_count)
{
    char text[sizeof "failed 4294967295\n"];
    int len = snprintf(text, sizeof text, "failed %lu\n", (unsigned long)failed_count);

    if (record_put(DSOFTBUSD_SLOT_STORE, ATTEMPTS, text, (size_t)len) != STORE_OK)
        return false;
    paired->failed_count = failed_count;
    return true;
}
