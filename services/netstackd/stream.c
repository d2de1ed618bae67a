/* SPDX-License-Identifier: Apache-2.0 */
/* TCP connections: between the client's rings and lwIP's callbacks. */
#include "stream.h"

#include "address.h"
#include "backlog.h"
#include "interface.h"
#include "platform.h"
#include <lwip/tcp.h>

enum {
    /* lwIP's coarse timer (500 ms) calls a stream back every time: it retries what lacked memory
     * and
     * ends lingering. */
    POLL_INTERVAL = 1,
    /* One call of tcp_write takes at most this many segments, whatever size the peer allows them,
     * so
     * that the call always fits lwIP's queue once that is empty. */
    WRITE_SEGMENTS_MAX = TCP_SND_QUEUELEN / 4,
    /* A blocked writer is woken when this much is free: fewer, larger writes. */
    WRITE_READY_BYTES = NET_STREAM_WINDOW_BYTES / 4,
    NS_PER_MS = 1000000,
};
_Static_assert(TCP_WND <= NET_STREAM_WINDOW_BYTES, "what the window admits has room in the ring");

/* lwIP forgets the socket; the pcb lives on by itself, or is freed by the caller. */
static struct tcp_pcb *detach(struct socket *socket)
{
    struct tcp_pcb *pcb = socket->stream.pcb;

    socket->stream.pcb = NULL;
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_err(pcb, NULL);
    tcp_poll(pcb, NULL, 0);
    return pcb;
}

/* The only way a stream's slot becomes free: no queue and no pcb refers to it any more. */
static void release(struct socket *socket)
{
    if (socket->stream.listener != NULL)
        backlog_remove(&socket->stream.listener->listener, socket);
    interface_forget(socket->tx.bytes, socket->tx.size_len);
    serve_free(&socket->object);
}

void stream_abort(struct socket *socket)
{
    if (socket->stream.pcb != NULL)
        tcp_abort(detach(socket));
    release(socket);
}

/* Gives lwIP what the client wrote, as far as lwIP takes it. */
static void push(struct socket *socket)
{
    struct stream *stream = &socket->stream;

    while (stream->given_pos != socket->tx.put_pos) {
        uint32_t len =
            ring_piece_len(&socket->tx, stream->given_pos, socket->tx.put_pos - stream->given_pos);
        uint32_t segments_len = (uint32_t)tcp_mss(stream->pcb) * WRITE_SEGMENTS_MAX;
        len = LWIP_MIN(len, LWIP_MIN(segments_len, tcp_sndbuf(stream->pcb)));
        if (len == 0 || tcp_write(stream->pcb, ring_at(&socket->tx, stream->given_pos), (u16_t)len,
                                  0) != ERR_OK)
            break;
        stream->given_pos += len;
    }
    tcp_output(stream->pcb);
}

/* Something to read, or none to come. The client may have been told would-block, or have seen an
 * empty ring itself; what it sees changes before it is asked whether it waits. */
static void tell_reader(struct socket *socket, bool is_open)
{
    struct net_stream_positions *positions = socket_positions(socket);

    ring_tell_put(&socket->rx);
    __atomic_store_n(&positions->in_is_open, is_open, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&positions->in_is_wanted, __ATOMIC_SEQ_CST) != 0) {
        positions->in_is_wanted = 0;
        serve_would_block(&socket->object, NET_EVENT_READ_MASK);
    }
    serve_happened(&socket->object, NET_EVENT_READ_MASK);
}

/* What the client has read makes room in the window. While the peer can send a segment, that is
 * soon enough when one comes; when it cannot, none may ever come. */
static void hear_reader(struct socket *socket)
{
    struct tcp_pcb *pcb = socket->stream.pcb;
    uint32_t len = ring_hear_got(&socket->rx);

    if (pcb == NULL)
        return;
    if (len > 0)
        tcp_recved(pcb, (u16_t)len);
    socket_positions(socket)->in_is_short = pcb->rcv_ann_wnd < tcp_mss(pcb);
}

