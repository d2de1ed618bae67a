/* SPDX-License-Identifier: Apache-2.0 */
/* The few calls on TCP sockets that forward and publish need. */
#include "node/engine/tcp.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

void tcp_send_at_once(int fd)
{
    const int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int tcp_dial(int *fd, const union endpoint *at)
{
    *fd = socket(at->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (*fd < 0)
        return errno;
    tcp_send_at_once(*fd);
    if (connect(*fd, &at->any, endpoint_len(at)) == 0 || errno == EINPROGRESS)
        return 0;
    int fault = errno;
    close(*fd);
    return fault;
}

int tcp_dial_result(int fd)
{
    int fault = 0;
    socklen_t len = sizeof fault;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &fault, &len) == 0 ? fault : errno;
}

int tcp_accept(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0)
        tcp_send_at_once(fd);
    return fd;
}
