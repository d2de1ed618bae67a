/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/command.h"
#include "linux/confdir.h"
#include "linux/status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static bool show(int fd, const struct confdir *dir, struct error *e)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    char buf[16 * 1024];
    ssize_t got;
    /* The directory's descriptor makes any path short enough for a socket. */
    (void)snprintf(at.sun_path, sizeof at.sun_path, "/proc/self/fd/%d/%s", dir->fd, STATUS_SOCKET);
    if (connect(fd, (const struct sockaddr *)&at, sizeof at) != 0) {
        if (errno == ENOENT || errno == ECONNREFUSED)
            return error_set(e, EXIT_UNREACHABLE, "no daemon is running with %s", dir->path);
        return error_set(e, EXIT_UNREACHABLE, "%s/%s: %s", dir->path, STATUS_SOCKET,
                         strerror(errno));
    }
    while ((got = read(fd, buf, sizeof buf)) > 0)
        if (fwrite(buf, 1, (size_t)got, stdout) != (size_t)got)
            return error_set(e, EXIT_LOCAL, "standard output: %s", strerror(errno));
    if (got < 0)
        return error_set(e, EXIT_LOCAL, "%s/%s: %s", dir->path, STATUS_SOCKET, strerror(errno));
    return true;
}

bool command_status(const struct options *o, char **words, int word_count, struct error *e)
{
    struct confdir dir;
    (void)words;
    if (word_count != 0)
        return error_set(e, EXIT_USAGE, "usage: dsoftbus status [--dir DIR]");
    if (!confdir_open(&dir, o->dir, e))
        return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 ? show(fd, &dir, e) : error_set(e, EXIT_LOCAL, "socket: %s", strerror(errno));
    if (fd >= 0)
        close(fd);
    confdir_close(&dir);
    return ok;
}
