/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listening side of dsoftbus pair: a window that a person opened, a code that it shows. An
 * attempt is written down before it can succeed, three of them close the window, and the next
 * cannot open at once: guessing costs a person's patience each time.
 */
#include "node/base/clock.h"
#include "node/base/secret.h"
#include "node/cli/pair.h"
#include "node/engine/listener.h"
#include "node/store/attempts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RUNS_MAX           8 /* at once; strangers who say nothing hold a place until it is needed */
#define QR_CODE_CHARACTERS 26 /* of 32 kinds: 130 bits */
#define CODE_SIZE          (QR_CODE_CHARACTERS + 1)

struct window {
    const struct options *options;
    struct keyring *k;
    struct error *e;
    char code[CODE_SIZE];
    struct pairing runs[RUNS_MAX];
    uint64_t attempt_count;
    bool failed; /* *e says why */
    bool paired;
};

/* Each character from random bytes without a bias: 250 and 256 are multiples of 10 and 32. */
static void make_code(char out[CODE_SIZE], bool long_code)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    size_t count = long_code ? QR_CODE_CHARACTERS : DSB_PAIRING_CODE_DIGITS, i = 0;
    while (i < count) {
        uint8_t byte;
        random_bytes(&byte, 1);
        if (long_code)
            out[i++] = letters[byte % 32];
        else if (byte < 250)
            out[i++] = (char)('0' + byte % 10);
    }
    out[count] = '\0';
}

/* The address that others reach this device at, as far as it can tell: the first of an interface
 * that is up and not the loopback. */
static bool own_address(char out[INET_ADDRSTRLEN])
{
    struct ifaddrs *all;
    bool found = false;
    if (getifaddrs(&all) != 0)
        return false;
    for (const struct ifaddrs *i = all; i != NULL && !found; i = i->ifa_next) {
        struct sockaddr_in at;
        if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET ||
            (i->ifa_flags & IFF_UP) == 0 || (i->ifa_flags & IFF_LOOPBACK) != 0)
            continue;
        memcpy(&at, i->ifa_addr, sizeof at);
        found = inet_ntop(AF_INET, &at.sin_addr, out, INET_ADDRSTRLEN) != NULL;
    }
    freeifaddrs(all);
    return found;
}

/* HOST[:PORT] for the other side: where the socket listens, or the own address when that is every
 * one. */
static void place_text(const union endpoint *bound, char out[ENDPOINT_TEXT_SIZE])
{
    static const uint8_t any4[16] = {[10] = 0xff, [11] = 0xff}, any6[16] = {0};
    char address[INET_ADDRSTRLEN];
    uint8_t bytes[16];
    endpoint_address_bytes(bound, bytes);
    bool every = memcmp(bytes, any4, 16) == 0 || memcmp(bytes, any6, 16) == 0;
    if (!every)
        endpoint_format(bound, out);
    else if (own_address(address))
        (void)snprintf(out, ENDPOINT_TEXT_SIZE, "%s:%u", address, endpoint_port(bound));
    else
        (void)snprintf(out, ENDPOINT_TEXT_SIZE, "THIS-HOST:%u", endpoint_port(bound));
}

static bool show(const struct window *w, const union endpoint *bound)
{
    char place[ENDPOINT_TEXT_SIZE], text[ENDPOINT_TEXT_SIZE + CODE_SIZE + 24];
    place_text(bound, place);
    if (w->options->qr) {
        (void)snprintf(text, sizeof text, DSB_PAIRING_URI "%s/%s", place, w->code);
        if (!qr_print(text))
            return error_set(w->e, EXIT_USAGE, "--qr: this build has no libqrencode");
        (void)printf("%s\n", text);
    } else {
        (void)printf("code: %s\non the other device: dsoftbus pair %s\n", w->code, place);
    }
    (void)fflush(stdout);
    return true;
}

/* One more failure, until it turns out to be none; 0: none any more. */
static bool write_attempts(struct window *w, uint64_t failed_more)
{
    struct attempts attempts = {0, 0};
    struct confdir lock;
    if (!confdir_open(&lock, w->options->dir, w->e))
        return false;
    bool ok = confdir_lock(&lock, w->e);
    if (ok && failed_more > 0) {
        ok = attempts_read(&attempts, &w->k->dir, w->e);
        attempts.failed_count += failed_more;
        attempts.last_s = (uint64_t)time(NULL);
    }
    ok = ok && attempts_write(&attempts, &w->k->dir, w->e);
    confdir_close(&lock);
    return ok;
}

/* Every guess was had, and none is still under way. */
static bool is_used_up(const struct window *w)
{
    for (size_t i = 0; i < RUNS_MAX; i++)
        if (w->runs[i].fd >= 0 && w->runs[i].is_attempt)
            return false;
    return w->attempt_count == DSB_PAIRING_ATTEMPTS_MAX;
}

/* The guess is written down, or there was none left. */
static void count_attempt(struct window *w, struct pairing *p)
{
    if (w->attempt_count == DSB_PAIRING_ATTEMPTS_MAX) {
        pairing_end(p);
        return;
    }
    p->is_attempt = true;
    w->attempt_count++;
    w->failed = !write_attempts(w, 1);
}

static bool shut(const struct window *w)
{
    return error_set(w->e, EXIT_REJECTED,
                     "%d attempts with a wrong code: the window is shut; open another and use its "
                     "new code",
                     DSB_PAIRING_ATTEMPTS_MAX);
}

