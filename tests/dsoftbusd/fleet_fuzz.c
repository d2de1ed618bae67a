/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What roots said, in any order of words and lists, true and altered, of a disk that fails or that
 * somebody writes on, and of restarts. Whatever comes: who is trusted has a root's word that no
 * list revokes; serials never go back but through a disk that was written on; and what was kept is
 * there after a restart.
 */
#include "dsoftbus/attested.h"
#include "fake_rt.h"
#include "fake_store.h"
#include "fleet.h"
#include "root_lists.h"
#include "rt/process.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPS_MAX    64
#define PEER_COUNT 4

static struct peer device, peers[PEER_COUNT];
static struct root root;
static struct table table;
static struct net_client net;
static struct dsb_trust_root roots[ROOT_MAX];
static struct dsb_vouched_row rows[VOUCHED_MAX];
static struct dsb_vouched_list lists[ROOT_MAX];
static struct dsb_vouched vouched;
static uint64_t now;
static bool is_written_on; /* the disk, by somebody, ever */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int process_main(uint64_t arg)
{
    (void)arg;
    return 1;
}

static void check(bool holds)
{
    if (!holds)
        abort();
}

static uint64_t clock_ms(void)
{
    return now;
}

/* peers[0] and [1] have one id, so that one replaces the other. */
static void make_once(void)
{
    static const char *const ids[PEER_COUNT] = {"a.lab", "a.lab", "b.lab", "c.hall"};
    static char line[256];
    struct dsb_text_error error;
    char text[512];

    if (roots[0].is_suffix)
        return;
    check(sodium_init() >= 0);
    root_make(&root, 1);
    peer_make(&device, "device", 0x11);
    for (size_t i = 0; i < PEER_COUNT; i++)
        peer_make(&peers[i], ids[i], (uint8_t)(0x20 + i));
    device.trust.roots = roots;
    device.trust.root_capacity = ROOT_MAX;
    device.trust.vouched = &vouched;
    root_line(line, sizeof line, "*.lab", &root, "");
    int len = snprintf(text, sizeof text, DSB_TRUST_HEADER "%s", line);
    check(dsb_trust_store_parse(&device.trust, &device.identity, text, (size_t)len, &error) ==
          DSB_OK);
}

static void boot(void)
{
    memset(rows, 0, sizeof rows);
    memset(lists, 0, sizeof lists);
    memset(&vouched, 0, sizeof vouched);
    vouched = (struct dsb_vouched){
        .rows = rows, .capacity = VOUCHED_MAX, .lists = lists, .list_capacity = ROOT_MAX};
    fake_rt.log_count = 0;
    table_init(&table, &device.local, &net, 0);
    fleet_init(&table, &device.trust, true, clock_ms);
}

static uint64_t list_serial(void)
{
    return vouched.list_count == 0 ? 0 : vouched.lists[0].list.serial;
}

/* A root's word for a peer; with a bit changed in it or not. */
static void hear_word(const uint8_t *op)
{
    const struct peer *peer = &peers[op[1] % PEER_COUNT];
    struct dsb_attestation word;

    root_sign(&root, &word, peer, 1 + op[2] % 8, "");
    if (op[3] != 0)
        word.signature[op[3] % DSB_SIGNATURE_LEN] ^= 1;
    enum dsb_vouched_result result = dsb_vouched_take(
        &device.trust, &device.identity, &peer->identity.id, peer->identity.key.public_key, &word);
    check(op[3] == 0 || result != DSB_VOUCHED_OK);
}

static void hear_list(const uint8_t *op)
{
    static struct dsb_revocations list;
    char text[ROOT_LIST_TEXT_SIZE];
    uint64_t serial, before = list_serial();
    const char *why;

    root_revoke(&root, &list, 1 + op[1] % 8, &peers[op[2] % PEER_COUNT].identity.id,
                1 + op[2] / PEER_COUNT % 8);
    size_t len = root_list_text(text, &list);
    if (op[3] != 0)
        text[op[3] % len] ^= 1;
    enum list_result result = root_lists_take(text, len, &serial, &why);
    check(result != LIST_TAKEN || (op[3] == 0 && serial > before));
}

/* Somebody writes on the disk: any bytes, a bit, or an end. */
static void write_on(const uint8_t *op, const uint8_t *bytes, size_t len)
{
    struct fake_record *record = &fake_store.others[op[1] % FAKE_OTHERS_MAX];

    is_written_on = true;
    if (op[2] % 3 == 0) {
        record->is_there = true;
        record->len = len;
        memcpy(record->bytes, bytes, len);
    } else if (record->len != 0 && op[2] % 3 == 1) {
        record->bytes[op[3] * 8 % record->len] ^= (char)(1 << op[2] % 8);
    } else if (record->len != 0) {
        record->len = op[3] * 8 % record->len;
    }
}

static void restart(void)
{
    uint64_t serial = list_serial();
    size_t count = vouched.count;
    bool all_kept = fleet_deadline() == DSB_NO_DEADLINE;

    boot();
    check(is_written_on || !all_kept || (list_serial() == serial && vouched.count <= count));
}

static void check_who_is_trusted(void)
{
    for (size_t i = 0; i < vouched.count; i++) {
        const struct dsb_vouched_row *row = &vouched.rows[i];
        check(dsb_attestation_verify(&row->word, &row->entry.id, row->entry.key));
    }
    for (size_t i = 0; i < PEER_COUNT; i++) {
        const struct dsb_trust_entry *entry =
            dsb_trust_store_find_key(&device.trust, peers[i].identity.key.public_key);
        const struct dsb_vouched_row *row = NULL;
        for (size_t k = 0; k < vouched.count; k++)
            if (&vouched.rows[k].entry == entry)
                row = &vouched.rows[k];
        check(entry == NULL ||
              (row != NULL && (vouched.list_count == 0 ||
                               row->word.serial >= dsb_revocations_first_good(
                                                       &vouched.lists[0].list, &entry->id))));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    make_once();
    fake_rt_reset();
    fake_store_reset();
    is_written_on = false;
    now = 1000;
    boot();
    for (int i = 0; i < OPS_MAX && size >= 4; i++, data += 4, size -= 4) {
        uint64_t before = list_serial();
        switch (data[0] % 6) {
        case 0:
            hear_word(data);
            break;
        case 1:
            hear_list(data);
            break;
        case 2:
            write_on(data, data + 4, size - 4 < STORE_DATA_MAX ? size - 4 : STORE_DATA_MAX);
            break;
        case 3:
            restart();
            before = 0;
            break;
        case 4:
            fake_store.put_fails_count = data[1] % 4;
            break;
        default:
            now += data[1] * 8u;
        }
        check(list_serial() >= before);
        fleet_turn();
        check_who_is_trusted();
    }
    return 0;
}
