/* SPDX-License-Identifier: Apache-2.0 */
/* From a path to a handle that the daemon has greeted. */
#include "node/client/bus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define SYSTEM_PATH "/run/dsoftbus/bus"

_Static_assert(DSBC_PATH_SIZE == sizeof(((struct sockaddr_un *)0)->sun_path), "a socket's path");

static bool fits(char out[DSBC_PATH_SIZE], const char *folder, const char *rest)
{
    int len = snprintf(out, DSBC_PATH_SIZE, "%s%s", folder, rest);
    return len >= 0 && len < DSBC_PATH_SIZE;
}

bool dsbc_default_path(char out[DSBC_PATH_SIZE])
{
    const char *named = getenv("DSOFTBUS_BUS");
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (named != NULL && named[0] != '\0')
        return fits(out, named, "");
    if (runtime != NULL && runtime[0] == '/' && fits(out, runtime, "/dsoftbus/bus") &&
        access(out, F_OK) == 0)
        return true;
    return fits(out, SYSTEM_PATH, "");
}

/* A daemon that is stopped takes no connection once its queue is full, and answers none. */
static enum dsbc_result reach(struct dsbc *bus, const char *path)
{
    const struct timeval patience = {.tv_sec = DSBC_PATIENCE_MS / 1000};
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (path == NULL ? !dsbc_default_path(at.sun_path) : !fits(at.sun_path, path, ""))
        return bus_fail(bus, DSBC_MISUSE, "the socket's path is too long");
    bus->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (bus->fd < 0 ||
        setsockopt(bus->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0)
        return bus_fail(bus, DSBC_SYSTEM, strerror(errno));
    if (connect(bus->fd, (const struct sockaddr *)&at, sizeof at) == 0)
        return DSBC_OK;
    if (errno == ENOENT || errno == ECONNREFUSED)
        return bus_fail(bus, DSBC_NO_DAEMON, "nobody listens on the socket");
    if (errno == EAGAIN)
        return bus_fail(bus, DSBC_TIMEOUT, "the daemon takes no connection");
    return bus_fail(bus, DSBC_SYSTEM, strerror(errno));
}

static enum dsbc_result greet(struct dsbc *bus)
{
    struct dsbc_event answer;
    enum dsbc_result result = bus_ask(bus, ASKED_HELLO, 0, "hello 1");
    if (result == DSBC_OK)
        result = bus_read(bus, &answer, DSBC_PATIENCE_MS);
    if (result == DSBC_NOTHING)
        return bus_fail(bus, DSBC_TIMEOUT, "the daemon does not answer");
    if (result == DSBC_OK && answer.result != DSBC_OK)
        return bus_fail(bus, answer.result, answer.text);
    return result;
}

enum dsbc_result dsbc_open(struct dsbc **bus, const char *path)
{
    *bus = calloc(1, sizeof **bus);
    if (*bus == NULL)
        return DSBC_SYSTEM;
    (*bus)->fd = -1;
    enum dsbc_result result = reach(*bus, path);
    if (result == DSBC_OK)
        result = greet(*bus);
    (*bus)->broken = result;
    return result;
}

void dsbc_close(struct dsbc *bus)
{
    struct dsbc_event event;
    if (bus == NULL)
        return;
    while (bus_take_aside(bus, &event))
        if (event.fd >= 0)
            close(event.fd);
    if (bus->fd >= 0)
        close(bus->fd);
    free(bus);
}
