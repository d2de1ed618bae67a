/* SPDX-License-Identifier: Apache-2.0 */
/* The listening socket. One that nobody listens on is what a killed daemon left, and replaced. */
#include "node/bus/socket.h"

#include "node/bus/client_request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define BACKLOG_COUNT 64

/* Programs taken in one go. */
#define ACCEPT_BURST_COUNT 16

bool bus_socket_place(char path[BUS_PATH_SIZE], const char *given)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    int len;
    if (given == NULL)
        given = getenv("DSOFTBUS_BUS");
    if (given != NULL && strcmp(given, "none") == 0)
        return false;
    if (given != NULL)
        len = snprintf(path, BUS_PATH_SIZE, "%s", given);
    else if (geteuid() != 0 && runtime != NULL)
        len = snprintf(path, BUS_PATH_SIZE, "%s/dsoftbus/bus", runtime);
    else
        len = snprintf(path, BUS_PATH_SIZE, "/run/dsoftbus/bus");
    return len > 0 && (size_t)len < BUS_PATH_SIZE;
}

/* The directory of the socket, if there is none. */
static void make_directory(const char *path)
{
    char directory[BUS_PATH_SIZE];
    (void)snprintf(directory, sizeof directory, "%s", path);
    char *slash = strrchr(directory, '/');
    if (slash == NULL || slash == directory)
        return;
    *slash = '\0';
    (void)mkdir(directory, 0750); /* bind says what is wrong with it */
}

/* A socket, and nobody's: any other file in its place stays. */
static bool is_abandoned(const struct sockaddr_un *at)
{
    struct stat st;
    if (lstat(at->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
        return false;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool abandoned =
        connect(fd, (const struct sockaddr *)at, sizeof *at) != 0 && errno == ECONNREFUSED;
    close(fd);
    return abandoned;
}

int bus_socket_open(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    (void)snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    make_directory(path);
    mode_t mask = umask(0117);
    int fault = bind(fd, (const struct sockaddr *)&at, sizeof at) == 0 ? 0 : errno;
    if (fault == EADDRINUSE && is_abandoned(&at) && unlink(path) == 0)
        fault = bind(fd, (const struct sockaddr *)&at, sizeof at) == 0 ? 0 : errno;
    (void)umask(mask);
    if (fault == 0 && listen(fd, BACKLOG_COUNT) != 0)
        fault = errno;
    if (fault == 0)
        return fd;
    close(fd);
    errno = fault;
    return -1;
}

static void admit(struct bus *b, int fd)
{
    static const char full[] = "error limit as many clients as the daemon takes";
    if (b->client_count < b->limits.client_count &&
        b->descriptor_count < b->limits.descriptor_count) {
        client_new(b, fd, &client_request_events);
        return;
    }
    (void)!send(fd, full, sizeof full - 1, MSG_NOSIGNAL);
    close(fd);
}

static void on_acceptable(uv_poll_t *poll, int status, int events)
{
    struct bus_socket *s = poll->data;
    (void)status, (void)events;
    for (int i = 0; i < ACCEPT_BURST_COUNT; i++) {
        int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            return;
        admit(s->bus, fd);
    }
}

void bus_socket_start(struct bus_socket *s, struct bus *b, int fd, const char *path)
{
    s->bus = b;
    s->fd = fd;
    (void)snprintf(s->path, sizeof s->path, "%s", path);
    if (uv_poll_init(b->loop, &s->poll, fd) != 0)
        abort(); /* a fresh socket can be watched */
    s->poll.data = s;
    uv_poll_start(&s->poll, UV_READABLE, on_acceptable);
}

static void on_closed(uv_handle_t *handle)
{
    struct bus_socket *s = handle->data;
    close(s->fd);
}

void bus_socket_stop(struct bus_socket *s)
{
    (void)unlink(s->path);
    uv_close((uv_handle_t *)&s->poll, on_closed);
}
