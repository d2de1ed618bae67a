/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus status: copies what the daemon's socket says, within a time in which a living one
 * answers. */
#include "node/cli/command.h"
#include "node/daemon/status.h"
#include "node/store/confdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* A daemon answers at once or not at all. */
#define ANSWER_S 5

static bool is_silent(const struct confdir *dir, struct error *e)
{
    char pid[16] = "";
    int fd = openat(dir->fd, STATUS_LOCK, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t got = fd >= 0 ? read(fd, pid, sizeof pid - 1) : 0;
    if (fd >= 0)
        close(fd);
    pid[got > 0 ? strcspn(pid, "\n") : 0] = '\0';
    return error_set(e, EXIT_UNREACHABLE,
                     "the daemon of %s (process %s) does not answer: is it stopped?", dir->path,
                     pid);
}

static bool show(int fd, const struct confdir *dir, struct error *e)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    char buf[16 * 1024];
    const struct timeval patience = {.tv_sec = ANSWER_S};
    ssize_t got;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0)
        return error_set(e, EXIT_LOCAL, "socket: %s", strerror(errno));
    /* The directory's descriptor makes any path short enough for a socket. */
    (void)snprintf(at.sun_path, sizeof at.sun_path, "/proc/self/fd/%d/%s", dir->fd, STATUS_SOCKET);
    if (connect(fd, (const struct sockaddr *)&at, sizeof at) != 0) {
        if (errno == EAGAIN)
            return is_silent(dir, e);
        if (errno == ENOENT || errno == ECONNREFUSED)
            return error_set(e, EXIT_UNREACHABLE, "no daemon is running with %s", dir->path);
        return error_set(e, EXIT_UNREACHABLE, "%s/%s: %s", dir->path, STATUS_SOCKET,
                         strerror(errno));
    }
    while ((got = read(fd, buf, sizeof buf)) > 0)
        if (fwrite(buf, 1, (size_t)got, stdout) != (size_t)got)
            return error_set(e, EXIT_LOCAL, "standard output: %s", strerror(errno));
    if (got < 0 && errno == EAGAIN)
        return is_silent(dir, e);
    if (got < 0)
        return error_set(e, EXIT_LOCAL, "%s/%s: %s", dir->path, STATUS_SOCKET, strerror(errno));
    return true;
}

bool command_status(const struct options *o, char **words, int word_count, struct error *e)
{
    struct confdir dir;
    (void)words, (void)word_count;
    if (!confdir_open(&dir, o->dir, e))
        return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 ? show(fd, &dir, e) : error_set(e, EXIT_LOCAL, "socket: %s", strerror(errno));
    if (fd >= 0)
        close(fd);
    confdir_close(&dir);
    return ok;
}