/* Bytes, then FIN, then the peer's acknowledgement; what remains after that (TIME-WAIT and the
 * like) refers to nothing of ours, and lwIP reclaims it when it needs the memory. */
static void linger(struct socket *socket)
{
    struct stream *stream = &socket->stream;

    push(socket);
    if (stream->given_pos != socket->tx.put_pos)
        return;
    if (!stream->fin_given) {
        if (tcp_shutdown(stream->pcb, 0, 1) != ERR_OK)
            return;
        stream->fin_given = true;
    }
    enum tcp_state state = stream->pcb->state;
    if (ring_used_len(&socket->tx) == 0 &&
        (state == TIME_WAIT || state == CLOSING || state == LAST_ACK)) {
        detach(socket);
        release(socket);
    }
}

/* lwIP's callbacks. `arg` is the socket; a pcb without a socket has no callbacks. */

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t error)
{
    struct socket *socket = arg;

    (void)pcb;
    (void)error; /* lwIP passes ERR_OK only */
    socket->stream.state = STREAM_OPEN;
    socket_positions(socket)->in_is_open = 1;
    serve_happened(&socket->object, NET_EVENT_WRITE_MASK);
    return ERR_OK;
}

static err_t on_received(void *arg, struct tcp_pcb *pcb, struct pbuf *packet, err_t error)
{
    struct socket *socket = arg;

    (void)pcb;
    (void)error;
    if (socket->stream.state == STREAM_LINGERING) {
        if (packet == NULL) {
            linger(socket);
            return ERR_OK;
        }
        pbuf_free(packet); /* bytes that nobody will read: the peer is told by a reset */
        stream_abort(socket);
        return ERR_ABRT;
    }
    if (packet == NULL) {
        socket->stream.state = STREAM_ENDED;
    } else {
        hear_reader(socket);
        if (packet->tot_len > ring_free_len(&socket->rx))
            return ERR_MEM; /* beyond the window; lwIP offers it again */
        for (const struct pbuf *part = packet; part != NULL; part = part->next)
            ring_put(&socket->rx, part->payload, part->len);
        pbuf_free(packet);
    }
    tell_reader(socket, packet != NULL);
    return ERR_OK;
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t len)
{
    struct socket *socket = arg;

    (void)pcb;
    socket->tx.got_pos += len; /* of whole segments: lwIP refers to none of these bytes any more */
    ring_tell_got(&socket->tx);
    if (socket->stream.state == STREAM_LINGERING) {
        linger(socket);
        return ERR_OK;
    }
    push(socket);
    if (ring_free_len(&socket->tx) >= WRITE_READY_BYTES)
        serve_happened(&socket->object, NET_EVENT_WRITE_MASK);
    return ERR_OK;
}

static err_t on_poll(void *arg, struct tcp_pcb *pcb)
{
    struct socket *socket = arg;

    (void)pcb;
    if (socket->stream.state != STREAM_LINGERING) {
        push(socket);
    } else if (platform_now_ns() >= socket->stream.linger_end_ns) {
        stream_abort(socket);
        return ERR_ABRT;
    } else {
        linger(socket);
    }
    return ERR_OK;
}

/* The pcb is gone already. */
static void on_error(void *arg, err_t error)
{
    struct socket *socket = arg;
    struct stream *stream = &socket->stream;

    stream->pcb = NULL;
    if (stream->state == STREAM_LINGERING || stream->listener != NULL) {
        release(socket); /* nobody has a handle to be told by */
        return;
    }
    if (error != ERR_RST)
        stream->failure = NET_TIMED_OUT;
    else
        stream->failure = stream->state == STREAM_CONNECTING ? NET_NOT_CONNECTED : NET_DISCONNECTED;
    stream->state = STREAM_FAILED;
    tell_reader(socket, false);
    serve_happened(&socket->object, NET_EVENT_WRITE_MASK);
}

