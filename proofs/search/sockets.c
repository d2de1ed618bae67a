/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netstackd's facade: one client with a listener and a stream, connected or accepted, which
 * tries, is told that it would block, and sleeps until its notification; bytes, acknowledgements,
 * ends and resets come at every moment; lwIP lacks memory and has it again. Behind the streams
 * stands tcp.c.
 *
 * In each state: the client does not sleep while what it waits for is there. From each all comes to
 * an end by itself: everything written is acknowledged or its stream was reset, and nothing is
 * held.
 */
#include "facade.h"
#include "search.h"
#include "socket.h"

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

static union net_any_request request;
static union net_any_reply reply;

static uint32_t ask(uint32_t op, net_handle handle, size_t len)
{
    request.head = (struct serve_request){op, handle};
    (void)serve_dispatch(&facade, BADGE, &request, len, op == NET_OP_ATTACH ? NOTIFICATION : 0,
                         &reply);
    return reply.head.status;
}

static struct socket *socket_of(net_handle handle)
{
    return &socket_table[(handle & 0xff) - 1];
}

static void begin(void)
{
    memset(parts, 0, sizeof parts);
    notified = waits_accept = false;
    must(ask(NET_OP_ATTACH, 0, sizeof request.head) == NET_OK, "the client could not begin");
    memset(&request, 0, sizeof request);
    request.listen.backlog_count = NET_BACKLOG_MAX;
    request.listen.local.port = 1;
    must(ask(NET_OP_LISTEN, 0, sizeof request.listen) == NET_OK, "the client could not listen");
    listener = reply.head.value;
}

static void take_handle(void)
{
    struct part *part = &parts[(reply.head.value & 0xff) - 1];

    must(part->handle == 0, "a handle was given out twice");
    *part = (struct part){.handle = reply.head.value};
}

static void connect_stream(void)
{
    memset(&request, 0, sizeof request);
    request.address.address.ipv4 = 2;
    request.address.address.port = 1;
    if (ask(NET_OP_CONNECT, 0, sizeof request.address) == NET_OK)
        take_handle();
}

static void accept_stream(void)
{
    uint32_t status = ask(NET_OP_ACCEPT, listener, sizeof request.head);

    waits_accept = status == NET_WOULD_BLOCK;
    if (status == NET_OK)
        take_handle();
}

static void read_stream(struct part *part)
{
    request.read.capacity_len = CHUNK;
    request.read.reserved = 0;
    uint32_t status = ask(NET_OP_READ, part->handle, sizeof request.read);
    part->waits_read = status == NET_WOULD_BLOCK;
    part->saw_end = status == NET_OK && reply.head.value == 0;
    part->failed = part->failed || (status != NET_OK && status != NET_WOULD_BLOCK);
}

static void write_stream(struct part *part)
{
    uint32_t status = ask(NET_OP_WRITE, part->handle, sizeof request.head + CHUNK);

    part->waits_write = status == NET_WOULD_BLOCK;
    part->failed = part->failed || (status != NET_OK && status != NET_WOULD_BLOCK);
}

static void close_stream(struct part *part)
{
    must(ask(NET_OP_CLOSE, part->handle, sizeof request.head) == NET_OK, "CLOSE was refused");
    *part = (struct part){0};
}

static void be_told(const struct serve_event *event)
{
    if (event->handle == listener) {
        waits_accept = false;
        return;
    }
    struct part *part = &parts[(event->handle & 0xff) - 1];
    must(part->handle == event->handle, "READY named what the client does not have");
    if (event->events_mask & NET_EVENT_READ_MASK)
        part->waits_read = false;
    if (event->events_mask & NET_EVENT_WRITE_MASK)
        part->waits_write = false;
}

static void be_ready(void)
{
    struct serve_event events[NET_CLIENT_SOCKETS_MAX];

    notified = false;
    must(ask(NET_OP_READY, 0, sizeof request.head) == NET_OK, "READY was refused");
    memcpy(events, (const char *)&reply + sizeof reply.head, sizeof events);
    for (uint32_t i = 0; i < reply.head.value; i++)
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

    must(!part->waits_read || (ring_used_len(&socket->rx) == 0 &&
                               (state == STREAM_CONNECTING || state == STREAM_OPEN)),
         "the client sleeps, and there is something to read");
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
    const struct serve_client *client = &facade.clients[0];
    size_t n = 0;

    out[n++] = (uint8_t)(notified | waits_accept << 1 | lwip_is_short << 2);
    out[n++] = (uint8_t)(client->ready_bits | client->signal_pending << 7);
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
