/* SPDX-License-Identifier: Apache-2.0 */
/* In place of the links, the trust store, the rights, the journal, and devices that are dialled. */
#include "around.h"

#include "journal.h"
#include "peers.h"
#include "rights.h"

#include <string.h>

struct session sessions[FAR_COUNT];
const char *fault;

void must(bool holds, const char *what)
{
    if (!holds && fault == NULL)
        fault = what;
}

const struct dsb_device_id ids[2] = {{1, "a"}, {1, "b"}};
static char links[FAR_COUNT]; /* nobody looks into them */
static enum dsb_record_type type_received;

struct dsb_link *link_of(unsigned which)
{
    return (struct dsb_link *)(void *)&links[which];
}

const struct dsb_device_id *dsb_link_peer(const struct dsb_link *link)
{
    return &ids[(const char *)link - links];
}

enum dsb_status dsb_stream_link_begin(struct dsb_streams *streams, const struct dsb_link *link,
                                      uint16_t own_max, uint32_t send_cap,
                                      const struct dsb_streams_memory *memory)
{
    const struct dsb_streams_config config = {.streams_max = SESSION_STREAM_MAX,
                                              .own_max = own_max,
                                              .peer_streams_max = 1,
                                              .window = STREAM_WINDOW,
                                              .peer_window = STREAM_WINDOW,
                                              .send_cap = send_cap};

    (void)link;
    return dsb_streams_init(streams, &config, memory);
}

void dsb_stream_link_receive(struct dsb_streams *streams, struct dsb_link *link,
                             const struct dsb_link_event *event)
{
    (void)link;
    must(dsb_streams_receive(streams, type_received, event->body, event->body_len) ==
             DSB_REASON_NONE,
         "a peer that keeps the rules was found to break them");
}

void dsb_stream_link_send(struct dsb_streams *streams, struct dsb_link *link, uint64_t now_ms)
{
    uint8_t body[DSB_STREAM_CONTROL_MAX];
    struct dsb_stream_record record;
    enum dsb_record_type type;
    size_t len;

    (void)now_ms;
    while ((len = dsb_streams_next_record(streams, &type, body, sizeof body)) != 0) {
        must(dsb_stream_record_parse(&record, type, body, len) == DSB_RECORD_OK, "no record");
        const char *wrong = far_hear((unsigned)((char *)link - links), &record);
        must(wrong == NULL, wrong);
    }
}

const struct dsb_trust_entry *dsb_trust_store_find_id(const struct dsb_trust_store *store,
                                                      const struct dsb_device_id *id)
{
    (void)store, (void)id;
    return NULL;
}

bool dsb_trust_entry_allows(const struct dsb_trust_entry *entry, const void *service,
                            size_t service_len, bool offered_to_all)
{
    (void)entry, (void)service, (void)service_len;
    return offered_to_all;
}

bool rights_may_publish(uint64_t badge, const char *service, size_t service_len)
{
    (void)service, (void)service_len;
    return badge == 1;
}

bool rights_may_connect(uint64_t badge, const struct dsb_device_id *device, const char *service,
                        size_t service_len)
{
    (void)badge, (void)device, (void)service, (void)service_len;
    return false;
}

bool rights_may_watch(uint64_t badge, const struct dsb_device_id *device)
{
    (void)badge, (void)device;
    return false;
}

bool peers_may_reach(const struct dsb_device_id *device)
{
    (void)device;
    return false;
}

struct session *peers_session(const struct dsb_device_id *device, size_t idx)
{
    (void)device, (void)idx;
    return NULL;
}

bool peers_dial(const struct dsb_device_id *device)
{
    (void)device;
    return false;
}

const struct dsb_device_id *peers_at(size_t idx)
{
    (void)idx;
    return NULL;
}

bool peers_is_trusted(const struct dsb_device_id *device)
{
    (void)device;
    return false;
}

void journal_session_ok(void)
{
}

void journal_service_refused(const struct dsb_device_id *peer, const char *service,
                             size_t service_len, enum dsb_reset_code code)
{
    (void)peer, (void)service, (void)service_len;
    must(code == DSB_RESET_NO_SUCH_SERVICE, "a permitted stream was refused");
}

void noise_wipe(void *data, size_t len)
{
    memset(data, 0, len);
}

void pass(unsigned which, enum far_word word)
{
    struct dsb_stream_record record = far_say(which, word);
    uint8_t body[DSB_STREAM_CONTROL_MAX];
    struct dsb_link_event event = {DSB_LINK_EVENT_STREAM, body, dsb_stream_record_len(&record)};

    dsb_stream_record_write(&record, body);
    type_received = record.type;
    session_receive(&sessions[which], link_of(which), &event);
}

void begin(unsigned which)
{
    session_end(&sessions[which]);
    far_begin(which);
    must(session_begin(&sessions[which], link_of(which), NULL) == DSB_OK, "no session");
}
