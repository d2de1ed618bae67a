/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dsoftbusd on the operating system: accepts sessions on TCP 34567, dials those that applications
 * wait for, carries streams to services and from applications, and answers discovery queries. One
 * process, one receive, the loop of lib/serve:
 *
 *     wait for an application's request, a bit of our notification, or the next deadline
 *     ask netstackd what became ready; accept; let time pass for whom a deadline came; give each
 *     ready connection its turn; then datagrams; then the request's answer
 */
#include "config.h"
#include "discovery.h"
#include "endpoint.h"
#include "fleet.h"
#include "journal.h"
#include "pairing.h"
#include "peers.h"
#include "proto/slots.h"
#include "rng/rng.h"
#include "rt/log.h"
#include "rt/process.h"
#include "rt/time.h"
#include "table.h"

/* The own announce is sent again after this long, until it was heard. */
#define SELF_ANNOUNCE_INTERVAL_MS 1000

/* netstackd may be just starting again: so often, so far apart. */
#define ATTACH_COUNT_MAX 50
#define ATTACH_AGAIN_MS  100

struct daemon {
    struct config config;
    struct net_client net;
    struct table table;
    struct discovery discovery;
    struct pairing pairing;
    net_handle listener;
    bool datagram_ready;
    bool goes_on;         /* there is more to do without waiting */
    uint64_t accept_ms;   /* when to accept, in the past: now; DSB_NO_DEADLINE: when told */
    uint64_t announce_ms; /* when the own announce is sent again; DSB_NO_DEADLINE once heard */
};

static struct daemon daemon_;

static uint64_t now_ms(void)
{
    return rt_ticks() / ABI_TICKS_PER_MS;
}

static uint64_t uptime_s(void)
{
    return now_ms() / 1000;
}

static void must_net(enum net_status status, const char *what)
{
    if (status != NET_OK)
        rt_panic(what, -(int64_t)status);
}

/* Sessions need fresh random bytes: a device that gives none is found here, not at the first peer.
 */
static void wait_for_randomness(void)
{
    uint8_t bytes[DSB_KEY_LEN];

    rng_wait("dsoftbusd", CLIENT_SLOT_RNG, bytes, sizeof bytes);
    noise_wipe(bytes, sizeof bytes);
}

