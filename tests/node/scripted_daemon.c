/* SPDX-License-Identifier: Apache-2.0 */
/* Plays a script to one client of a SOCK_SEQPACKET socket. */
#include "node/scripted_daemon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void must(int holds, const char *what)
{
    if (!holds) {
        perror(what);
        abort();
    }
}

static void say(struct scripted_daemon *d, const struct step *step)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(16 * sizeof(int))];
    } control = {0};
    int far[16];
    size_t len = step->says_len != 0 ? step->says_len : strlen(step->says);
    struct iovec at = {(void *)(size_t)step->says, len};
    struct msghdr message = {.msg_iov = &at, .msg_iovlen = 1};
    for (int i = 0; i < step->fd_count; i++) {
        int pair[2];
        must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0, "socketpair");
        d->kept[d->kept_count++] = pair[0];
        far[i] = pair[1];
    }
    if (step->fd_count > 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE((size_t)step->fd_count * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN((size_t)step->fd_count * sizeof(int));
        memcpy(CMSG_DATA(c), far, (size_t)step->fd_count * sizeof(int));
    }
    if (sendmsg(d->client, &message, MSG_NOSIGNAL) != (ssize_t)len)
        d->fault = step->says;
    for (int i = 0; i < step->fd_count; i++)
        close(far[i]);
}

static void hear(struct scripted_daemon *d, const char *wanted)
{
    char heard[2048];
    ssize_t got = recv(d->client, heard, sizeof heard - 1, 0);
    heard[got > 0 ? got : 0] = '\0';
    if (got <= 0 || strcmp(heard, wanted) != 0) {
        (void)fprintf(stderr, "heard \"%s\", not \"%s\"\n", heard, wanted);
        d->fault = wanted;
    }
}

static void *play(void *argument)
{
    struct scripted_daemon *d = argument;
    d->client = accept(d->listener, NULL, NULL);
    must(d->client >= 0, "accept");
    for (const struct step *step = d->script; step->hears != NULL || step->says != NULL; step++) {
        if (step->hears != NULL)
            hear(d, step->hears);
        if (d->fault != NULL)
            break;
        if (step->says != NULL)
            say(d, step);
    }
    (void)shutdown(d->client, SHUT_WR);
    return NULL;
}

void scripted_start(struct scripted_daemon *d, const struct step *script)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    *d = (struct scripted_daemon){.folder = "/tmp/dsbc-XXXXXX", .script = script, .client = -1};
    must(mkdtemp(d->folder) != NULL, "mkdtemp");
    (void)snprintf(d->path, sizeof d->path, "%s/bus", d->folder);
    memcpy(at.sun_path, d->path, sizeof d->path);
    d->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    must(d->listener >= 0, "socket");
    must(bind(d->listener, (const struct sockaddr *)&at, sizeof at) == 0, "bind");
    must(listen(d->listener, 1) == 0, "listen");
    must(pthread_create(&d->thread, NULL, play, d) == 0, "pthread_create");
}

const char *scripted_stop(struct scripted_daemon *d)
{
    must(pthread_join(d->thread, NULL) == 0, "pthread_join");
    for (unsigned i = 0; i < d->kept_count; i++)
        close(d->kept[i]);
    if (d->client >= 0)
        close(d->client);
    close(d->listener);
    (void)unlink(d->path);
    (void)rmdir(d->folder);
    return d->fault;
}
