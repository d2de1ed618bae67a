/* SPDX-License-Identifier: Apache-2.0 */
/* The pairing protocol on a socket. */
#include "node/engine/pairing.h"

#include "node/base/clock.h"
#include "node/base/secret.h"
#include "node/engine/tcp.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define CONNECT_MS 5000 /* for one address */

/* 0, or the errno of one address; then there is no socket. */
static int connect_to(int *fd, const union endpoint *at)
{
    int fault = tcp_dial(fd, at);
    if (fault != 0)
        return fault;
    struct pollfd writable = {.fd = *fd, .events = POLLOUT};
    int ready = poll(&writable, 1, CONNECT_MS);
    if (ready < 0)
        fault = errno;
    else
        fault = ready == 0 ? ETIMEDOUT : tcp_dial_result(*fd);
    if (fault != 0)
        close(*fd);
    return fault;
}

int pairing_dial(const char *host, uint16_t default_port, struct error *e)
{
    union endpoint at[ENDPOINT_ADDRESSES_MAX];
    char text[ENDPOINT_TEXT_SIZE];
    size_t count;
    if (!endpoint_parse_all(at, &count, host, default_port, e))
        return -1;
    for (size_t i = 0; i < count; i++) {
        int fd;
        int fault = connect_to(&fd, &at[i]);
        if (fault == 0)
            return fd;
        endpoint_format(&at[i], text);
        error_set(e, EXIT_UNREACHABLE, "cannot connect to %s: %s", text, strerror(fault));
    }
    return -1;
}

bool pairing_begin(struct pairing *pairing, int fd, enum dsb_pairing_role role,
                   const struct dsb_device_id *id, const uint8_t key[DSB_KEY_LEN], const char *code,
                   struct error *e)
{
    uint8_t random[DSB_PAIRING_RANDOM_LEN];
    random_bytes(random, sizeof random);
    pairing->fd = fd;
    pairing->is_attempt = false;
    pairing->in_len = 0;
    pairing->deadline_ms = clock_ms() + DSB_PAIRING_RUN_MS;
    if (dsb_pairing_init(&pairing->run, role, id, key, code, strlen(code), random) == DSB_OK)
        return true;
    pairing_end(pairing);
    return error_set(e, EXIT_USAGE, "a pairing code has 1 to %d characters", DSB_PAIRING_CODE_MAX);
}

bool pairing_flush(struct pairing *pairing)
{
    uint8_t out[DSB_PAIRING_MESSAGE_MAX];
    size_t len;
    while ((len = dsb_pairing_send(&pairing->run, out)) != 0)
        if (send(pairing->fd, out, len, MSG_NOSIGNAL) != (ssize_t)len)
            return false;
    return true;
}

enum pairing_read pairing_read(struct pairing *pairing, enum dsb_pairing_event *event)
{
    size_t wanted = dsb_pairing_wants(&pairing->run);
    if (wanted == 0) /* all was said: what comes yet can only be the end */
        return PAIRING_READ_GONE;
    while (pairing->in_len < wanted) {
        ssize_t got = recv(pairing->fd, pairing->in + pairing->in_len, wanted - pairing->in_len, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return PAIRING_READ_NOTHING;
        if (got <= 0)
            return PAIRING_READ_GONE;
        pairing->in_len += (size_t)got;
    }
    pairing->in_len = 0;
    *event = dsb_pairing_receive(&pairing->run, pairing->in);
    return PAIRING_READ_EVENT;
}

void pairing_end(struct pairing *pairing)
{
    if (pairing->fd < 0)
        return;
    close(pairing->fd);
    dsb_pairing_wipe(&pairing->run);
    secret_wipe(pairing->in, sizeof pairing->in);
    pairing->fd = -1;
}