static void attach(struct socket *socket, struct tcp_pcb *pcb, enum stream_state state)
{
    socket->stream = (struct stream){.state = state, .pcb = pcb};
    tcp_arg(pcb, socket);
    tcp_recv(pcb, on_received);
    tcp_sent(pcb, on_sent);
    tcp_err(pcb, on_error);
    tcp_poll(pcb, on_poll, POLL_INTERVAL);
    tcp_nagle_disable(pcb); /* the ring gathers small writes while lwIP is busy */
}

void stream_adopt(struct socket *socket, struct socket *listener, struct tcp_pcb *pcb)
{
    attach(socket, pcb, STREAM_OPEN);
    socket_positions(socket)->in_is_open = 1;
    socket->stream.listener = listener;
    tcp_backlog_delayed(pcb); /* it counts until the client accepts it */
}

void stream_accepted(struct socket *socket)
{
    backlog_remove(&socket->stream.listener->listener, socket);
    socket->stream.listener = NULL;
    tcp_backlog_accepted(socket->stream.pcb);
}

enum net_status stream_connect(struct serve_client *client, const struct net_address *remote,
                               struct socket **stream)
{
    struct socket *socket = socket_allocate(client, SOCKET_STREAM);
    if (socket == NULL)
        return NET_NO_BUFFERS;
    struct tcp_pcb *pcb = tcp_new();
    if (pcb == NULL) {
        serve_free(&socket->object);
        return NET_NO_BUFFERS;
    }
    attach(socket, pcb, STREAM_CONNECTING);
    ip_addr_t ip = address_to_lwip(remote->ipv4);
    err_t error = tcp_connect(pcb, &ip, remote->port, on_connected);
    if (error != ERR_OK) {
        stream_abort(socket);
        return status_from_lwip(error);
    }
    serve_would_block(&socket->object, NET_EVENT_WRITE_MASK);
    *stream = socket;
    return NET_OK;
}

enum net_status stream_read(struct socket *socket, uint32_t *waiting_len)
{
    const struct stream *stream = &socket->stream;

    hear_reader(socket);
    *waiting_len = ring_used_len(&socket->rx);
    if (*waiting_len > 0 || stream->state == STREAM_ENDED)
        return NET_OK;
    if (stream->state == STREAM_FAILED)
        return stream->failure;
    return serve_would_block(&socket->object, NET_EVENT_READ_MASK);
}

enum net_status stream_write(struct socket *socket, bool has_more)
{
    const struct stream *stream = &socket->stream;

    if (stream->state == STREAM_FAILED)
        return stream->failure;
    if (stream->state == STREAM_CONNECTING)
        return serve_would_block(&socket->object, NET_EVENT_WRITE_MASK);
    if (ring_hear_put(&socket->tx) > 0)
        push(socket);
    else if (has_more && ring_free_len(&socket->tx) == 0)
        return serve_would_block(&socket->object, NET_EVENT_WRITE_MASK);
    return NET_OK;
}

void stream_close(struct socket *socket)
{
    struct stream *stream = &socket->stream;
    bool established = stream->state == STREAM_OPEN || stream->state == STREAM_ENDED;

    hear_reader(socket);
    if (!established || ring_used_len(&socket->rx) > 0) {
        stream_abort(socket);
        return;
    }
    serve_end_handle(&socket->object);
    stream->state = STREAM_LINGERING;
    stream->linger_end_ns = platform_now_ns() + (uint64_t)NET_LINGER_MS * NS_PER_MS;
    linger(socket);
}

enum net_status stream_local_address(const struct socket *socket, struct net_address *address)
{
    const struct stream *stream = &socket->stream;

    if (stream->pcb == NULL)
        return stream->failure;
    *address = address_from_lwip(&stream->pcb->local_ip, stream->pcb->local_port);
    return NET_OK;
}

enum net_status stream_remote_address(const struct socket *socket, struct net_address *address)
{
    const struct stream *stream = &socket->stream;

    if (stream->pcb == NULL)
        return stream->failure;
    *address = address_from_lwip(&stream->pcb->remote_ip, stream->pcb->remote_port);
    return NET_OK;
}
