/* SPDX-License-Identifier: Apache-2.0 */
/* Discovery. All that comes is a stranger's word: it is bounded, filtered by where it came from,
 * and never trusted. */
#include "node/engine/discovery.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Packets read in one go, so that a flood of them does not hold up the sessions. */
#define PACKET_BURST_COUNT 32

static struct sockaddr_in at_address(in_addr_t address, uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {address}};
}

static void send_to(int fd, const struct sockaddr_in *to, const void *packet, size_t packet_len)
{
    /* Lost packets are part of UDP: whoever misses one asks again. */
    (void)!sendto(fd, packet, packet_len, MSG_NOSIGNAL, (const struct sockaddr *)to, sizeof *to);
}

static in_addr_t ipv4_of(const struct sockaddr *a)
{
    struct sockaddr_in in;
    memcpy(&in, a, sizeof in);
    return in.sin_addr.s_addr;
}

/* To the broadcast address of every interface that is up and has one. */
static void broadcast(int fd, uint16_t port, const void *packet, size_t packet_len)
{
    struct ifaddrs *all;
    if (getifaddrs(&all) != 0)
        return;
    for (struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
        bool usable = i->ifa_addr != NULL && i->ifa_addr->sa_family == AF_INET &&
                      (i->ifa_flags & (IFF_UP | IFF_BROADCAST)) == (IFF_UP | IFF_BROADCAST) &&
                      i->ifa_broadaddr != NULL;
        if (!usable)
            continue;
        struct sockaddr_in to = at_address(ipv4_of(i->ifa_broadaddr), port);
        send_to(fd, &to, packet, packet_len);
    }
    freeifaddrs(all);
}

static bool source_is_near(in_addr_t source, bool loopback_only)
{
    struct ifaddrs *all;
    bool near = dsb_query_source_is_near(ntohl(source), 0, 0);
    if (near || loopback_only || getifaddrs(&all) != 0)
        return near;
    for (struct ifaddrs *i = all; i != NULL && !near; i = i->ifa_next) {
        if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET || i->ifa_netmask == NULL)
            continue;
        near = dsb_query_source_is_near(ntohl(source), ntohl(ipv4_of(i->ifa_addr)),
                                        ntohl(ipv4_of(i->ifa_netmask)));
    }
    freeifaddrs(all);
    return near;
}

int discovery_bind(uint16_t port)
{
    const int on = 1;
    const struct sockaddr_in at = at_address(htonl(INADDR_ANY), port);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)&at, sizeof at) == 0)
        return fd;
    int fault = errno;
    close(fd);
    errno = fault;
    return -1;
}

static void tell(const struct discovery_responder *r, const struct sockaddr_in *to)
{
    uint8_t packet[DSB_ANNOUNCE_MAX];
    size_t packet_len;
    struct dsb_announce a = r->announce;
    if (r->local->attestation != NULL)
        a.attestation = *r->local->attestation;
    if (dsb_announce_encode(packet, &packet_len, &a) != DSB_PACKET_OK)
        abort(); /* every field was checked when it was read */
    if (to != NULL)
        send_to(r->fd, to, packet, packet_len);
    else
        broadcast(r->fd, r->port, packet, packet_len);
}

static void on_packet(struct discovery_responder *r, const uint8_t *packet, size_t packet_len,
                      const struct sockaddr_in *from)
{
    struct dsb_announce other;
    if (dsb_query_decode(packet, packet_len) == DSB_PACKET_OK) {
        if (source_is_near(from->sin_addr.s_addr, r->loopback_only) &&
            dsb_answer_rate_take(&r->rate, ntohl(from->sin_addr.s_addr), uv_now(r->poll.loop))) {
            r->query_count++;
            tell(r, from);
            return;
        }
    } else if (dsb_announce_decode(&other, packet, packet_len) == DSB_PACKET_OK) {
        r->announce_count++;
        return;
    }
    r->ignored_count++;
}

static void on_responder_readable(uv_poll_t *poll, int status, int events)
{
    struct discovery_responder *r = poll->data;
    uint8_t packet[DSB_ANNOUNCE_MAX + 1]; /* one more: a longer packet is seen to be too long */
    (void)status;
    (void)events;
    for (int i = 0; i < PACKET_BURST_COUNT; i++) {
        struct sockaddr_in from = {0};
        socklen_t from_len = sizeof from;
        ssize_t len =
            recvfrom(r->fd, packet, sizeof packet, 0, (struct sockaddr *)&from, &from_len);
        if (len < 0)
            return;
        on_packet(r, packet, (size_t)len, &from);
    }
}

static void on_announce_timer(uv_timer_t *timer)
{
    struct discovery_responder *r = timer->data;
    if (!r->loopback_only)
        tell(r, NULL);
}

static void add_service(struct dsb_announce *a, const char *name)
{
    struct dsb_service_name *service = &a->services[a->service_count++];
    service->len = (uint8_t)strlen(name);
    memcpy(service->text, name, service->len);
}

