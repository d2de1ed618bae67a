/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The side of dsoftbus pair that was given the code. Until the peer says that it trusts this
 * device, the peer is pending: written down, trusted by nobody. If that last word is lost,
 * pair_finish asks for it by a session.
 */
#include "dsoftbus/announce.h"
#include "dsoftbus/link.h"
#include "node/base/clock.h"
#include "node/base/secret.h"
#include "node/cli/pair.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define CODE_SIZE (DSB_PAIRING_CODE_MAX + 2) /* a line feed and a NUL */

/* Reads one line; blanks and hyphens, which make digits readable, are left out. */
static bool read_code(char code[CODE_SIZE], struct error *e)
{
    char line[2 * CODE_SIZE];
    size_t len = 0;
    if (fgets(line, sizeof line, stdin) == NULL)
        return error_set(e, EXIT_USAGE, "no code on standard input");
    for (const char *at = line; *at != '\0' && *at != '\n' && len < CODE_SIZE - 1; at++)
        if (*at != ' ' && *at != '-')
            code[len++] = *at;
    code[len] = '\0';
    secret_wipe(line, sizeof line);
    if (len == 0 || len > DSB_PAIRING_CODE_MAX)
        return error_set(e, EXIT_USAGE, "a pairing code has 1 to %d characters",
                         DSB_PAIRING_CODE_MAX);
    return true;
}

/* At a terminal without an echo. */
static bool ask_code(char code[CODE_SIZE], struct error *e)
{
    struct termios shown, hidden;
    bool is_terminal = tcgetattr(STDIN_FILENO, &shown) == 0;
    if (is_terminal) {
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        (void)fprintf(stderr, "code: ");
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
    }
    bool ok = read_code(code, e);
    if (is_terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &shown);
        (void)fprintf(stderr, "\n");
    }
    return ok;
}

/* Splits a text of --qr. */
static bool split_uri(const char *text, char host[ENDPOINT_TEXT_SIZE], char code[CODE_SIZE],
                      struct error *e)
{
    const char *place = text + sizeof DSB_PAIRING_URI - 1;
    const char *slash = strchr(place, '/');
    if (slash == NULL || slash == place || (size_t)(slash - place) >= ENDPOINT_TEXT_SIZE ||
        slash[1] == '\0' || strlen(slash + 1) > DSB_PAIRING_CODE_MAX)
        return error_set(e, EXIT_USAGE,
                         "not " DSB_PAIRING_URI "HOST:PORT/CODE: copy the text whole");
    memcpy(host, place, (size_t)(slash - place));
    host[slash - place] = '\0';
    strcpy(code, slash + 1);
    return true;
}

struct dialling {
    const struct options *options;
    struct keyring *k;
    struct error *e;
    struct pairing pairing;
    struct dsb_trust_entry peer; /* with an id once it is pending */
    bool paired;
};

static bool act(struct dialling *d, enum dsb_pairing_event event)
{
    switch (event) {
    case DSB_PAIRING_EVENT_PENDING:
        d->peer = pair_peer_of(&d->pairing.run);
        return pair_peer_fits(d->k, &d->peer, d->e) &&
               pair_pending_write(d->k, &d->peer, d->options, d->e);
    case DSB_PAIRING_EVENT_COMMIT:
        d->paired = pair_peer_trust(d->k, &d->peer, d->options, d->e);
        return d->paired;
    case DSB_PAIRING_EVENT_FAILED:
        return error_set(d->e, EXIT_REJECTED, "%s", dsb_pairing_fault_name(d->pairing.run.fault));
    default:
        return true;
    }
}

/* The connection is gone, or late. Before the peer is pending nothing was kept here. */
static bool broke_off(struct dialling *d)
{
    if (d->peer.id.len > 0)
        return error_set(d->e, EXIT_BROKEN,
                         "%.*s may trust this device or not: ask it by dsoftbus pair --finish "
                         "HOST[:PORT] once its daemon runs, or pair again",
                         d->peer.id.len, d->peer.id.text);
    return error_set(d->e, EXIT_REJECTED,
                     "the other side closed the connection: the code is wrong, or its window is "
                     "shut");
}

static bool run(struct dialling *d)
{
    enum dsb_pairing_event event;
    while (!d->paired) {
        uint64_t now_ms = clock_ms();
        struct pollfd readable = {.fd = d->pairing.fd, .events = POLLIN};
        if (!pairing_flush(&d->pairing) || now_ms >= d->pairing.deadline_ms)
            return broke_off(d);
        (void)poll(&readable, 1, (int)(d->pairing.deadline_ms - now_ms));
        enum pairing_read read = pairing_read(&d->pairing, &event);
        if (read == PAIRING_READ_GONE)
            return broke_off(d);
        if (read == PAIRING_READ_EVENT && !act(d, event))
            return false;
    }
    return true;
}

