/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks the key's process. One question at a time; one that is not answered is the last, since
 * an answer that came late would be taken for the next one's. */
#include "node/store/key_process.h"

#include "node/base/clock.h"
#include "node/base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static void lose(struct key_process *p, const char *fault)
{
    if (p->fault == NULL)
        p->fault = fault;
    (void)shutdown(p->fd, SHUT_RDWR); /* what makes it readable */
}

/* A packet of any length up to `cap`; 0: none came. */
static size_t receive(struct key_process *p, void *out, size_t cap)
{
    uint64_t until_ms = clock_ms() + KEY_PROCESS_WAIT_MS;
    ssize_t len;
    do
        len = recv(p->fd, out, cap, 0);
    while (len < 0 && errno == EINTR && clock_ms() < until_ms);
    if (len > 0)
        return (size_t)len;
    lose(p, len == 0 ? "it ended" : "it does not answer");
    return 0;
}

/* True when the whole reply came, and with this status. A shorter one is a status alone. */
static bool ask(struct key_process *p, const void *request, size_t request_len, void *reply,
                size_t reply_len, uint32_t *status)
{
    struct serve_reply head;
    if (send(p->fd, request, request_len, MSG_NOSIGNAL) != (ssize_t)request_len)
        lose(p, "it ended");
    size_t len = p->fault == NULL ? receive(p, reply, reply_len) : 0;
    if (len < sizeof head)
        return false;
    memcpy(&head, reply, sizeof head);
    *status = head.status;
    return head.status == KEY_OK ? len == reply_len : len == sizeof head;
}

void key_process_forget(struct key_process *p)
{
    secret_wipe(p->known, sizeof p->known);
    p->known_count = 0;
}

void key_process_ask_ahead(struct key_process *p, const uint8_t *const peers[], size_t count)
{
    struct key_several_request request = {.head = {.op = KEY_OP_DH_SEVERAL}};
    struct key_several_reply reply;
    const size_t len = count * KEY_LEN;
    uint32_t status = KEY_IO;
    for (size_t i = 0; i < count; i++)
        memcpy(request.peers[i], peers[i], KEY_LEN);
    bool answered =
        ask(p, &request, sizeof request.head + len, &reply, sizeof reply.head + len, &status);
    if (!answered || status != KEY_OK)
        lose(p, "it answers what is no answer");
    for (size_t i = 0; i < count && p->fault == NULL; i++) {
        memcpy(p->known[i].peer, peers[i], KEY_LEN);
        memcpy(p->known[i].shared, reply.shared[i], KEY_LEN);
        p->known_count = i + 1;
    }
    secret_wipe(&reply, sizeof reply);
}

/* Each answer is for one handshake. */
static bool take_known(struct key_process *p, uint8_t shared[KEY_LEN], const uint8_t peer[KEY_LEN])
{
    size_t i = 0;
    while (i < p->known_count && memcmp(p->known[i].peer, peer, KEY_LEN) != 0)
        i++;
    if (i == p->known_count)
        return false;
    memcpy(shared, p->known[i].shared, KEY_LEN);
    p->known[i] = p->known[--p->known_count];
    secret_wipe(&p->known[p->known_count], sizeof p->known[0]);
    return true;
}

static int dh(void *ctx, uint8_t shared[NOISE_KEY_LEN], const uint8_t peer[NOISE_KEY_LEN])
{
    struct key_process *p = ctx;
    struct key_dh_request request = {.head = {.op = KEY_OP_DH}};
    struct key_dh_reply reply;
    uint32_t status = KEY_IO;
    if (take_known(p, shared, peer))
        return 0;
    memcpy(request.peer, peer, KEY_LEN);
    memset(shared, 0, KEY_LEN);
    bool answered = ask(p, &request, sizeof request, &reply, sizeof reply, &status);
    if (answered && status == KEY_OK)
        memcpy(shared, reply.shared, KEY_LEN);
    else if (!answered || status != KEY_LOW_ORDER)
        lose(p, "it answers what is no answer");
    secret_wipe(&reply, sizeof reply);
    return p->fault == NULL ? 0 : -1;
}

static bool limit_waiting(int fd)
{
    const struct timeval limit = {.tv_sec = KEY_PROCESS_WAIT_MS / 1000,
                                  .tv_usec = KEY_PROCESS_WAIT_MS % 1000 * 1000};
    return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0;
}

/* A disk may take its time, so this is not limited: nobody is served yet. */
static bool wait_for_start(struct key_process *p, struct error *e)
{
    struct key_started started;
    ssize_t len;
    do
        len = recv(p->fd, &started, sizeof started, 0);
    while (len < 0 && errno == EINTR);
    if (len != sizeof started)
        return error_set(e, EXIT_LOCAL, "the key's process ended before it had read the key");
    p->filter = started.filter;
    if (started.ok)
        return limit_waiting(p->fd) || error_set(e, EXIT_LOCAL, "socket: %s", strerror(errno));
    *e = started.error;
    return false;
}

bool key_process_start(struct key_process *p, key_reader *read, void *ctx, struct error *e)
{
    int ends[2];
    *p = (struct key_process){.fd = -1};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return error_set(e, EXIT_LOCAL, "a socket to the key's process: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0)
        key_holder_run(ends[1], read, ctx);
    close(ends[1]);
    p->fd = ends[0];
    if (pid < 0)
        error_set(e, EXIT_LOCAL, "a process for the key: %s", strerror(errno));
    else if (wait_for_start(p, e))
        return true;
    key_process_stop(p);
    return false;
}

bool key_process_identity(struct key_process *p, struct dsb_identity *identity, struct error *e)
{
    const struct serve_request request = {.op = KEY_OP_IDENTITY};
    struct key_identity_reply reply;
    uint32_t status = KEY_IO;
    if (!ask(p, &request, sizeof request, &reply, sizeof reply, &status) || status != KEY_OK ||
        reply.id_len > KEY_ID_MAX ||
        dsb_device_id_set(&identity->id, reply.id, reply.id_len) != DSB_OK)
        return error_set(e, EXIT_LOCAL, "the key's process does not say whose key it has");
    memcpy(identity->key.public_key, reply.public_key, KEY_LEN);
    identity->key.dh = dh;
    identity->key.ctx = p;
    return true;
}

int key_process_fd(const struct key_process *p)
{
    return p->fd;
}

void key_process_block(struct key_process *p)
{
    (void)fcntl(p->fd, F_SETFL, 0);
}

void key_process_look(struct key_process *p)
{
    lose(p, "it ended"); /* unasked it says nothing: this is its end */
}

void key_process_stop(struct key_process *p)
{
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
}
