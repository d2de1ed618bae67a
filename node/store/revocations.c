/* SPDX-License-Identifier: Apache-2.0 */
/* A list's text, and the file beside a root's key. */
#include "node/store/revocations.h"

#include "node/base/key_text.h"
#include "node/store/text_fault.h"

#include <stdio.h>
#include <string.h>

size_t revocations_format(char out[REVOCATIONS_TEXT_SIZE], const struct dsb_revocations *list)
{
    char root[KEY_TEXT_SIZE], first[KEY_TEXT_SIZE], second[KEY_TEXT_SIZE];
    key_format(root, list->root);
    key_format(first, list->signature);
    key_format(second, list->signature + DSB_ROOT_KEY_LEN);
    size_t len = (size_t)snprintf(out, REVOCATIONS_TEXT_SIZE,
                                  "dsoftbus-revocations 1\nroot %s\nserial %llu\n", root,
                                  (unsigned long long)list->serial);
    for (size_t i = 0; i < list->count; i++) {
        const struct dsb_revocation *r = &list->entries[i];
        len += (size_t)snprintf(out + len, REVOCATIONS_TEXT_SIZE - len, "revoke %.*s %llu\n",
                                r->id.len, r->id.text, (unsigned long long)r->first_good);
    }
    return len + (size_t)snprintf(out + len, REVOCATIONS_TEXT_SIZE - len, "signature %s %s\n",
                                  first, second);
}

/* The file beside the root's key */

#define NAME_SIZE (ROOT_NAME_MAX + sizeof ".revocations")

static void file_name(char name[NAME_SIZE], const struct root_key *root)
{
    (void)snprintf(name, NAME_SIZE, "%s.revocations", root->name);
}

bool revocations_read(struct dsb_revocations *list, const struct root_key *root, struct error *e)
{
    uint8_t signed_bytes[DSB_REVOCATIONS_SIGNED_MAX];
    char name[NAME_SIZE], text[REVOCATIONS_TEXT_SIZE];
    size_t text_len;
    struct dsb_text_error at;
    file_name(name, root);
    memset(list, 0, sizeof *list);
    if (!confdir_exists(&root->dir, name))
        return true;
    if (!confdir_read(&root->dir, name, text, sizeof text, &text_len, e))
        return false;
    at.fault = dsb_revocations_parse(list, text, text_len, &at.line);
    if (at.fault == DSB_TEXT_NO_FAULT && !dsb_revocations_verify(list, signed_bytes))
        at.fault = DSB_TEXT_BAD_SIGNATURE;
    if (at.fault != DSB_TEXT_NO_FAULT)
        return text_fault_set(e, &root->dir, name, &at, text, text_len);
    return memcmp(list->root, root->public_key, sizeof list->root) == 0 ||
           error_set(e, EXIT_CONFIG, "%s/%s: another root's list", root->dir.path, name);
}

bool revocations_renew(struct dsb_revocations *list, const struct root_key *root, struct error *e)
{
    uint8_t signed_bytes[DSB_REVOCATIONS_SIGNED_MAX];
    char name[NAME_SIZE], text[REVOCATIONS_TEXT_SIZE];
    file_name(name, root);
    if (list->serial == UINT64_MAX)
        return error_set(e, EXIT_CONFIG, "%s/%s: has had the last serial that there is",
                         root->dir.path, name);
    list->serial++;
    memcpy(list->root, root->public_key, sizeof list->root);
    root_key_sign(root, list->signature, signed_bytes, dsb_revocations_signed(signed_bytes, list));
    size_t text_len = revocations_format(text, list);
    if (text_len > DSB_REVOCATIONS_TEXT_MAX)
        return error_set(e, EXIT_CONFIG, "%s/%s: no room for another id: a list has %d bytes",
                         root->dir.path, name, DSB_REVOCATIONS_TEXT_MAX);
    return confdir_write(&root->dir, name, text, text_len, CONFDIR_REPLACE, e);
}
