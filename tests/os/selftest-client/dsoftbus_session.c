/* SPDX-License-Identifier: Apache-2.0 */
/* The session that must come about, and the profiles in which it must not. */
#include "dsoftbus_link.h"
#include "dsoftbus_peer.h"

#include "rng/rng.h"
#include "rt/log.h"
#include "rt/time.h"
#include "stream.h"
#include "tests/os/system/modes.h"
#include "tests/os/system/slots.h"

/* Random bytes that go through the session and come back: a PING's, and a stream's. */
#define PING_LEN DSB_PING_MAX
#define ECHO_LEN 256

/* netstackd is back after this many tries, so far apart. */
#define ATTACH_COUNT_MAX 50
#define ATTACH_AGAIN_MS  100

static struct link link;

bool dsoftbus_start(struct selftest *selftest)
{
    (void)selftest;
    rt_must(rt_notify(CLIENT_SLOT_GATE), "SELFTEST: gate");
    return true;
}

/* Authenticated at both ends, and a first application record went there and back. */
static bool open_session(struct selftest *selftest)
{
    static const uint8_t first[] = {'f', 'i', 'r', 's', 't'};
    const struct net_address any = {0};
    net_handle socket;

    if (net_udp_bind(&selftest->net, &any, &socket) != NET_OK)
        return selftest_fail("query socket");
    enum dsb_reason reason = link_dial(selftest, &link, socket);
    stream_close(selftest, socket);
    if (reason != DSB_REASON_NONE)
        return selftest_fail(dsb_reason_name(reason));
    return link_echo(selftest, &link, first, sizeof first) || selftest_fail("dsoftbus first echo");
}

static bool connect_ok(struct selftest *selftest)
{
    if (!open_session(selftest))
        return false;
    rt_logf("SELFTEST: dsoftbus os connect ok");
    return true;
}

/* The one line of a run that other entropy changes: it shows that the ping's bytes are random. */
static void log_fingerprint(const uint8_t *bytes, size_t bytes_len)
{
    uint8_t hash[NOISE_CRYPTO_HASH_LEN];
    noise_blake2s(hash, bytes, bytes_len, NULL, 0);
    rt_logf("SELFTEST: dsoftbus ping fingerprint %02x%02x%02x%02x", hash[0], hash[1], hash[2],
            hash[3]);
}

static bool ping_ok(struct selftest *selftest)
{
    uint8_t ping[PING_LEN];
    uint8_t data[ECHO_LEN];

    if (!dsoftbus_random(ping, sizeof ping) || !dsoftbus_random(data, sizeof data))
        return false;
    if (!link_ping(selftest, &link, ping, sizeof ping))
        return selftest_fail("dsoftbus ping");
    if (!link_echo(selftest, &link, data, sizeof data))
        return selftest_fail("dsoftbus echo");
    log_fingerprint(ping, sizeof ping);
    rt_logf("SELFTEST: dsoftbus ping ok");
    return true;
}

bool dsoftbus_session(struct selftest *selftest)
{
    if (!connect_ok(selftest) || !ping_ok(selftest))
        return false;
    if (!link_close(selftest, &link))
        return selftest_fail("dsoftbus close");
    /* Its answer to a query comes after what it had to say of the session. */
    if (!dsoftbus_find(selftest))
        return false;
    rt_logf("SELFTEST: dsoftbus close ok");
    return true;
}

bool dsoftbus_refused(struct selftest *selftest)
{
    if (!dsoftbus_find(selftest))
        return false;
    /* Refused after message 3, without a word: the connection closes where ACCEPT would have come.
     */
    enum dsb_reason reason =
        link_connect(selftest, &link, &dsoftbus.local, &dsoftbus.target->id, &dsoftbus.address);
    if (reason != DSB_REASON_ACCEPT_TRUNCATED)
        return selftest_fail(dsb_reason_name(reason));
    rt_logf("SELFTEST: dsoftbus refused ok");
    return true;
}

bool dsoftbus_no_randomness(struct selftest *selftest)
{
    uint8_t bytes[DSB_KEY_LEN];
    (void)selftest;

    if (rng_get(CLIENT_SLOT_RNG, bytes, sizeof bytes) == RNG_OK)
        return selftest_fail("random bytes without a device");
    for (size_t i = 0; i < sizeof bytes; i++)
        if (bytes[i] != 0)
            return selftest_fail("bytes without a device");
    rt_logf("SELFTEST: no random bytes ok");
    return true;
}

/* netstackd, and every socket with it, has gone; init starts it again, and dsoftbusd too. */
static bool session_again(struct selftest *selftest)
{
    for (int i = 0; i < ATTACH_COUNT_MAX && selftest_attach(selftest) != NET_OK; i++)
        rt_sleep_ms(ATTACH_AGAIN_MS);
    if (!open_session(selftest))
        return false;
    if (!link_close(selftest, &link))
        return selftest_fail("dsoftbus close");
    rt_logf("SELFTEST: dsoftbus restart ok");
    return true;
}

bool dsoftbus_restart(struct selftest *selftest)
{
    rt_must(rt_process_kill(RESTART_SLOT_NETSTACKD), "SELFTEST: kill");
    return session_again(selftest);
}

/* The call ends when init has ended netstackd. */
bool dsoftbus_hang(struct selftest *selftest)
{
    const struct net_address address = {.ipv4 = 0, .port = SELFTEST_HANG_PORT};
    net_handle udp;

    if (net_udp_bind(&selftest->net, &address, &udp) != NET_IO)
        return selftest_fail("netstackd does not hang");
    return session_again(selftest);
}
