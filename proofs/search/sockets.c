/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netstackd's facade and its client's side: one client with a listener and a stream, connected or
 * accepted, which tries, hears or sees that it would block, and sleeps until its notification;
 * bytes, acknowledgements, ends and resets come at every moment; lwIP lacks memory and has it
 * again. Behind the streams stands tcp.c.
 *
 * In each state: the client does not sleep while what it waits for is there, nor while its peer
 * could send nothing. From each all comes to an end by itself: everything written is acknowledged
 * or its stream was reset, and nothing is held.
 */
#include "facade.h"
#include "platform.h"
#include "search.h"
#include "socket.h"

#include "call/transport.h"
#include "netfacade/memory.h"
#include "netfacade/netfacade.h"
#include "serve/port.h"

#include <lwip/tcp.h>
#include <stdio.h>
#include <string.h>

#define NOTIFICATION 7 /* as a capability */
#define BADGE        1
#define CHUNK        4 /* bytes of a write, a packet, an acknowledgement */
#define WRITE_READY  (NET_STREAM_WINDOW_BYTES / 4) /* so much is free: a sleeping writer is told */

extern struct serve facade;

/* What the client knows of a stream: at the place of the socket. */
struct part {
    net_handle handle; /* 0: none */
    bool waits_read, waits_write;
    bool saw_end, failed;
};

static struct part parts[NET_CLIENT_SOCKETS_MAX];
static net_handle listener;
static bool waits_accept, notified;
static bool is_ending; /* nothing begins any more; and no peer ends, until */
static bool peer_ends;
static const char *fault;

static void must(bool holds, const char *what)
{
    if (!holds && fault == NULL)
        fault = what;
}

void serve_port_signal(uint32_t capability)
{
    notified = capability == NOTIFICATION;
}

void serve_port_drop(uint32_t capability)
{
    (void)capability;
}

static uint32_t no_random(void)
{
    return 7;
}

/* --- the client ------------------------------------------------------------------------------- */

static struct net_client client;

/* Of the two sockets alone: each state is begun by a copy of all memory. */
static _Alignas(64) uint8_t shared[offsetof(struct net_shared, bytes) +
                                   NET_CLIENT_SOCKETS_MAX * sizeof(struct net_stream_bytes)];

struct net_shared *platform_shared(uint32_t client_number, uint32_t *capability)
{
    *capability = 1 + client_number;
    return (struct net_shared *)(void *)shared;
}

struct net_shared *net_memory_map(uint32_t capability)
{
    (void)capability;
    return (struct net_shared *)(void *)shared;
}

void net_memory_unmap(struct net_shared *memory)
{
    (void)memory;
}

enum transport_result transport_call(const struct transport_message *message, size_t *reply_len)
{
    *reply_len = serve_dispatch(&facade, message->endpoint_cap, message->request,
                                message->request_len, message->capability, message->reply);
    if (message->given != NULL)
        *message->given = facade.given;
    return TRANSPORT_ANSWERED;
}

static struct socket *socket_of(net_handle handle)
{
    return &socket_table[(handle & 0xff) - 1];
}

static void begin(void)
{
    const struct net_address here = {.port = 1};

    memset(parts, 0, sizeof parts);
    notified = waits_accept = false;
    must(net_attach(&client, BADGE, NOTIFICATION) == NET_OK, "the client could not begin");
    must(net_listen(&client, &here, NET_BACKLOG_MAX, &listener) == NET_OK,
         "the client could not listen");
}

static void take(net_handle handle)
{
    struct part *part = &parts[net_place(handle)];

    must(part->handle == 0, "a handle was given out twice");
    *part = (struct part){.handle = handle};
}

static void connect_stream(void)
{
    const struct net_address there = {.ipv4 = 2, .port = 1};
    net_handle handle;

    if (net_connect(&client, &there, &handle) == NET_OK)
        take(handle);
}

static void accept_stream(void)
{
    net_handle handle;

    enum net_status status = net_accept(&client, listener, &handle, NULL);
    waits_accept = status == NET_WOULD_BLOCK;
    if (status == NET_OK)
        take(handle);
}

static void read_stream(struct part *part)
{
    uint8_t bytes[CHUNK];
    size_t len;

    enum net_status status = net_read(&client, part->handle, bytes, sizeof bytes, &len);
    part->waits_read = status == NET_WOULD_BLOCK;
    part->saw_end = status == NET_OK && len == 0;
    part->failed = part->failed || (status != NET_OK && status != NET_WOULD_BLOCK);
}