/* Where handles begin: an application's of an earlier dsoftbusd mean nothing to this one. */
static uint32_t random_generation(void)
{
    uint8_t bytes[4];

    if (rng_get(CLIENT_SLOT_RNG, bytes, sizeof bytes) != RNG_OK)
        rt_panic("dsoftbusd: random bytes", -1);
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void attach(struct daemon *daemon)
{
    rt_slot signal =
        (rt_slot)rt_must(rt_cap_copy(DSOFTBUSD_SLOT_NOTIFY, ABI_RIGHT_SEND | ABI_RIGHT_GRANT,
                                     DSOFTBUSD_NETWORK_BITS),
                         "dsoftbusd: signal");
    enum net_status status = NET_IO;
    struct rt_event event;

    for (int i = 0; i < ATTACH_COUNT_MAX && status == NET_IO; i++) {
        if (i > 0)
            rt_sleep_ms(ATTACH_AGAIN_MS);
        /* What was told before concerns a netstackd that is no more. */
        (void)rt_recv(ABI_SLOT_NONE, DSOFTBUSD_SLOT_NOTIFY, NULL, 0, NULL, 0, &event);
        status = net_attach(&daemon->net, CLIENT_SLOT_NET, signal);
    }
    must_net(status, "dsoftbusd: attach");
}

static void start(struct daemon *daemon, bool pairs)
{
    const struct net_address local = {.port = DSB_SESSION_PORT};

    if (noise_init() != 0)
        rt_panic("dsoftbusd: crypto", -1);
    config_load(&daemon->config);
    wait_for_randomness();
    attach(daemon);
    table_init(&daemon->table, &daemon->config.local, &daemon->net, CLIENT_SLOT_RNG);
    must_net(net_listen(&daemon->net, &local, BACKLOG_MAX, &daemon->listener), "dsoftbusd: listen");
    must_net(discovery_init(&daemon->discovery, &daemon->net, &daemon->config.local,
                            DSB_SESSION_PORT, now_ms()),
             "dsoftbusd: discovery");
    if (pairs)
        pairing_init(&daemon->pairing, &daemon->config.identity, &daemon->config.trust,
                     &daemon->net, CLIENT_SLOT_RNG, now_ms());
    fleet_init(&daemon->table, &daemon->config.trust, pairs, now_ms);
    daemon->datagram_ready = true;
    daemon->accept_ms = now_ms();
    daemon->announce_ms = now_ms();
    service_info_init(&daemon->config.identity.id, uptime_s);
    if (!service_add(&service_echo) || !service_add(&service_info) ||
        !service_add(&service_revocations))
        rt_panic("dsoftbusd: services", -1);
    peers_init(&daemon->table, &daemon->discovery, &endpoint_listener, now_ms);
    endpoint_init(random_generation);
    journal_ready();
}

/* All sockets went with netstackd, so all sessions did; init starts us again. */
static void begin_anew(void)
{
    rt_logf("dsoftbusd: netstackd is gone, beginning anew");
    rt_exit(1);
}

/* What netstackd says became ready. */
static void ask_what_is_ready(struct daemon *daemon)
{
    struct serve_event events[NET_CLIENT_SOCKETS_MAX];
    size_t count = 0;
    if (net_ready(&daemon->net, events, &count) != NET_OK)
        begin_anew();
    for (size_t i = 0; i < count; i++)
        if (events[i].handle == daemon->listener)
            daemon->accept_ms = 0;
        else if (events[i].handle == daemon->discovery.socket)
            daemon->datagram_ready = true;
        else {
            table_ready(&daemon->table, events[i].handle);
            pairing_ready(&daemon->pairing, events[i].handle);
        }
}

/* The transport is up when the own announce came back and the port is listened on (since start). */
static void announce_to_self(struct daemon *daemon)
{
    if (daemon->announce_ms == DSB_NO_DEADLINE)
        return;
    if (daemon->discovery.is_heard) {
        daemon->announce_ms = DSB_NO_DEADLINE;
        journal_transport_up();
    } else if (daemon->announce_ms <= now_ms()) {
        discovery_announce_to_self(&daemon->discovery);
        daemon->announce_ms = now_ms() + SELF_ANNOUNCE_INTERVAL_MS;
    }
}

static void accept_newcomers(struct daemon *daemon)
{
    if (daemon->accept_ms > now_ms())
        return;
    switch (table_accept(&daemon->table, daemon->listener, now_ms())) {
    case ACCEPT_NONE_LEFT:
        daemon->accept_ms = DSB_NO_DEADLINE;
        break;
    case ACCEPT_GOES_ON:
        break;
    case ACCEPT_LATER:
        daemon->accept_ms = now_ms() + ACCEPT_RETRY_MS;
        break;
    }
}

/* One round. True when there is more to do without waiting. Connections come before datagrams: who
 * has the answer to a query knows that what it did on a stream before was seen. */
static bool turn(struct daemon *daemon)
{
    table_bound_half_open(&daemon->table, HALF_OPEN_MAX - pairing_socket_max(&daemon->pairing));
    accept_newcomers(daemon);
    bool goes_on = table_turn(&daemon->table, now_ms());
    fleet_turn();
    goes_on = peers_turn() || goes_on;
    goes_on = pairing_turn(&daemon->pairing, now_ms()) || goes_on;
    journal_tick();
    if (daemon->datagram_ready)
        daemon->datagram_ready = discovery_turn(&daemon->discovery, now_ms());
    announce_to_self(daemon);
    return goes_on || daemon->datagram_ready;
}

static uint64_t next_deadline(const struct daemon *daemon)
{
    const uint64_t deadlines_ms[] = {daemon->announce_ms,
                                     daemon->accept_ms,
                                     journal_deadline(),
                                     peers_deadline(),
                                     pairing_deadline(&daemon->pairing),
                                     fleet_deadline()};
    uint64_t deadline_ms = table_deadline(&daemon->table);

    for (size_t i = 0; i < sizeof deadlines_ms / sizeof deadlines_ms[0]; i++)
        if (deadlines_ms[i] < deadline_ms)
            deadline_ms = deadlines_ms[i];
    return deadline_ms == DSB_NO_DEADLINE ? ABI_DEADLINE_NONE : deadline_ms * ABI_TICKS_PER_MS;
}

/* --- hooks of the loop ------------------------------------------------------------------------ */

static uint64_t wake_at(void)
{
    return daemon_.goes_on ? 0 : next_deadline(&daemon_);
}

static void woken(uint64_t bits)
{
    if (bits & DSOFTBUSD_DEATH_BITS)
        begin_anew();
    ask_what_is_ready(&daemon_);
}

static void take_turn(void)
{
    daemon_.goes_on = turn(&daemon_);
}

int process_main(uint64_t arg)
{
    start(&daemon_, arg & DSOFTBUSD_PAIRS);
    bus_endpoint.endpoint = DSOFTBUSD_SLOT_BUS;
    bus_endpoint.notification = DSOFTBUSD_SLOT_NOTIFY;
    bus_endpoint.deadline = wake_at;
    bus_endpoint.woken = woken;
    bus_endpoint.turn = take_turn;
    take_turn();
    serve_run(&bus_endpoint);
}
