/* SPDX-License-Identifier: Apache-2.0 */
/* As much of lwIP's TCP as netstackd's streams and listeners use; tcp.c stands behind it. */
#ifndef SEARCH_LWIP_TCP_H
#define SEARCH_LWIP_TCP_H

#include <lwip/err.h>
#include <lwip/ip_addr.h>
#include <stdbool.h>
#include <stdint.h>

typedef uint8_t u8_t;
typedef uint16_t u16_t;

enum { TCP_SND_QUEUELEN = 8, TCP_MSS = 4, TCP_WND = 8, TCP_SND_BUF = 4 };
enum { SOF_REUSEADDR = 4 };
#define LWIP_MIN(a, b) ((a) < (b) ? (a) : (b))

enum tcp_state {
    CLOSED,
    LISTEN,
    SYN_SENT,
    ESTABLISHED,
    CLOSE_WAIT,
    FIN_WAIT_1,
    CLOSING,
    LAST_ACK,
    TIME_WAIT
};

struct pbuf {
    struct pbuf *next;
    void *payload;
    u16_t tot_len, len;
};

struct tcp_pcb;
typedef err_t tcp_connected_fn(void *arg, struct tcp_pcb *pcb, err_t error);
typedef err_t tcp_recv_fn(void *arg, struct tcp_pcb *pcb, struct pbuf *packet, err_t error);
typedef err_t tcp_sent_fn(void *arg, struct tcp_pcb *pcb, u16_t len);
typedef err_t tcp_poll_fn(void *arg, struct tcp_pcb *pcb);
typedef void tcp_err_fn(void *arg, err_t error);

struct tcp_pcb {
    bool is_used;
    enum tcp_state state;
    void *callback_arg;
    tcp_connected_fn *connected, *accept;
    tcp_recv_fn *recv;
    tcp_sent_fn *sent;
    tcp_poll_fn *poll;
    tcp_err_fn *err;
    u16_t unacked_len; /* given by tcp_write */
    u16_t unread_len;  /* passed on, and not yet tcp_recved */
    u16_t rcv_ann_wnd; /* what the peer may send */
    bool fin_received;
    ip_addr_t local_ip, remote_ip;
    u16_t local_port, remote_port;
};

struct tcp_pcb_listen {
    void *callback_arg;
};

/* Memory for segments is short: tcp_write and tcp_shutdown fail. */
extern bool lwip_is_short;
#define LWIP_PCB_COUNT 3 /* the listener's, the stream's, one that comes and finds no place */
extern struct tcp_pcb lwip_pcbs[LWIP_PCB_COUNT];

struct tcp_pcb *tcp_new(void);
void tcp_abort(struct tcp_pcb *pcb);
err_t tcp_close(struct tcp_pcb *pcb);
err_t tcp_bind(struct tcp_pcb *pcb, const ip_addr_t *ip, u16_t port);
struct tcp_pcb *tcp_listen_with_backlog_and_err(struct tcp_pcb *pcb, u8_t backlog, err_t *error);
err_t tcp_connect(struct tcp_pcb *pcb, const ip_addr_t *ip, u16_t port,
                  tcp_connected_fn *connected);
err_t tcp_write(struct tcp_pcb *pcb, const void *bytes, u16_t len, u8_t flags);
err_t tcp_shutdown(struct tcp_pcb *pcb, int rx, int tx);
void tcp_recved(struct tcp_pcb *pcb, u16_t len);

#define ip_set_option(pcb, option)        ((void)(pcb))
#define pbuf_free(packet)                 ((void)(packet))
#define tcp_arg(pcb, arg)                 ((pcb)->callback_arg = (arg))
#define tcp_accept(pcb, function)         ((pcb)->accept = (function))
#define tcp_recv(pcb, function)           ((pcb)->recv = (function))
#define tcp_sent(pcb, function)           ((pcb)->sent = (function))
#define tcp_err(pcb, function)            ((pcb)->err = (function))
#define tcp_poll(pcb, function, interval) ((pcb)->poll = (function))
#define tcp_nagle_disable(pcb)            ((void)(pcb))
#define tcp_backlog_delayed(pcb)          ((void)(pcb))
#define tcp_backlog_accepted(pcb)         ((void)(pcb))
#define tcp_output(pcb)                   ((void)(pcb))
#define tcp_mss(pcb)                      ((void)(pcb), TCP_MSS)
#define tcp_sndbuf(pcb)                   ((u16_t)(TCP_SND_BUF - (pcb)->unacked_len))

#endif