void discovery_respond(struct discovery_responder *r, uv_loop_t *loop, int fd,
                       const struct dsb_local *local, const union endpoint *session_at,
                       bool takes_files)
{
    struct sockaddr_in bound = {0};
    socklen_t bound_len = sizeof bound;
    memset(r, 0, sizeof *r);
    r->local = local;
    r->announce.id = local->identity->id;
    r->announce.port = endpoint_port(session_at);
    memcpy(r->announce.key, local->identity->key.public_key, sizeof r->announce.key);
    add_service(&r->announce, "echo");
    if (takes_files)
        add_service(&r->announce, "file");
    (void)getsockname(fd, (struct sockaddr *)&bound, &bound_len);
    r->port = ntohs(bound.sin_port);
    r->fd = fd;
    r->loopback_only = endpoint_is_loopback(session_at);
    dsb_answer_rate_init(&r->rate, uv_now(loop));
    if (uv_poll_init(loop, &r->poll, fd) != 0)
        abort();
    uv_timer_init(loop, &r->timer);
    r->poll.data = r;
    r->timer.data = r;
    uv_poll_start(&r->poll, UV_READABLE, on_responder_readable);
    uv_timer_start(&r->timer, on_announce_timer, 0, ANNOUNCE_EVERY_MS);
}

static void on_responder_closed(uv_handle_t *handle)
{
    struct discovery_responder *r = handle->data;
    close(r->fd);
}

void discovery_respond_stop(struct discovery_responder *r)
{
    uv_close((uv_handle_t *)&r->timer, NULL);
    uv_close((uv_handle_t *)&r->poll, on_responder_closed);
}

static void on_search_readable(uv_poll_t *poll, int status, int events)
{
    struct discovery_search *s = poll->data;
    int fd = poll == &s->poll ? s->fd : s->announce_fd;
    uint8_t packet[DSB_ANNOUNCE_MAX + 1];
    (void)status;
    (void)events;
    for (int i = 0; i < PACKET_BURST_COUNT && !uv_is_closing((uv_handle_t *)poll); i++) {
        struct dsb_announce a;
        union endpoint from = {0};
        socklen_t from_len = sizeof from;
        ssize_t len = recvfrom(fd, packet, sizeof packet, 0, &from.any, &from_len);
        if (len < 0)
            return;
        if (dsb_announce_decode(&a, packet, (size_t)len) != DSB_PACKET_OK)
            continue;
        endpoint_set_port(&from, a.port);
        s->found(s, &a, &from);
    }
}

static void ask(uv_timer_t *timer)
{
    struct discovery_search *s = timer->data;
    uint8_t query[DSB_QUERY_LEN];
    struct sockaddr_in self = at_address(htonl(INADDR_LOOPBACK), s->port);
    dsb_query_encode(query);
    send_to(s->fd, &self, query, sizeof query);
    broadcast(s->fd, s->port, query, sizeof query);
    if (s->asked != NULL)
        s->asked(s);
}

void discovery_search_ask(struct discovery_search *s, const union endpoint *at)
{
    uint8_t query[DSB_QUERY_LEN];
    dsb_query_encode(query);
    if (at->any.sa_family != AF_INET)
        return;
    struct sockaddr_in to = at_address(at->v4.sin_addr.s_addr, s->port);
    send_to(s->fd, &to, query, sizeof query);
}

void discovery_search_rest(struct discovery_search *s)
{
    uv_timer_stop(&s->timer);
}

void discovery_search_resume(struct discovery_search *s)
{
    uv_timer_start(&s->timer, ask, 0, QUERY_EVERY_MS);
}

static bool watch_socket(struct discovery_search *s, uv_loop_t *loop, uv_poll_t *poll, int fd)
{
    if (fd < 0)
        return true;
    if (uv_poll_init(loop, poll, fd) != 0)
        return false;
    poll->data = s;
    return uv_poll_start(poll, UV_READABLE, on_search_readable) == 0;
}

bool discovery_search_start(struct discovery_search *s, uv_loop_t *loop, uint16_t port,
                            struct error *e)
{
    s->port = port;
    s->fd = discovery_bind(0);
    s->announce_fd = discovery_bind(port);
    if (s->fd < 0 || !watch_socket(s, loop, &s->poll, s->fd) ||
        !watch_socket(s, loop, &s->announce_poll, s->announce_fd))
        return error_set(e, EXIT_LOCAL, "cannot search: %s", strerror(errno));
    uv_timer_init(loop, &s->timer);
    s->timer.data = s;
    discovery_search_resume(s);
    return true;
}

static void on_search_closed(uv_handle_t *handle)
{
    struct discovery_search *s = handle->data;
    int *fd = handle == (uv_handle_t *)&s->poll ? &s->fd : &s->announce_fd;
    close(*fd);
    *fd = -1;
}

void discovery_search_stop(struct discovery_search *s)
{
    if (uv_is_closing((uv_handle_t *)&s->timer))
        return;
    uv_close((uv_handle_t *)&s->timer, NULL);
    uv_close((uv_handle_t *)&s->poll, on_search_closed);
    if (s->announce_fd >= 0)
        uv_close((uv_handle_t *)&s->announce_poll, on_search_closed);
}

bool discovery_believes(struct dsb_hearsay *hearsay, const struct dsb_local *local,
                        const struct dsb_announce *announce, const union endpoint *at,
                        uint64_t now_ms, enum dsb_vouched_result *why)
{
    enum dsb_announce_standing standing = dsb_announce_standing(local->trust, announce);
    *why = DSB_VOUCHED_OK;
    if (standing != DSB_ANNOUNCE_VOUCHABLE)
        return standing == DSB_ANNOUNCE_CONSISTENT;
    *why = dsb_hearsay_take(hearsay, local->trust, local->identity, announce,
                            ntohl(at->v4.sin_addr.s_addr), now_ms);
    return *why == DSB_VOUCHED_OK;
}
