/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus discover: asks the neighbours, prints each answer once, and what the trust store makes
 * of it. */
#include "node/cli/command.h"
#include "node/engine/discovery.h"
#include "node/store/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Announces that are remembered, to print each once: more than a subnet of devices. */
#define SEEN_COUNT 1024

/* Why the device would be dialled. */
static const char by_line[] = "trusted";
static const char by_root[] = "by-root";

struct seen {
    struct dsb_device_id id;
    uint8_t key[DSB_KEY_LEN];
    union endpoint at;
    const char *standing;
};

struct finder {
    struct discovery_search search;
    const struct keyring *keyring;
    struct dsb_device_id wanted; /* len 0: everybody */
    struct seen *seen;
    size_t seen_count;
    bool found;
    uv_loop_t loop;
    uv_timer_t timer;
};

static void stop(struct finder *f)
{
    discovery_search_stop(&f->search);
    if (!uv_is_closing((uv_handle_t *)&f->timer))
        uv_close((uv_handle_t *)&f->timer, NULL);
}

static bool is_news(struct finder *f, const struct dsb_announce *a, const union endpoint *at,
                    const char *standing)
{
    for (size_t i = 0; i < f->seen_count; i++) {
        const struct seen *old = &f->seen[i];
        if (dsb_device_id_equal(&old->id, &a->id) && memcmp(old->key, a->key, sizeof a->key) == 0 &&
            endpoint_equal(&old->at, at) && old->standing == standing)
            return false;
    }
    if (f->seen_count == SEEN_COUNT)
        return false;
    struct seen *fresh = &f->seen[f->seen_count++];
    fresh->id = a->id;
    fresh->at = *at;
    fresh->standing = standing;
    memcpy(fresh->key, a->key, sizeof fresh->key);
    return true;
}

/* Each word of a root is verified: a person asked. */
static const char *word_text(const struct keyring *k, const struct dsb_announce *a)
{
    enum dsb_vouched_result result =
        dsb_vouched_judge(&k->trust, &k->identity, &a->id, a->key, &a->attestation);
    if (result == DSB_VOUCHED_OK && !dsb_attestation_verify(&a->attestation, &a->id, a->key))
        result = DSB_VOUCHED_BAD_SIGNATURE;
    return result == DSB_VOUCHED_OK ? by_root : dsb_vouched_result_name(result);
}

static const char *standing_text(const struct keyring *k, const struct dsb_announce *a)
{
    switch (dsb_announce_standing(&k->trust, a)) {
    case DSB_ANNOUNCE_CONSISTENT:
        return dsb_trust_store_line_of_id(&k->trust, &a->id) != NULL ? by_line : by_root;
    case DSB_ANNOUNCE_VOUCHABLE:
        return word_text(k, a);
    case DSB_ANNOUNCE_UNKNOWN_ID:
        return "unknown";
    case DSB_ANNOUNCE_OTHER_KEY:
        return "OTHER-KEY";
    }
    return "?";
}

static void on_found(struct discovery_search *search, const struct dsb_announce *a,
                     const union endpoint *at)
{
    struct finder *f = search->owner;
    char at_text[ENDPOINT_TEXT_SIZE];
    char key_text[KEY_TEXT_SIZE];
    bool wanted = f->wanted.len == 0 || dsb_device_id_equal(&f->wanted, &a->id);
    if (!wanted)
        return;
    const char *standing = standing_text(f->keyring, a);
    if (!is_news(f, a, at, standing))
        return;
    endpoint_format(at, at_text);
    key_format(key_text, a->key);
    (void)printf("%.*s@%s %s %s", a->id.len, a->id.text, at_text, key_text, standing);
    for (size_t i = 0; i < a->service_count; i++)
        (void)printf(" %.*s", a->services[i].len, a->services[i].text);
    (void)printf("\n");
    (void)fflush(stdout);
    f->found = true;
    if (f->wanted.len != 0 && (standing == by_line || standing == by_root))
        stop(f);
}

static void on_timeout(uv_timer_t *timer)
{
    stop(timer->data);
}

static bool search(struct finder *f, const struct options *o, struct error *e)
{
    if (uv_loop_init(&f->loop) != 0)
        abort();
    bool ok = discovery_search_start(&f->search, &f->loop, (uint16_t)o->discovery_port, e);
    if (ok) {
        f->search.found = on_found;
        f->search.owner = f;
        uv_timer_init(&f->loop, &f->timer);
        f->timer.data = f;
        uv_timer_start(&f->timer, on_timeout, o->wait_ms, 0);
        uv_run(&f->loop, UV_RUN_DEFAULT);
        if (!f->found)
            ok = error_set(e, EXIT_NO_PEER, "nothing was found");
    }
    if (uv_loop_close(&f->loop) != 0)
        abort(); /* every handle was waited for */
    return ok;
}

bool command_discover(const struct options *o, char **words, int word_count, struct error *e)
{
    struct finder f = {0};
    struct keyring k;
    if (word_count == 1 && dsb_device_id_set(&f.wanted, words[0], strlen(words[0])) != DSB_OK)
        return error_set(e, EXIT_USAGE, "\"%s\" is not a device id (1 to %d of a-z 0-9 . -)",
                         words[0], DSB_DEVICE_ID_MAX);
    if (o->discovery_port == 0)
        return error_set(e, EXIT_USAGE, "--discovery-port 0 leaves nothing to search");
    if (!keyring_open(&k, o->dir, o->allow_test_keys, e))
        return false;
    keyring_hear(&k, NULL);
    f.keyring = &k;
    f.seen = calloc(SEEN_COUNT, sizeof *f.seen);
    bool ok = f.seen != NULL ? search(&f, o, e) : error_set(e, EXIT_LOCAL, "out of memory");
    free(f.seen);
    keyring_close(&k);
    return ok;
}
