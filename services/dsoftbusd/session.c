/* SPDX-License-Identifier: Apache-2.0 */
/* Events of streams to services. */
#include "session.h"

#include "journal.h"

#include <string.h>

enum dsb_status session_begin(struct session *session, const struct dsb_link *link,
                              const struct dsb_trust_store *trust)
{
    const struct dsb_streams_memory memory = {session->slots, session->bytes, session->refused};

    session->trust = trust;
    session->peer = *dsb_link_peer(link);
    enum dsb_status status =
        dsb_stream_link_begin(&session->streams, link, OWN_STREAM_MAX, STREAM_SEND_CAP, &memory);
    session->is_used = status == DSB_OK;
    return status;
}

bool session_allows(const struct session *session, const struct service *service)
{
    const struct dsb_trust_entry *entry = dsb_trust_store_find_id(session->trust, &session->peer);

    return (entry != NULL && service->needs_no_right) ||
           dsb_trust_entry_allows(entry, service->name, service->name_len, service->offered_to_all);
}

void session_greet(struct session *session)
{
    if (!session->is_greeted)
        journal_session_ok();
    session->is_greeted = true;
}

static struct served *find(struct session *session, uint32_t id)
{
    for (size_t i = 0; i < SERVED_MAX; i++)
        if (session->served[i].id == id)
            return &session->served[i];
    return NULL;
}

static void refuse(struct session *session, const struct dsb_stream_event *event,
                   enum dsb_reset_code code)
{
    journal_service_refused(&session->peer, event->service, event->service_len, code);
    enum dsb_status status = dsb_streams_refuse(&session->streams, event->id, code);
    if (status != DSB_OK) /* the peer has taken it back meanwhile */
        status = dsb_streams_let_go(&session->streams, event->id);
    (void)status;
}

/* The service has it, or the code says why not. The streams' own bounds are SERVED_MAX together,
 * and a served one is freed before it is let go. */
static enum dsb_reset_code give_to_service(struct session *session,
                                           const struct dsb_stream_event *event)
{
    const struct service *service = service_find(event->service, event->service_len);
    struct served *served = find(session, 0);

    if (service == NULL)
        return DSB_RESET_NO_SUCH_SERVICE;
    if (!session_allows(session, service))
        return DSB_RESET_NOT_ALLOWED;
    if (served == NULL)
        return DSB_RESET_BUSY;
    *served = (struct served){.session = session, .id = event->id, .service = service};
    enum dsb_reset_code code = service->begin(service, served);
    if (code != DSB_RESET_NONE)
        *served = (struct served){0};
    return code;
}

static void begin_service(struct session *session, const struct dsb_stream_event *event)
{
    enum dsb_reset_code code = give_to_service(session, event);

    if (code != DSB_RESET_NONE)
        refuse(session, event, code);
}

struct served *session_connect(struct session *session, const struct service *owner,
                               const char *service, size_t service_len)
{
    struct served *served = find(session, 0);
    uint32_t id = 0;

    if (served == NULL || dsb_streams_open(&session->streams, service, service_len, &id) != DSB_OK)
        return NULL;
    *served = (struct served){.session = session, .id = id, .service = owner};
    session->wants_turn = true;
    return served;
}

bool session_is_usable(const struct session *session)
{
    return !session->streams.is_over && session->streams.config.peer_streams_max != 0;
}

bool session_is_idle(const struct session *session)
{
    return dsb_streams_own_count(&session->streams) == 0 &&
           dsb_streams_peer_count(&session->streams) == 0;
}

static void take_events(struct session *session)
{
    struct dsb_stream_event event;

    while ((event = dsb_streams_next_event(&session->streams)).type != DSB_STREAM_EVENT_NONE) {
        struct served *served = event.id != 0 ? find(session, event.id) : NULL;
        if (event.type == DSB_STREAM_EVENT_INCOMING)
            begin_service(session, &event);
        else if (served != NULL) {
            if (event.type == DSB_STREAM_EVENT_RESET)
                served->reset_code = event.code;
            served->service->turn(served);
        }
    }
}

void session_receive(struct session *session, struct dsb_link *link,
                     const struct dsb_link_event *event)
{
    dsb_stream_link_receive(&session->streams, link, event);
    take_events(session);
}

void session_seal(struct session *session, struct dsb_link *link, uint64_t now_ms)
{
    session->wants_turn = false;
    dsb_stream_link_send(&session->streams, link, now_ms);
    take_events(session); /* what was sealed made room */
}

bool session_wants_output(struct session *session)
{
    return session->wants_turn || dsb_streams_wants_output(&session->streams);
}

void session_end(struct session *session)
{
    for (size_t i = 0; i < SERVED_MAX; i++) {
        struct served *served = &session->served[i];
        if (served->id != 0 && served->service->gone != NULL)
            served->service->gone(served);
    }
    noise_wipe(session, sizeof *session);
}

void served_let_go(struct served *served)
{
    struct session *session = served->session;
    enum dsb_status status = dsb_streams_let_go(&session->streams, served->id);
    (void)status; /* it was this service's, so it is there */
    *served = (struct served){0};
    session->wants_turn = true;
}