static void write_stream(struct part *part)
{
    static const uint8_t bytes[CHUNK];
    size_t len;

    enum net_status status = net_write(&client, part->handle, bytes, sizeof bytes, &len);
    part->waits_write = status == NET_WOULD_BLOCK;
    part->failed = part->failed || (status != NET_OK && status != NET_WOULD_BLOCK);
}

static void close_stream(struct part *part)
{
    must(net_close(&client, part->handle) == NET_OK, "CLOSE was refused");
    *part = (struct part){0};
}

static void be_told(const struct serve_event *event)
{
    if (event->handle == listener) {
        waits_accept = false;
        return;
    }
    struct part *part = &parts[net_place(event->handle)];
    must(part->handle == event->handle, "READY named what the client does not have");
    if (event->events_mask & NET_EVENT_READ_MASK)
        part->waits_read = false;
    if (event->events_mask & NET_EVENT_WRITE_MASK)
        part->waits_write = false;
}

static void be_ready(void)
{
    struct serve_event events[NET_CLIENT_SOCKETS_MAX];
    size_t count;

    notified = false;
    must(net_ready(&client, events, &count) == NET_OK, "READY was refused");
    for (size_t i = 0; i < count; i++)
        be_told(&events[i]);
}

/* --- the network ------------------------------------------------------------------------------ */

static struct tcp_pcb *listening(void)
{
    return socket_of(listener)->listener.pcb;
}

static void come_in(void)
{
    struct tcp_pcb *pcb = tcp_new();

    pcb->state = ESTABLISHED;
    if (listening()->accept(listening()->callback_arg, pcb, ERR_OK) != ERR_OK)
        tcp_abort(pcb);
}

static void arrive(struct tcp_pcb *pcb)
{
    uint8_t bytes[CHUNK] = {0};
    struct pbuf packet = {NULL, bytes, CHUNK, CHUNK};

    pcb->unread_len += CHUNK;
    pcb->rcv_ann_wnd -= CHUNK;
    must(pcb->recv(pcb->callback_arg, pcb, &packet, ERR_OK) != ERR_MEM,
         "what the window admits had no room");
}

static void end_of_peer(struct tcp_pcb *pcb)
{
    pcb->fin_received = true;
    if (pcb->state == ESTABLISHED)
        pcb->state = CLOSE_WAIT;
    else
        pcb->state = pcb->unacked_len == 0 ? TIME_WAIT : CLOSING;
    (void)pcb->recv(pcb->callback_arg, pcb, NULL, ERR_OK);
}

static void reset(struct tcp_pcb *pcb)
{
    tcp_err_fn *err = pcb->err;
    void *arg = pcb->callback_arg;

    tcp_abort(pcb);
    err(arg, ERR_RST);
}

static void acknowledge(struct tcp_pcb *pcb)
{
    pcb->unacked_len -= CHUNK;
    (void)pcb->sent(pcb->callback_arg, pcb, CHUNK);
}

/* --- steps ------------------------------------------------------------------------------------ */

enum of_pcb { UP, ARRIVE, FIN, RST, ACK, POLL, OF_PCB_COUNT };
enum of_part { READ, WRITE, CLOSE, OF_PART_COUNT };

#define FIRST_PART (LWIP_PCB_COUNT * OF_PCB_COUNT)
#define COME_IN    (FIRST_PART + NET_CLIENT_SOCKETS_MAX * OF_PART_COUNT)
#define CONNECT    (COME_IN + 1)
#define ACCEPT     (COME_IN + 2)
#define READY      (COME_IN + 3)
#define SHORT      (COME_IN + 4) /* lwIP's memory, or not any more */
#define DIE        (COME_IN + 5)
#define STEP_COUNT (COME_IN + 6)

static void of_pcb(struct tcp_pcb *pcb, enum of_pcb what)
{
    switch (what) {
    case UP:
        pcb->state = ESTABLISHED;
        (void)pcb->connected(pcb->callback_arg, pcb, ERR_OK);
        break;
    case ARRIVE:
        arrive(pcb);
        break;
    case FIN:
        end_of_peer(pcb);
        break;
    case RST:
        reset(pcb);
        break;
    case ACK:
        acknowledge(pcb);
        break;
    default: /* POLL */
        (void)pcb->poll(pcb->callback_arg, pcb);
        break;
    }
}

static void of_part(struct part *part, enum of_part what)
{
    if (what == READ)
        read_stream(part);
    else if (what == WRITE)
        write_stream(part);
    else
        close_stream(part);
}