bool pair_dial(const struct options *o, struct keyring *k, const char *host, struct error *e)
{
    char code[CODE_SIZE], place[ENDPOINT_TEXT_SIZE];
    struct dialling d = {.options = o, .k = k, .e = e, .pairing = {.fd = -1}};
    bool is_uri = strncmp(host, DSB_PAIRING_URI, sizeof DSB_PAIRING_URI - 1) == 0;
    bool ok = is_uri ? split_uri(host, place, code, e) : ask_code(code, e);
    int fd = ok ? pairing_dial(is_uri ? place : host, DSB_PAIRING_PORT, e) : -1;
    ok = fd >= 0 &&
         pairing_begin(&d.pairing, fd, DSB_PAIRING_DIALLER, &k->identity.id,
                       k->identity.key.public_key, code, e) &&
         run(&d);
    secret_wipe(code, sizeof code);
    pairing_end(&d.pairing);
    return ok;
}

/* Finishing */

#define FINISH_RECV_MAX 1024

struct asking {
    struct dsb_link link;
    uint8_t in[DSB_LINK_IN_MIN(FINISH_RECV_MAX)];
    uint8_t out[DSB_LINK_OUT_MIN];
};

static bool write_pending(struct asking *a, int fd)
{
    size_t len;
    const uint8_t *bytes = dsb_link_pending(&a->link, clock_ms(), &len);
    if (len == 0)
        return true;
    ssize_t put = send(fd, bytes, len, MSG_NOSIGNAL);
    if (put < 0)
        return errno == EAGAIN || errno == EINTR;
    dsb_link_sent(&a->link, (size_t)put, clock_ms());
    return true;
}

static void read_some(struct asking *a, int fd)
{
    size_t room_len;
    uint8_t *room = dsb_link_room(&a->link, &room_len);
    ssize_t got = room_len > 0 ? recv(fd, room, room_len, 0) : 0;
    if (got > 0)
        dsb_link_received(&a->link, (size_t)got);
    else if (room_len > 0 && (got == 0 || (errno != EAGAIN && errno != EINTR)))
        dsb_link_end_of_stream(&a->link);
}

/* Turns until the peer has accepted this device, or has not. */
static bool is_accepted(struct asking *a, int fd)
{
    for (;;) {
        enum dsb_link_event_type event = dsb_link_next_event(&a->link, clock_ms()).type;
        if (event == DSB_LINK_EVENT_AUTHENTICATED)
            return true;
        if (event != DSB_LINK_EVENT_NONE || !write_pending(a, fd))
            return false;
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        uint64_t deadline_ms = dsb_link_deadline(&a->link), now_ms = clock_ms();
        (void)poll(&readable, 1, deadline_ms > now_ms ? (int)(deadline_ms - now_ms) : 0);
        read_some(a, fd);
    }
}

static bool ask(struct keyring *k, struct dsb_trust_entry *peer, int fd, struct error *e)
{
    static struct asking a;
    struct dsb_trust_store one;
    uint8_t ephemeral[DSB_KEY_LEN];
    const struct dsb_local local = {&k->identity, &one, FINISH_RECV_MAX, {.window = 1}, NULL};
    const struct dsb_link_buffers buffers = {a.in, sizeof a.in, a.out, sizeof a.out};
    dsb_trust_store_init(&one, peer, 1);
    one.count = 1;
    random_bytes(ephemeral, sizeof ephemeral);
    bool ok = dsb_link_connect(&a.link, &local, &peer->id, ephemeral, &buffers, clock_ms()) ==
                  DSB_REASON_NONE &&
              is_accepted(&a, fd);
    if (!ok)
        error_set(e, EXIT_REJECTED,
                  "%.*s does not take this device (%s): the pairing did not come to its end there; "
                  "pair again",
                  peer->id.len, peer->id.text, dsb_reason_name(dsb_link_reason(&a.link)));
    dsb_link_end(&a.link);
    return ok;
}

bool pair_finish(const struct options *o, struct keyring *k, const char *host, struct error *e)
{
    struct dsb_trust_entry peer;
    if (!pair_pending_read(k, &peer, e))
        return false;
    int fd = pairing_dial(host, DSB_SESSION_PORT, e);
    if (fd < 0)
        return false;
    bool ok = ask(k, &peer, fd, e) && pair_peer_trust(k, &peer, o, e);
    close(fd);
    return ok;
}
