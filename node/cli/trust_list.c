/* SPDX-License-Identifier: Apache-2.0 */
/* The trust store for people: a line for each device and each root. */
#include "node/cli/trust_list.h"

#include "node/store/said.h"

#include <stdio.h>
#include <string.h>

static void print_ids(const struct dsb_trust_root *root)
{
    (void)printf("%s%s%.*s", root->is_suffix ? "*" : "",
                 root->is_suffix && root->id.len > 0 ? "." : "", root->id.len, root->id.text);
}

void trust_list(const struct keyring *k)
{
    char line[DSB_TRUST_LINE_MAX];
    char key[KEY_TEXT_SIZE];
    for (size_t i = 0; i < k->trust.count; i++) {
        size_t line_len = dsb_trust_entry_format(line, &k->trust.entries[i]);
        (void)fwrite(line, 1, line_len, stdout);
    }
    for (size_t i = 0; i < k->trust.root_count; i++) {
        const struct dsb_trust_root *root = &k->trust.roots[i];
        key_format(key, root->key);
        print_ids(root);
        (void)printf(" root:%s%s%.*s\n", key, root->services_len > 0 ? " " : "", root->services_len,
                     root->services);
    }
}

static void print_services(const char *services, uint8_t services_len)
{
    if (services_len > 0)
        (void)printf(" services %.*s", services_len, services);
    (void)putchar('\n');
}

static void show_roots(const struct dsb_trust_store *trust)
{
    char key[SAID_ROOT_SIZE];
    for (size_t i = 0; i < trust->root_count; i++) {
        const struct dsb_trust_root *root = &trust->roots[i];
        said_root(key, root->key);
        print_ids(root);
        (void)printf(" vouched for by root:%s", key);
        print_services(root->services, root->services_len);
    }
}

/* A row that a line, a list or another root overrules is nobody's reason. */
static void show_vouched(const struct dsb_trust_store *trust)
{
    char key[SAID_ROOT_SIZE];
    for (size_t i = 0; trust->vouched != NULL && i < trust->vouched->count; i++) {
        const struct dsb_vouched_row *row = &trust->vouched->rows[i];
        const struct dsb_device_id *id = &row->entry.id;
        if (dsb_trust_store_find_id(trust, id) != &row->entry)
            continue;
        said_root(key, row->word.root);
        (void)printf("%.*s by root:%s serial %llu", id->len, id->text, key,
                     (unsigned long long)row->word.serial);
        print_services(row->entry.services, row->entry.services_len);
    }
}

static void show_list(const struct dsb_revocations *list)
{
    char key[SAID_ROOT_SIZE];
    said_root(key, list->root);
    for (size_t i = 0; i < list->count; i++) {
        const struct dsb_revocation *r = &list->entries[i];
        (void)printf("%.*s revoked below serial %llu by root:%s list %llu\n", r->id.len, r->id.text,
                     (unsigned long long)r->first_good, key, (unsigned long long)list->serial);
    }
}

void trust_show(struct keyring *k)
{
    const struct dsb_trust_store *trust = &k->trust;
    keyring_hear(k, NULL);
    for (size_t i = 0; i < trust->count; i++) {
        const struct dsb_trust_entry *entry = &trust->entries[i];
        (void)printf("%.*s %s", entry->id.len, entry->id.text,
                     entry->is_paired ? "by pairing" : "pinned");
        print_services(entry->services, entry->services_len);
    }
    show_roots(trust);
    show_vouched(trust);
    for (size_t i = 0; trust->vouched != NULL && i < trust->vouched->list_count; i++)
        if (dsb_trust_store_has_root(trust, trust->vouched->lists[i].list.root))
            show_list(&trust->vouched->lists[i].list);
}
