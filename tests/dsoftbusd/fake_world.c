/* SPDX-License-Identifier: Apache-2.0 */
/* The facade, rngd and the journal, of memory. */
#include "fake_world.h"

#include "dsoftbus/announce.h"
#include "dsoftbus/pairing.h"
#include "journal.h"
#include "rng/rng.h"
#include "serve/port.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct fake_world fake;

void fake_reset(void)
{
    memset(&fake, 0, sizeof fake);
    fake.interface =
        (struct net_interface){.ipv4 = 0x0a00020f, .netmask = 0xffffff00, .link_up = 1};
}

struct fake_stream *fake_connect(uint32_t ipv4)
{
    assert(fake.stream_count < FAKE_STREAM_COUNT);
    struct fake_stream *stream = &fake.streams[fake.stream_count++];
    stream->ipv4 = ipv4;
    stream->listener = FAKE_LISTENER;
    stream->room_len = FAKE_STREAM_MAX;
    stream->step_len = FAKE_STREAM_MAX;
    return stream;
}

struct fake_stream *fake_connect_to_pair(uint32_t ipv4)
{
    struct fake_stream *stream = fake_connect(ipv4);
    stream->listener = FAKE_PAIRING;
    return stream;
}

void fake_send(struct fake_stream *stream, const uint8_t *bytes, size_t len)
{
    assert(len <= FAKE_STREAM_MAX - stream->in_len);
    memcpy(stream->in + stream->in_len, bytes, len);
    stream->in_len += len;
}

void fake_datagram(uint32_t ipv4, uint16_t port, const uint8_t *bytes, size_t len)
{
    struct fake_datagram *datagram = &fake.in[fake.in_count++];
    assert(fake.in_count <= sizeof fake.in / sizeof fake.in[0] && len <= sizeof datagram->bytes);
    datagram->address = (struct net_address){.ipv4 = ipv4, .port = port};
    datagram->len = len;
    if (len != 0)
        memcpy(datagram->bytes, bytes, len);
}

size_t fake_count(const char *line)
{
    size_t count = 0;
    for (size_t i = 0; i < fake.line_count; i++)
        count += strcmp(fake.lines[i], line) == 0;
    return count;
}

size_t fake_find(const char *line)
{
    for (size_t i = 0; i < fake.line_count; i++)
        if (strcmp(fake.lines[i], line) == 0)
            return i;
    return FAKE_LINE_COUNT;
}

/* --- the journal ----------------------------------------------------------------------------- */

__attribute__((format(printf, 1, 2))) static void write_line(const char *format, ...)
{
    va_list args;
    assert(fake.line_count < FAKE_LINE_COUNT);
    va_start(args, format);
    (void)vsnprintf(fake.lines[fake.line_count++], FAKE_LINE_MAX, format, args);
    va_end(args);
}

void journal_bring_up_keys(void)
{
    write_line("bring-up");
}

void journal_ready(void)
{
    write_line("ready");
}

void journal_transport_up(void)
{
    write_line("up");
}

void journal_step(enum dsb_step step)
{
    write_line("step %s", dsb_step_name(step));
}

void journal_authenticated(const struct dsb_device_id *peer)
{
    write_line("auth ok %.*s", peer->len, peer->text);
}

void journal_dialled(const struct dsb_device_id *peer)
{
    write_line("dialled %.*s", peer->len, peer->text);
}

void journal_dial_failed(const struct dsb_device_id *peer, const char *why)
{
    write_line("dial failed %.*s %s", peer->len, peer->text, why);
}

void journal_session_ok(void)
{
    write_line("session ok");
}

void journal_refused(enum dsb_reason reason, const struct dsb_device_id *claim)
{
    if (claim == NULL)
        write_line("refused %s", dsb_reason_name(reason));
    else
        write_line("refused %s %.*s", dsb_reason_name(reason), claim->len, claim->text);
}

void journal_ended(enum dsb_reason reason)
{
    write_line("ended %s", dsb_reason_name(reason));
}

void journal_ended_cleanly(void)
{
    write_line("ended clean");
}

void journal_packet_ignored(const char *why, unsigned ignored_count)
{
    write_line("ignored %s %u", why, ignored_count);
}

uint64_t journal_deadline(void)
{
    return fake.journal_deadline_ms == 0 ? DSB_NO_DEADLINE : fake.journal_deadline_ms;
}