static void step(unsigned step)
{
    static void (*const last[])(void) = {come_in, connect_stream, accept_stream, be_ready};

    if (step < FIRST_PART)
        of_pcb(&lwip_pcbs[step / OF_PCB_COUNT], (enum of_pcb)(step % OF_PCB_COUNT));
    else if (step < COME_IN)
        of_part(&parts[(step - FIRST_PART) / OF_PART_COUNT],
                (enum of_part)((step - FIRST_PART) % OF_PART_COUNT));
    else if (step < SHORT)
        last[step - COME_IN]();
    else if (step == SHORT)
        lwip_is_short = !lwip_is_short;
    else
        begin(); /* a new life: what the former had is ended */
    serve_signal(&facade);
}

static bool pcb_can(const struct tcp_pcb *pcb, enum of_pcb what)
{
    bool is_up = pcb->state >= ESTABLISHED;

    if (!pcb->is_used || pcb->state == LISTEN || pcb->callback_arg == NULL)
        return false;
    switch (what) {
    case UP:
        return pcb->state == SYN_SENT;
    case ARRIVE:
        return is_up && !is_ending && !pcb->fin_received && pcb->unread_len + CHUNK <= TCP_WND;
    case FIN:
        return is_up && !pcb->fin_received && (!is_ending || peer_ends);
    case RST:
        return !is_ending;
    case ACK:
        return pcb->unacked_len != 0;
    default: /* POLL */
        return is_up;
    }
}

static bool part_can(const struct part *part, enum of_part what)
{
    if (part->handle == 0)
        return false;
    if (what == READ)
        return !part->waits_read && !part->saw_end && !part->failed;
    if (what == WRITE)
        return !part->waits_write && !part->failed && !is_ending;
    return !is_ending || part->saw_end || part->failed;
}

static bool can(unsigned step)
{
    if (step < FIRST_PART)
        return pcb_can(&lwip_pcbs[step / OF_PCB_COUNT], (enum of_pcb)(step % OF_PCB_COUNT));
    if (step < COME_IN)
        return part_can(&parts[(step - FIRST_PART) / OF_PART_COUNT],
                        (enum of_part)((step - FIRST_PART) % OF_PART_COUNT));
    if (step == ACCEPT)
        return !waits_accept;
    if (step == READY)
        return notified;
    if (step == COME_IN)
        return !is_ending && !(lwip_pcbs[1].is_used && lwip_pcbs[2].is_used);
    return !is_ending;
}

/* --- what must hold --------------------------------------------------------------------------- */

static void check_part(const struct part *part)
{
    const struct socket *socket = socket_of(part->handle);
    enum stream_state state = socket->stream.state;

    must(!part->waits_read ||
             (socket->rx.put_pos == client.streams[net_place(part->handle)].in.got_pos &&
              (state == STREAM_CONNECTING || state == STREAM_OPEN)),
         "the client sleeps, and there is something to read");
    must(!part->waits_read || state != STREAM_OPEN || socket->stream.pcb->rcv_ann_wnd >= CHUNK,
         "the client sleeps, and its peer may send nothing");
    must(!part->waits_write || state == STREAM_CONNECTING ||
             (state != STREAM_FAILED && ring_free_len(&socket->tx) < WRITE_READY),
         "the client sleeps, and there is room");
}

static const char *wrong(void)
{
    for (unsigned i = 0; i < NET_CLIENT_SOCKETS_MAX && !notified; i++)
        if (parts[i].handle != 0)
            check_part(&parts[i]);
    must(!waits_accept || notified || socket_of(listener)->listener.waiting_count == 0,
         "the client sleeps, and a stream waits for it");
    for (unsigned i = 0; i < NET_CLIENT_SOCKETS_MAX; i++) {
        const struct socket *socket = &socket_table[i];
        must(socket->object.kind != SOCKET_STREAM || socket->stream.pcb == NULL ||
                 socket->stream.given_pos - socket->tx.got_pos == socket->stream.pcb->unacked_len,
             "lwIP and the stream count other bytes");
    }
    return fault;
}

/* Polls go on for ever: so many rounds are enough for all that a window holds. */
static void go_on(void)
{
    for (unsigned round = 0; round < 20; round++)
        for (unsigned i = 0; i < STEP_COUNT; i++)
            if (can(i))
                step(i);
}

/* First all that is written leaves, then the peer ends. */
static const char *ends(void)
{
    is_ending = true;
    lwip_is_short = false;
    go_on();
    for (unsigned i = 0; i < NET_CLIENT_SOCKETS_MAX; i++)
        must(!parts[i].waits_write, "what was written never leaves");
    peer_ends = true;
    go_on();
    must(serve_count(&facade.clients[0]) == 1, "a stream is held for ever");
    for (unsigned i = 0; i < LWIP_PCB_COUNT; i++)
        must(lwip_pcbs[i].callback_arg == NULL || lwip_pcbs[i].state == LISTEN,
             "a connection is held for ever");
    return wrong();
}

