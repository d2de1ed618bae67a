/* SPDX-License-Identifier: Apache-2.0 */
/* Lists to others and from others; a session knows which of them its peer has answered. */
#include "fleet.h"

#include "journal.h"
#include "kept.h"
#include "root_lists.h"

#include <stdio.h>
#include <string.h>

static struct table *table;
static const struct dsb_trust_store *trust;
static uint64_t (*now)(void);
static uint64_t seen_count; /* of the changes that were followed up */

void fleet_init(struct table *sessions, const struct dsb_trust_store *store, bool has_disk,
                uint64_t (*now_ms)(void))
{
    table = sessions;
    trust = store;
    now = now_ms;
    root_lists_init(trust);
    kept_init(trust, table->local->identity, has_disk);
    seen_count = trust->vouched->change_count;
}

/* --- to the others ---------------------------------------------------------------------------- */

static void stop_giving(struct served *served)
{
    served->session->giving.served = NULL;
    served_let_go(served);
}

/* As much as there is room for; then the end. */
static void give(struct giving *giving, struct dsb_streams *streams, uint32_t id)
{
    const char *text;
    size_t text_len = root_lists_text(giving->list, &text), written_len;

    while (giving->given_len < text_len) {
        if (dsb_streams_write(streams, id, (const uint8_t *)text + giving->given_len,
                              text_len - giving->given_len, &written_len) != DSB_OK)
            return;
        giving->given_len += written_len;
    }
    enum dsb_status status = dsb_streams_finish(streams, id);
    (void)status; /* one that is reset needs no end */
}

/* Any answer is one, also that there is no such service: the peer is not asked again. */
static void give_turn(struct served *served)
{
    struct giving *giving = &served->session->giving;
    struct dsb_streams *streams = &served->session->streams;
    const uint8_t *bytes;
    size_t len;
    enum dsb_status status;

    if (giving->serial != trust->vouched->lists[giving->list].list.serial) {
        stop_giving(served); /* there is a newer one meanwhile */
        return;
    }
    give(giving, streams, served->id);
    while ((status = dsb_streams_front(streams, served->id, &bytes, &len)) == DSB_OK)
        if (dsb_streams_took(streams, served->id, len) != DSB_OK)
            break;
    if (status == DSB_WOULD_BLOCK)
        return;
    if (served->reset_code != DSB_RESET_BUSY)
        giving->answered[giving->list] = giving->serial;
    stop_giving(served);
}

static const struct service lists_given = {.turn = give_turn};

static void begin_giving(struct session *session, size_t idx)
{
    static const char name[] = "revocations";
    struct giving *giving = &session->giving;

    giving->served = session_connect(session, &lists_given, name, sizeof name - 1);
    if (giving->served == NULL)
        return; /* the peer takes no stream for now */
    giving->list = idx;
    giving->serial = trust->vouched->lists[idx].list.serial;
    giving->given_len = 0;
    give(giving, &session->streams, giving->served->id);
}

static void give_what_is_unknown(struct session *session)
{
    const struct dsb_vouched *vouched = trust->vouched;

    for (size_t i = 0; i < vouched->list_count && session->giving.served == NULL; i++)
        if (vouched->lists[i].list.serial > session->giving.answered[i])
            begin_giving(session, i);
}

void fleet_turn(void)
{
    if (trust->vouched->change_count != seen_count) {
        seen_count = trust->vouched->change_count;
        table_recheck(table);
    }
    kept_turn(now());
    for (size_t i = 0; i < SESSION_MAX && trust->vouched->list_count != 0; i++)
        if (table->sessions[i].is_used && session_is_usable(&table->sessions[i]))
            give_what_is_unknown(&table->sessions[i]);
}

uint64_t fleet_deadline(void)
{
    return kept_deadline();
}

/* --- from the others -------------------------------------------------------------------------- */

static enum dsb_reset_code revocations_begin(const struct service *service, struct served *served)
{
    (void)service;
    return dsb_streams_accept(&served->session->streams, served->id) == DSB_OK ? DSB_RESET_NONE
                                                                               : DSB_RESET_GONE;
}

static const char *const result_words[] = {
    [LIST_TAKEN] = "taken", [LIST_KNOWN] = "known", [LIST_REFUSED] = "refused"};

static void answer(struct served *served, enum list_result result, uint64_t serial, const char *why)
{
    char line[96]; /* the longest fault has 69 bytes */
    size_t written_len;
    int len = result == LIST_REFUSED ? snprintf(line, sizeof line, "refused %s\n", why)
                                     : snprintf(line, sizeof line, "%s %llu\n",
                                                result_words[result], (unsigned long long)serial);
    struct dsb_streams *streams = &served->session->streams;
    enum dsb_status status =
        dsb_streams_write(streams, served->id, (const uint8_t *)line, (size_t)len, &written_len);

    if (status == DSB_OK)
        status = dsb_streams_finish(streams, served->id);
    (void)status; /* a peer that has reset it wants no answer */
}

/* One list in LIST_PAUSE_MS: a signature costs as much as a handshake's step. */
static enum list_result take_of_peer(struct session *session, uint64_t *serial, const char **why,
                                     uint32_t id)
{
    const uint8_t *text;
    size_t text_len;

    session->list_ms = now() + LIST_PAUSE_MS;
    *why = "too-long";
    if (dsb_streams_unread(&session->streams, id) > DSB_REVOCATIONS_TEXT_MAX)
        return LIST_REFUSED;
    *why = "empty";
    if (dsb_streams_front(&session->streams, id, &text, &text_len) != DSB_OK)
        return LIST_REFUSED;
    return root_lists_take((const char *)text, text_len, serial, why);
}

/* The stream's own window holds the longest list, so a peer that never comes to its end keeps
 * nothing but that. */
static void revocations_turn(struct served *served)
{
    struct session *session = served->session;
    struct dsb_streams *streams = &session->streams;
    uint64_t serial = 0;
    const char *why;

    if (served->reset_code == DSB_RESET_NONE && !dsb_streams_is_finished(streams, served->id) &&
        dsb_streams_unread(streams, served->id) <= DSB_REVOCATIONS_TEXT_MAX)
        return;
    if (served->reset_code == DSB_RESET_NONE && now() < session->list_ms) {
        enum dsb_status status = dsb_streams_reset(streams, served->id, DSB_RESET_BUSY);
        (void)status;
    } else if (served->reset_code == DSB_RESET_NONE) {
        enum list_result result = take_of_peer(session, &serial, &why, served->id);
        journal_list(&session->peer, result == LIST_REFUSED ? why : result_words[result], serial);
        answer(served, result, serial, why);
    }
    served_let_go(served);
}

_Static_assert(STREAM_WINDOW > DSB_REVOCATIONS_TEXT_MAX, "one that is too long is seen to be");

const struct service service_revocations = {.name = "revocations",
                                            .name_len = 11,
                                            .needs_no_right = true,
                                            .begin = revocations_begin,
                                            .turn = revocations_turn};
