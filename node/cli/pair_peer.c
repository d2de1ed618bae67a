/* SPDX-License-Identifier: Apache-2.0 */
/* What pairing writes: the trust store's new line, and before it the pending entry. */
#include "node/cli/pair.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct dsb_trust_entry pair_peer_of(const struct dsb_pairing *run)
{
    struct dsb_trust_entry peer = {.id = run->peer_id, .is_paired = true};
    memcpy(peer.key, run->peer_key, sizeof peer.key);
    return peer;
}

bool pair_peer_fits(const struct keyring *k, const struct dsb_trust_entry *peer, struct error *e)
{
    const struct dsb_trust_entry *same_key = dsb_trust_store_find_key(&k->trust, peer->key);
    if (dsb_trust_store_has(&k->trust, &peer->id, peer->key))
        return true;
    if (dsb_trust_store_find_id(&k->trust, &peer->id) != NULL)
        return error_set(e, EXIT_CONFIG,
                         "%.*s is trusted with another key: if it has a new one, remove the old "
                         "(dsoftbus trust remove %.*s) and pair again",
                         peer->id.len, peer->id.text, peer->id.len, peer->id.text);
    if (same_key != NULL)
        return error_set(e, EXIT_CONFIG, "the key of %.*s is trusted as %.*s: one of them is wrong",
                         peer->id.len, peer->id.text, same_key->id.len, same_key->id.text);
    return true;
}

/* The directory's lock is held by the caller's *lock. */
static bool trust_locked(struct keyring *k, const struct dsb_trust_entry *peer, struct error *e)
{
    char line[DSB_TRUST_LINE_MAX];
    if (!keyring_reload(k, e) || !pair_peer_fits(k, peer, e))
        return false;
    if (dsb_trust_store_find_id(&k->trust, &peer->id) == NULL &&
        !keyring_append_trust(k, line, dsb_trust_entry_format(line, peer), e))
        return false;
    if (unlinkat(k->dir.fd, PENDING_FILE, 0) != 0 && errno != ENOENT)
        return error_set(e, EXIT_LOCAL, "%s/%s: %s", k->dir.path, PENDING_FILE, strerror(errno));
    return true;
}

bool pair_peer_trust(struct keyring *k, const struct dsb_trust_entry *peer, const struct options *o,
                     struct error *e)
{
    struct confdir lock;
    if (!confdir_open(&lock, o->dir, e))
        return false;
    bool ok = confdir_lock(&lock, e) && trust_locked(k, peer, e);
    confdir_close(&lock);
    if (ok && !o->quiet)
        (void)printf("paired with %.*s\n", peer->id.len, peer->id.text);
    return ok;
}

bool pair_pending_write(const struct keyring *k, const struct dsb_trust_entry *peer,
                        const struct options *o, struct error *e)
{
    char text[sizeof DSB_TRUST_HEADER + DSB_TRUST_LINE_MAX];
    struct confdir lock;
    size_t header_len = sizeof DSB_TRUST_HEADER - 1;
    memcpy(text, DSB_TRUST_HEADER, header_len);
    size_t len = header_len + dsb_trust_entry_format(text + header_len, peer);
    if (!confdir_open(&lock, o->dir, e))
        return false;
    bool ok = confdir_lock(&lock, e) &&
              confdir_write(&k->dir, PENDING_FILE, text, len, CONFDIR_REPLACE, e);
    confdir_close(&lock);
    return ok;
}

bool pair_pending_read(const struct keyring *k, struct dsb_trust_entry *peer, struct error *e)
{
    char text[sizeof DSB_TRUST_HEADER + DSB_TRUST_LINE_MAX];
    struct dsb_trust_store one;
    struct dsb_text_error at;
    size_t len;
    if (!confdir_exists(&k->dir, PENDING_FILE))
        return error_set(e, EXIT_CONFIG, "%s: no pairing broke off, nothing to finish",
                         k->dir.path);
    if (!confdir_read(&k->dir, PENDING_FILE, text, sizeof text, &len, e))
        return false;
    dsb_trust_store_init(&one, peer, 1);
    if (dsb_trust_store_parse(&one, &k->identity, text, len, &at) != DSB_OK || one.count != 1)
        return error_set(e, EXIT_CONFIG, "%s/%s: not a pending peer (delete it, and pair again)",
                         k->dir.path, PENDING_FILE);
    return true;
}