/* The test that sets the deadline has its clock stop there. */
void journal_tick(void)
{
    if (fake.journal_deadline_ms == 0 || fake.clock() < fake.journal_deadline_ms)
        return;
    fake.journal_deadline_ms = 0;
    fake.journal_told_count++;
    write_line("held lines");
}

/* --- rngd --------------------------------------------------------------------------------------
 */

enum rng_status rng_get(uint32_t endpoint_cap, uint8_t *bytes, size_t bytes_len)
{
    (void)endpoint_cap;
    bool none =
        fake.no_randomness || (fake.clock != NULL && fake.clock() < fake.no_randomness_until_ms);
    memset(bytes, none ? 0 : ++fake.ephemeral, bytes_len);
    return none ? RNG_IO : RNG_OK;
}

/* --- netstackd ---------------------------------------------------------------------------------
 */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static struct fake_stream *stream_of(net_handle handle)
{
    assert(handle >= 1 && handle <= fake.accepted_count);
    struct fake_stream *stream = &fake.streams[handle - 1];
    assert(!stream->closed && !stream->aborted);
    return stream;
}

enum net_status net_attach(struct net_client *client, uint32_t endpoint_cap,
                           uint32_t notification_cap)
{
    (void)client;
    (void)endpoint_cap;
    (void)notification_cap;
    if (fake.attach_fails_count == 0)
        return NET_OK;
    fake.attach_fails_count--;
    return NET_IO;
}

enum net_status net_listen(struct net_client *client, const struct net_address *local,
                           uint32_t backlog_count, net_handle *listener)
{
    (void)client;
    assert(backlog_count >= 1);
    if (local->port == DSB_PAIRING_PORT) {
        assert(!fake.pairing_listens);
        if (fake.pairing_port_taken)
            return NET_NO_BUFFERS;
        fake.pairing_listens = true;
        *listener = FAKE_PAIRING;
    } else {
        assert(local->port == DSB_SESSION_PORT);
        *listener = FAKE_LISTENER;
    }
    return NET_OK;
}

/* Everything may have become ready. */
enum net_status net_ready(struct net_client *client,
                          struct serve_event events[NET_CLIENT_SOCKETS_MAX], size_t *count)
{
    (void)client;
    if (fake.is_gone)
        return NET_IO;
    events[0] = (struct serve_event){.handle = FAKE_LISTENER};
    events[1] = (struct serve_event){.handle = FAKE_SOCKET};
    *count = 2;
    if (fake.pairing_listens)
        events[(*count)++] = (struct serve_event){.handle = FAKE_PAIRING};
    for (size_t i = 0; i < fake.accepted_count && *count < NET_CLIENT_SOCKETS_MAX; i++)
        events[(*count)++] = (struct serve_event){.handle = (net_handle)(i + 1)};
    return NET_OK;
}

enum net_status net_accept(struct net_client *client, net_handle listener, net_handle *stream,
                           struct net_address *remote)
{
    (void)client;
    assert(listener == FAKE_LISTENER || (listener == FAKE_PAIRING && fake.pairing_listens));
    if (fake.no_sockets)
        return NET_NO_BUFFERS;
    if (fake.accepted_count == fake.stream_count ||
        fake.streams[fake.accepted_count].listener != listener)
        return NET_WOULD_BLOCK;
    fake.streams[fake.accepted_count].accepted = true;
    *remote = (struct net_address){.ipv4 = fake.streams[fake.accepted_count].ipv4,
                                   .port = (uint16_t)(40000 + fake.accepted_count)};
    *stream = (net_handle)++fake.accepted_count;
    return NET_OK;
}

/* Streams that dsoftbusd began stand among the accepted ones, and the peer's side is the test's. */
enum net_status net_connect(struct net_client *client, const struct net_address *remote,
                            net_handle *stream)
{
    (void)client;
    assert(fake.accepted_count == fake.stream_count);
    if (fake.no_sockets || fake.stream_count == FAKE_STREAM_COUNT)
        return NET_NO_BUFFERS;
    struct fake_stream *dialled = fake_connect(remote->ipv4);
    dialled->is_dialled = true;
    dialled->port = remote->port;
    *stream = (net_handle)++fake.accepted_count;
    return NET_OK;
}