/* --- the key ---------------------------------------------------------------------------------- */

/* What the client knows of it, and says. */
static size_t add_client(const struct socket *socket, uint8_t *out)
{
    const struct net_stream *stream = &client.streams[socket->object.share_idx];
    const struct net_stream_positions *positions = socket_positions(socket);
    bool is_known = stream->handle != 0;

    out[0] = is_known ? (uint8_t)(socket->rx.put_pos - stream->in.got_pos) : 0xff;
    out[1] = is_known ? (uint8_t)(socket->tx.got_pos - stream->out.got_pos) : 0xff;
    out[2] = (uint8_t)(positions->in_is_short | positions->in_is_open << 1 |
                       positions->in_is_wanted << 2);
    return 3;
}

static size_t add_socket(unsigned place, uint8_t *out)
{
    const struct socket *socket = &socket_table[place];
    const struct part *part = &parts[place];
    size_t n = 0;

    out[n++] = (uint8_t)(socket->object.kind | socket->object.named << 4);
    out[n++] = (uint8_t)(socket->object.armed_mask | socket->object.ready_mask << 4);
    if (socket->object.kind == SOCKET_LISTENER) {
        for (unsigned i = 0; i < socket->listener.waiting_count; i++)
            out[n++] = (uint8_t)(0x80 | socket->listener.waiting[i]->object.number);
    } else if (socket->object.kind == SOCKET_STREAM) {
        out[n++] = (uint8_t)(socket->stream.state | socket->stream.fin_given << 4);
        out[n++] = socket->stream.state == STREAM_FAILED ? (uint8_t)socket->stream.failure : 0;
        out[n++] = (uint8_t)(socket->stream.pcb == NULL ? 0 : 1 + (socket->stream.pcb - lwip_pcbs));
        n += add_client(socket, out + n);
        out[n++] = (uint8_t)ring_used_len(&socket->rx);
        out[n++] = (uint8_t)ring_used_len(&socket->tx);
        out[n++] = (uint8_t)(socket->stream.given_pos - socket->tx.got_pos);
        out[n++] = (uint8_t)((part->handle != 0) | part->waits_read << 1 | part->waits_write << 2 |
                             part->saw_end << 3 | part->failed << 4);
    }
    return n;
}

static size_t key(uint8_t *out)
{
    const struct serve_client *served = &facade.clients[0];
    size_t n = 0;

    out[n++] = (uint8_t)(notified | waits_accept << 1 | lwip_is_short << 2);
    out[n++] = (uint8_t)(served->ready_bits | served->signal_pending << 7);
    for (unsigned i = 0; i < NET_CLIENT_SOCKETS_MAX; i++)
        n += add_socket(i, out + n);
    for (unsigned i = 0; i < LWIP_PCB_COUNT; i++) {
        const struct tcp_pcb *pcb = &lwip_pcbs[i];
        out[n++] = (uint8_t)(pcb->is_used | (pcb->callback_arg != NULL) << 1 | pcb->state << 2 |
                             pcb->fin_received << 6);
        out[n++] = (uint8_t)(pcb->unacked_len << 4 | pcb->unread_len);
    }
    return n;
}

static const char *name(unsigned step)
{
    static const char *const pcb_steps[] = {"up", "arrive", "fin", "rst", "ack", "poll"};
    static const char *const part_steps[] = {"read", "write", "close"};
    static const char *const last[] = {"come-in", "connect", "accept", "ready", "short", "die"};
    static char text[32];

    if (step >= COME_IN)
        return last[step - COME_IN];
    if (step >= FIRST_PART)
        (void)snprintf(text, sizeof text, "%s-%u", part_steps[(step - FIRST_PART) % OF_PART_COUNT],
                       (step - FIRST_PART) / OF_PART_COUNT);
    else
        (void)snprintf(text, sizeof text, "%s-%u", pcb_steps[step % OF_PCB_COUNT],
                       step / OF_PCB_COUNT);
    return text;
}

int main(void)
{
    serve_init(&facade, no_random);
    begin();
    return search(&(struct search_model){.step_count = STEP_COUNT,
                                         .can = can,
                                         .step = step,
                                         .wrong = wrong,
                                         .ends = ends,
                                         .key = key,
                                         .name = name});
}
