/* SPDX-License-Identifier: Apache-2.0 */
/* Beside the trust store's lists their texts, as they came: those are kept, and given to others. */
#include "root_lists.h"

#include "dsoftbus/vouched.h"
#include "limits.h"

#include <string.h>

static const struct dsb_trust_store *trust;

static struct dsb_revocations list; /* the one that is being read */

/* Of trust->vouched->lists, by place. */
static struct text {
    char bytes[DSB_REVOCATIONS_TEXT_MAX];
    size_t len;
} texts[ROOT_MAX];

void root_lists_init(const struct dsb_trust_store *store)
{
    trust = store;
    memset(texts, 0, sizeof texts);
}

static void remember_text(const char *text, size_t text_len)
{
    for (size_t i = 0; i < trust->vouched->list_count; i++)
        if (memcmp(trust->vouched->lists[i].list.root, list.root, DSB_ROOT_KEY_LEN) == 0) {
            memcpy(texts[i].bytes, text, text_len);
            texts[i].len = text_len;
        }
}

enum list_result root_lists_take(const char *text, size_t text_len, uint64_t *serial,
                                 const char **why)
{
    size_t line;
    enum dsb_text_fault fault = dsb_revocations_parse(&list, text, text_len, &line);

    *serial = list.serial;
    *why = dsb_text_fault_name(fault);
    if (fault != DSB_TEXT_NO_FAULT)
        return LIST_REFUSED;
    enum dsb_vouched_result result = dsb_vouched_take_list(trust, &list);
    *why = dsb_vouched_result_name(result);
    if (result == DSB_VOUCHED_OLD_SERIAL) {
        *serial = dsb_vouched_list_serial(trust->vouched, list.root);
        return LIST_KNOWN;
    }
    if (result != DSB_VOUCHED_OK)
        return LIST_REFUSED;
    remember_text(text, text_len);
    return LIST_TAKEN;
}

size_t root_lists_text(size_t idx, const char **text)
{
    *text = texts[idx].bytes;
    return texts[idx].len;
}
