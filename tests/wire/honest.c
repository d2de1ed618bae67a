/* SPDX-License-Identifier: Apache-2.0 */
/* A client of the honest station's own netstackd: the control connection, and one engine per
 * session. */
#include "honest.h"

#include "dsoftbus/announce.h"
#include "noise/crypto.h"
#include "tests/os/system/modes.h"
#include "wire.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define DEVICE_ID      "device.test"
#define BADGE          1
#define BOOT_MS_MAX    300000
#define DIAL_AGAIN_MS  250
#define ORDER_MS_MAX   120000
#define SESSION_MS_MAX 60000
#define ANSWER_LEN     5
#define FILE_LEN_MAX   4096
#define TRUST_MAX      8

uint32_t honest_session_count;
uint64_t honest_longest_ms;

static struct net_client client;
static net_handle control;
static struct dsb_identity_file identity_file;
static struct dsb_identity identity;
static struct dsb_trust_entry trust_entries[TRUST_MAX];
static struct dsb_trust_store trust;
static struct dsb_local local;
static struct dsb_device_id device;

static size_t read_file(const char *folder, const char *name, char text[FILE_LEN_MAX])
{
    char path[4096];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    wire_must(file != NULL, path);
    size_t len = fread(text, 1, FILE_LEN_MAX, file);
    (void)fclose(file);
    return len;
}

void honest_start(const char *identities)
{
    char text[FILE_LEN_MAX];
    struct dsb_text_error error;

    wire_must(noise_init() == 0, "crypto");
    size_t len = read_file(identities, "host.identity", text);
    wire_must(dsb_identity_parse(&identity_file, text, len, &error) == DSB_OK &&
                  dsb_identity_init(&identity, &identity_file) == DSB_OK,
              "host.identity");
    len = read_file(identities, "host.trust", text);
    dsb_trust_store_init(&trust, trust_entries, TRUST_MAX);
    wire_must(dsb_trust_store_parse(&trust, &identity, text, len, &error) == DSB_OK, "host.trust");
    wire_must(dsb_device_id_set(&device, DEVICE_ID, strlen(DEVICE_ID)) == DSB_OK, DEVICE_ID);
    local = (struct dsb_local){.identity = &identity,
                               .trust = &trust,
                               .recv_max = 2048,
                               .streams = {.window = HONEST_TALK_MAX}};
    wire_must(net_attach(&client, BADGE, BADGE) == NET_OK, "attach");
}

/* --- orders --- */

static enum net_status dial(uint16_t port, net_handle *stream)
{
    const struct net_address to = {.ipv4 = WIRE_DEVICE_IPV4, .port = port};
    enum net_status status = net_connect(&client, &to, stream);
    size_t len;

    wire_must(status == NET_OK, "connect");
    while ((status = net_write(&client, *stream, NULL, 0, &len)) == NET_WOULD_BLOCK)
        wire_pump(DIAL_AGAIN_MS);
    return status;
}

void honest_connect(void)
{
    uint64_t begin_ms = wire_now_ms();

    while (dial(SELFTEST_WIRE_PORT_FIRST + SELFTEST_WIRE_CONTROL, &control) != NET_OK) {
        wire_must(wire_now_ms() - begin_ms < BOOT_MS_MAX, "the machine does not boot");
        wire_must(net_close(&client, control) == NET_OK, "close");
        for (uint64_t again_ms = wire_now_ms() + DIAL_AGAIN_MS; wire_now_ms() < again_ms;)
            wire_pump(DIAL_AGAIN_MS);
    }
}

uint32_t honest_order(const char *format, ...)
{
    char line[80];
    uint8_t answer[ANSWER_LEN];
    size_t len = 0, got_len = 0;
    uint64_t begin_ms = wire_now_ms();
    va_list args;

    va_start(args, format);
    (void)vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    strcat(line, "\n");
    wire_must(net_write(&client, control, line, strlen(line), &len) == NET_OK &&
                  len == strlen(line),
              "order");
    while (got_len < ANSWER_LEN) {
        wire_pump(DIAL_AGAIN_MS);
        enum net_status status =
            net_read(&client, control, answer + got_len, ANSWER_LEN - got_len, &len);
        wire_must(status == NET_WOULD_BLOCK || (status == NET_OK && len > 0),
                  "the test client ended the connection");
        got_len += status == NET_OK ? len : 0;
        wire_must(wire_now_ms() - begin_ms < ORDER_MS_MAX, "no answer to an order");
    }
    return (uint32_t)answer[0] << 24 | (uint32_t)answer[1] << 16 | (uint32_t)answer[2] << 8 |
           answer[3];
}

/* --- sessions --- */

static void begin_link(struct session *session)
{
    uint8_t ephemeral[DSB_KEY_LEN];
    const struct dsb_link_buffers buffers = {session->in, sizeof session->in, session->out,
                                             sizeof session->out};

    wire_must(getrandom(ephemeral, sizeof ephemeral, 0) == (ssize_t)sizeof ephemeral, "random");
    enum dsb_reason reason =
        dsb_link_connect(&session->link, &local, &device, ephemeral, &buffers, wire_now_ms());
    wire_must(reason == DSB_REASON_NONE, dsb_reason_name(reason));
    session->is_begun = true;
}

