/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus peers and dsoftbus services: what the daemon knows, a line each. */
#include "node/base/program.h"
#include "node/cli/bus_error.h"
#include "node/cli/command.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void print_peer(void *owner, const struct dsbc_event *peer)
{
    static const char *const states[] = {[DSBC_STATE_OFFLINE] = "offline",
                                         [DSBC_STATE_DIALLING] = "dialling",
                                         [DSBC_STATE_ONLINE] = "online"};
    (void)owner;
    (void)printf("%s %s%s%s\n", peer->device, states[peer->state], peer->text[0] != '\0' ? " " : "",
                 peer->text);
}

static void print_service(void *owner, const struct dsbc_event *service)
{
    (void)owner;
    (void)printf("%s\n", service->service);
}

static bool print_changes(struct dsbc *bus, struct error *e)
{
    struct dsbc_event event;
    enum dsbc_result result;
    while ((result = dsbc_next(bus, &event, 0)) == DSBC_OK) {
        if (event.kind == DSBC_ONLINE || event.kind == DSBC_OFFLINE)
            (void)printf("%s %s\n", event.kind == DSBC_ONLINE ? "online" : "offline", event.device);
        if (event.fd >= 0)
            close(event.fd); /* nothing was published */
    }
    if (result != DSBC_NOTHING)
        return bus_error(e, result, dsbc_text(bus), NULL, NULL);
    return program_flush(e);
}

/* Until SIGINT or SIGTERM. */
static bool watch(struct dsbc *bus, struct error *e)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    struct pollfd waits[2] = {{.fd = dsbc_fd(bus), .events = POLLIN},
                              {.fd = signalfd(-1, &set, SFD_CLOEXEC), .events = POLLIN}};
    if (waits[1].fd < 0)
        return error_set(e, EXIT_LOCAL, "signals: %s", strerror(errno));
    bool ok = print_changes(bus, e);
    while (ok && waits[1].revents == 0) {
        (void)poll(waits, 2, -1);
        ok = print_changes(bus, e);
    }
    close(waits[1].fd);
    return ok;
}

static bool show_peers(struct dsbc *bus, bool goes_on, struct error *e)
{
    /* Watching begins first: no change falls between the list and what follows it. */
    enum dsbc_result result = goes_on ? dsbc_watch(bus) : DSBC_OK;
    if (result == DSBC_OK)
        result = dsbc_peers(bus, print_peer, NULL);
    if (result != DSBC_OK)
        return bus_error(e, result, dsbc_text(bus), NULL, NULL);
    return !goes_on || watch(bus, e);
}

bool command_peers(const struct options *o, char **words, int word_count, struct error *e)
{
    struct dsbc *bus;
    (void)words, (void)word_count;
    if (!bus_open(&bus, o->bus, e))
        return false;
    bool ok = show_peers(bus, o->watch, e);
    dsbc_close(bus);
    return ok;
}

bool command_services(const struct options *o, char **words, int word_count, struct error *e)
{
    struct dsbc *bus;
    (void)word_count;
    if (!bus_open(&bus, o->bus, e))
        return false;
    enum dsbc_result result = dsbc_services(bus, words[0], print_service, NULL);
    bool ok = result == DSBC_OK || bus_error(e, result, dsbc_text(bus), words[0], "info");
    dsbc_close(bus);
    return ok;
}