/* A failure of this side ends the window, one of the other side only its run. */
static void act(struct window *w, struct pairing *p, enum dsb_pairing_event event)
{
    struct dsb_trust_entry peer = pair_peer_of(&p->run);
    switch (event) {
    case DSB_PAIRING_EVENT_ATTEMPT:
        count_attempt(w, p);
        return;
    case DSB_PAIRING_EVENT_COMMIT:
        w->paired = pair_peer_trust(w->k, &peer, w->options, w->e) && write_attempts(w, 0);
        w->failed = !w->paired;
        return;
    case DSB_PAIRING_EVENT_FAILED:
        if (!w->options->quiet)
            (void)fprintf(stderr, "dsoftbus: an attempt failed: %s\n",
                          dsb_pairing_fault_name(p->run.fault));
        pairing_end(p);
        return;
    default:
        return;
    }
}

/* The peer proved that it knows the code, so a person wants it: what stands against it ends the
 * window with its reason, before the peer is told anything. */
static bool peer_fits(struct window *w, const struct pairing *p)
{
    struct dsb_trust_entry peer = pair_peer_of(&p->run);
    if (p->run.peer_id.len == 0)
        return true;
    w->failed = !pair_peer_fits(w->k, &peer, w->e);
    return !w->failed;
}

static void turn(struct window *w, struct pairing *p)
{
    enum dsb_pairing_event event;
    while (p->fd >= 0 && !w->failed) {
        enum pairing_read read = pairing_read(p, &event);
        if (read == PAIRING_READ_NOTHING)
            return;
        if (read == PAIRING_READ_GONE) {
            pairing_end(p);
            return;
        }
        act(w, p, event);
        if (p->fd < 0 || w->failed || !peer_fits(w, p))
            return;
        if (!pairing_flush(p) || w->paired) {
            pairing_end(p);
            return;
        }
    }
}

/* A free place, or the one that was taken first. */
static struct pairing *place_for_newcomer(struct window *w)
{
    struct pairing *oldest = &w->runs[0];
    for (size_t i = 0; i < RUNS_MAX; i++) {
        if (w->runs[i].fd < 0)
            return &w->runs[i];
        if (w->runs[i].deadline_ms < oldest->deadline_ms)
            oldest = &w->runs[i];
    }
    return oldest;
}

static void newcomer(struct window *w, int listening)
{
    int fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct pairing *p = place_for_newcomer(w);
    if (fd < 0) /* gone again, or no descriptor: the next turn tries anew */
        return;
    pairing_end(p);
    w->failed = !pairing_begin(p, fd, DSB_PAIRING_LISTENER, &w->k->identity.id,
                               w->k->identity.key.public_key, w->code, w->e);
}

static void drop_late(struct window *w, uint64_t now_ms)
{
    for (size_t i = 0; i < RUNS_MAX; i++)
        if (w->runs[i].fd >= 0 && now_ms >= w->runs[i].deadline_ms)
            pairing_end(&w->runs[i]);
}

/* Until paired, or until the window is shut: *e says by what. */
static bool serve(struct window *w, int listening)
{
    uint64_t end_ms = clock_ms() + w->options->window_ms;
    while (!w->paired && !w->failed) {
        struct pollfd polled[RUNS_MAX + 1] = {{.fd = listening, .events = POLLIN}};
        uint64_t now_ms = clock_ms();
        if (is_used_up(w))
            return shut(w);
        if (now_ms >= end_ms)
            return error_set(w->e, EXIT_NO_PEER, "nobody paired within %llu seconds",
                             (unsigned long long)w->options->window_ms / 1000);
        drop_late(w, now_ms);
        for (size_t i = 0; i < RUNS_MAX; i++)
            polled[1 + i] = (struct pollfd){.fd = w->runs[i].fd, .events = POLLIN};
        if (poll(polled, RUNS_MAX + 1, (int)(end_ms - now_ms < 1000 ? end_ms - now_ms : 1000)) < 0)
            continue; /* a signal: nothing is ready */
        for (size_t i = 0; i < RUNS_MAX; i++)
            if (polled[1 + i].revents != 0)
                turn(w, &w->runs[i]);
        if (polled[0].revents != 0)
            newcomer(w, listening);
    }
    return w->paired;
}

static bool may_open(const struct keyring *k, struct error *e)
{
    struct attempts attempts;
    if (!attempts_read(&attempts, &k->dir, e))
        return false;
    uint64_t wait_s = attempts_wait_s(&attempts, (uint64_t)time(NULL));
    if (wait_s > 0)
        return error_set(e, EXIT_REFUSED, "%llu attempts failed: wait %llu seconds and try again",
                         (unsigned long long)attempts.failed_count, (unsigned long long)wait_s);
    return true;
}

bool pair_window(const struct options *o, struct keyring *k, struct error *e)
{
    char default_listen[8];
    union endpoint bound;
    int listening;
    struct window w = {.options = o, .k = k, .e = e};
    (void)snprintf(default_listen, sizeof default_listen, ":%d", DSB_PAIRING_PORT);
    if (!may_open(k, e) ||
        !listener_open(&listening, &bound, o->listen != NULL ? o->listen : default_listen, e))
        return false;
    for (size_t i = 0; i < RUNS_MAX; i++)
        w.runs[i].fd = -1;
    make_code(w.code, o->qr);
    bool ok = show(&w, &bound) && serve(&w, listening);
    for (size_t i = 0; i < RUNS_MAX; i++)
        pairing_end(&w.runs[i]);
    close(listening);
    secret_wipe(w.code, sizeof w.code);
    return ok;
}