void session_begin(struct session *session)
{
    const struct net_address to = {.ipv4 = WIRE_DEVICE_IPV4, .port = DSB_SESSION_PORT};

    session->is_begun = false;
    session->begin_ms = wire_now_ms();
    session->progress_count = 0;
    session->echo_len = 0;
    session->streams = (struct dsb_streams){.count = 0};
    wire_must(net_connect(&client, &to, &session->stream) == NET_OK, "session: connect");
}

static void read_stream(struct session *session)
{
    size_t room_len, len;
    uint8_t *room;

    while ((room = dsb_link_room(&session->link, &room_len)) != NULL && room_len > 0) {
        enum net_status status = net_read(&client, session->stream, room, room_len, &len);
        if (status == NET_WOULD_BLOCK)
            return;
        session->progress_count++;
        if (status != NET_OK || len == 0) {
            dsb_link_end_of_stream(&session->link);
            return;
        }
        dsb_link_received(&session->link, len);
    }
}

static void write_stream(struct session *session)
{
    size_t pending_len, len;
    const uint8_t *pending;

    dsb_stream_link_send(&session->streams, &session->link, wire_now_ms());
    while ((pending = dsb_link_pending(&session->link, wire_now_ms(), &pending_len)) != NULL &&
           pending_len > 0) {
        if (net_write(&client, session->stream, pending, pending_len, &len) != NET_OK)
            return;
        dsb_link_sent(&session->link, len, wire_now_ms());
    }
}

static const uint8_t said[] = {'e', 'c', 'h', 'o'};

static void begin_talk(struct session *session)
{
    const struct dsb_streams_memory memory = {&session->talk, session->talk_bytes, NULL};
    size_t len;

    wire_must(dsb_link_open(&session->link, wire_now_ms()) == DSB_OK &&
                  dsb_stream_link_begin(&session->streams, &session->link, 1, HONEST_TALK_MAX,
                                        &memory) == DSB_OK &&
                  dsb_streams_open(&session->streams, "echo", 4, &session->talk_id) == DSB_OK &&
                  dsb_streams_write(&session->streams, session->talk_id, said, sizeof said, &len) ==
                      DSB_OK &&
                  dsb_streams_finish(&session->streams, session->talk_id) == DSB_OK,
              "session: open");
}

/* Reads what came back; at its end it must be all, and the session is closed. */
static void hear_talk(struct session *session)
{
    size_t len;
    enum dsb_status status = DSB_OK;

    while (status == DSB_OK) {
        status =
            dsb_streams_read(&session->streams, session->talk_id, session->echo + session->echo_len,
                             HONEST_TALK_MAX - session->echo_len, &len);
        session->echo_len += len;
    }
    wire_must(status == DSB_ENDED || status == DSB_WOULD_BLOCK, "session: no echo");
    if (status == DSB_ENDED) {
        wire_must(session->echo_len == sizeof said && memcmp(session->echo, said, sizeof said) == 0,
                  "session: another echo");
        wire_must(dsb_link_close(&session->link) == DSB_OK, "session: close");
    }
}

/* True when there may be another event. */
static bool on_event(struct session *session)
{
    struct dsb_link_event event = dsb_link_next_event(&session->link, wire_now_ms());

    dsb_stream_link_receive(&session->streams, &session->link, &event);
    switch (event.type) {
    case DSB_LINK_EVENT_AUTHENTICATED:
        begin_talk(session);
        return true;
    case DSB_LINK_EVENT_STREAM:
        if (dsb_link_session(&session->link)->close == DSB_SEND_NONE)
            hear_talk(session);
        return true;
    case DSB_LINK_EVENT_FAILED:
        wire_fail(dsb_reason_name(dsb_link_reason(&session->link)));
    case DSB_LINK_EVENT_PEER_CLOSED:
        return true;
    default:
        return false; /* nothing, or the end */
    }
}

size_t honest_message_1(uint8_t *bytes, size_t room_len)
{
    static struct session session;
    size_t len = 0;

    begin_link(&session);
    wire_must(!on_event(&session), "message 1"); /* it is written when time passes */
    const uint8_t *pending = dsb_link_pending(&session.link, wire_now_ms(), &len);
    wire_must(len > 0 && len <= room_len, "message 1");
    memcpy(bytes, pending, len);
    dsb_link_end(&session.link);
    return len;
}

bool session_step(struct session *session)
{
    size_t len;
    uint64_t took_ms = wire_now_ms() - session->begin_ms;

    wire_must(took_ms < SESSION_MS_MAX, "session: it takes too long");
    if (!session->is_begun) {
        enum net_status status = net_write(&client, session->stream, NULL, 0, &len);
        if (status == NET_WOULD_BLOCK)
            return false;
        wire_must(status == NET_OK, "session: no connection");
        session->progress_count++;
        begin_link(session);
    }
    read_stream(session);
    while (on_event(session))
        ;
    write_stream(session);
    if (session->link.state != DSB_LINK_CLOSED)
        return false;
    wire_must(net_close(&client, session->stream) == NET_OK, "session: end");
    dsb_link_end(&session->link);
    session->stream = 0;
    honest_session_count++;
    if (took_ms > honest_longest_ms)
        honest_longest_ms = took_ms;
    return true;
}

void session_once(void)
{
    static struct session session;

    session_begin(&session);
    while (!session_step(&session))
        wire_pump(DIAL_AGAIN_MS);
}