enum net_status net_read(struct net_client *client, net_handle handle, void *data,
                         size_t capacity_len, size_t *read_len)
{
    (void)client;
    struct fake_stream *stream = stream_of(handle);
    assert(capacity_len > 0);
    if (stream->reset)
        return NET_DISCONNECTED;
    size_t len = least(least(capacity_len, stream->step_len), stream->in_len);
    if (len == 0 && !stream->ended)
        return NET_WOULD_BLOCK;
    memcpy(data, stream->in, len);
    stream->in_len -= len;
    memmove(stream->in, stream->in + len, stream->in_len);
    *read_len = len;
    return NET_OK;
}

enum net_status net_write(struct net_client *client, net_handle handle, const void *data,
                          size_t data_len, size_t *written_len)
{
    (void)client;
    struct fake_stream *stream = stream_of(handle);
    if (stream->reset)
        return NET_DISCONNECTED;
    size_t len = least(least(data_len, stream->step_len), stream->room_len);
    if (len == 0)
        return NET_WOULD_BLOCK;
    assert(len <= FAKE_STREAM_MAX - stream->out_len);
    memcpy(stream->out + stream->out_len, data, len);
    stream->out_len += len;
    stream->room_len -= len;
    *written_len = len;
    return NET_OK;
}

enum net_status net_close(struct net_client *client, net_handle handle)
{
    (void)client;
    if (handle == FAKE_PAIRING) {
        assert(fake.pairing_listens);
        fake.pairing_listens = false;
        return NET_OK;
    }
    stream_of(handle)->closed = true;
    write_line("close");
    return NET_OK;
}

enum net_status net_abort(struct net_client *client, net_handle handle)
{
    (void)client;
    stream_of(handle)->aborted = true;
    write_line("abort");
    return NET_OK;
}

enum net_status net_get_interface(struct net_client *client, struct net_interface *interface)
{
    (void)client;
    if (fake.no_interface)
        return NET_IO;
    *interface = fake.interface;
    return NET_OK;
}

enum net_status net_udp_bind(struct net_client *client, const struct net_address *local,
                             net_handle *socket)
{
    (void)client;
    assert(local->port == DSB_DISCOVERY_PORT);
    *socket = FAKE_SOCKET;
    return NET_OK;
}

enum net_status net_send_to(struct net_client *client, net_handle socket,
                            const struct net_address *remote, const void *data, size_t data_len)
{
    (void)client;
    assert(socket == FAKE_SOCKET && fake.out_count < sizeof fake.out / sizeof fake.out[0]);
    struct fake_datagram *datagram = &fake.out[fake.out_count++];
    datagram->address = *remote;
    datagram->len = data_len;
    memcpy(datagram->bytes, data, data_len);
    write_line("send to %u", remote->port);
    return NET_OK;
}

enum net_status net_receive_from(struct net_client *client, net_handle socket,
                                 struct net_address *remote, void *data, size_t capacity_len,
                                 size_t *read_len)
{
    (void)client;
    assert(socket == FAKE_SOCKET);
    if (fake.in_taken == fake.in_count)
        return NET_WOULD_BLOCK;
    const struct fake_datagram *datagram = &fake.in[fake.in_taken++];
    if (datagram->len > capacity_len)
        return NET_MALFORMED;
    memcpy(data, datagram->bytes, datagram->len);
    *remote = datagram->address;
    *read_len = datagram->len;
    return NET_OK;
}

void journal_service_refused(const struct dsb_device_id *peer, const char *service,
                             size_t service_len, enum dsb_reset_code code)
{
    write_line("service refused %.*s %.*s %d", peer->len, peer->text, (int)service_len, service,
               (int)code);
}

void journal_list(const struct dsb_device_id *peer, const char *outcome, uint64_t serial)
{
    write_line("list %s %llu %.*s", outcome, (unsigned long long)serial, peer->len, peer->text);
}

/* The loop's port but for its wait: applications are the test's. */
void serve_port_signal(uint32_t capability)
{
    fake.signal_count++;
    fake.signalled = capability;
}

void serve_port_drop(uint32_t capability)
{
    (void)capability;
}

void serve_port_reply(struct serve *serve)
{
    (void)serve;
}

const char *net_status_name(enum net_status status)
{
    return status == NET_OK ? "ok" : "failed";
}
