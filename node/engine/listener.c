/* SPDX-License-Identifier: Apache-2.0 */
/* The listening socket: IPv6 with IPv4 inside where the system has both, IPv4 alone where it has
 * not. */
#include "node/engine/listener.h"

#include "dsoftbus/announce.h"
#include "node/engine/tcp.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Connections that the kernel completes while the loop is busy: a burst of 2,000 clients at once.
 */
#define BACKLOG_COUNT 2048

static int open_at(const union endpoint *at)
{
    const int on = 1;
    const int off = 0;
    int fd = socket(at->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    tcp_send_at_once(fd);
    if (at->any.sa_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, &at->any, endpoint_len(at)) == 0 && listen(fd, BACKLOG_COUNT) == 0)
        return fd;
    int fault = errno;
    close(fd);
    errno = fault;
    return -1;
}

bool listener_open(int *fd, union endpoint *bound, const char *listen_text, struct error *e)
{
    char text[ENDPOINT_TEXT_SIZE];
    socklen_t len = sizeof *bound;
    if (!endpoint_parse(bound, listen_text != NULL ? listen_text : "[::]", DSB_SESSION_PORT, true,
                        e))
        return false;
    *fd = open_at(bound);
    if (*fd < 0 && listen_text == NULL && errno == EAFNOSUPPORT) {
        if (!endpoint_parse(bound, "0.0.0.0", DSB_SESSION_PORT, true, e))
            return false;
        *fd = open_at(bound);
    }
    if (*fd < 0) {
        int fault = errno;
        endpoint_format(bound, text);
        return error_set(e, EXIT_LISTEN, "cannot listen on %s: %s", text, strerror(fault));
    }
    if (getsockname(*fd, &bound->any, &len) != 0)
        return error_set(e, EXIT_LOCAL, "getsockname: %s", strerror(errno));
    return true;
}
