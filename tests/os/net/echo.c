/* SPDX-License-Identifier: Apache-2.0 */
/* A TCP echo server on the wire, for a program on the host (tests/os/boot/echo.py). Nothing waits
 * for one connection: netstackd tells which sockets to try again. */
#include "cases.h"

#include "rt/log.h"
#include "rt/time.h"

#include <string.h>

#define ECHO_PORT 7
#define STOP_PORT 8 /* a connection here ends the server */
/* net-test's share less two listeners and the connection that says stop. */
#define CONNECTIONS_MAX (NET_CLIENT_SOCKETS_MAX - 3)
#define IDLE_MS_MAX     60000

struct connection {
    net_handle stream; /* 0: free */
    size_t len;        /* bytes read and not yet written back */
    size_t done_len;   /* of those, written back */
    uint8_t bytes[NET_STREAM_BYTES_MAX];
};

static struct connection connections[CONNECTIONS_MAX];
static uint32_t served_count;

static void drop(struct selftest *selftest, struct connection *connection)
{
    enum net_status status = net_close(&selftest->net, connection->stream);

    (void)status; /* it may have been reset meanwhile */
    connection->stream = 0;
    served_count++;
}

/* Copies until one direction would block; drops the connection at its end. */
static void serve(struct selftest *selftest, struct connection *connection)
{
    enum net_status status;
    size_t len;

    for (;;) {
        if (connection->done_len < connection->len) {
            status = net_write(&selftest->net, connection->stream,
                               connection->bytes + connection->done_len,
                               connection->len - connection->done_len, &len);
            connection->done_len += len;
        } else {
            status = net_read(&selftest->net, connection->stream, connection->bytes,
                              sizeof connection->bytes, &len);
            connection->len = len;
            connection->done_len = 0;
            if (status == NET_OK && len == 0)
                status = NET_DISCONNECTED; /* the end, both ways */
        }
        if (status == NET_WOULD_BLOCK)
            return;
        if (status != NET_OK) {
            drop(selftest, connection);
            return;
        }
    }
}

static struct connection *find(net_handle stream)
{
    for (uint32_t i = 0; i < CONNECTIONS_MAX; i++)
        if (connections[i].stream == stream)
            return &connections[i];
    return NULL;
}

static void accept_all(struct selftest *selftest, net_handle listener)
{
    struct connection *connection;

    while ((connection = find(0)) != NULL) {
        if (net_accept(&selftest->net, listener, &connection->stream, NULL) != NET_OK) {
            connection->stream = 0;
            return;
        }
        connection->len = 0;
        connection->done_len = 0;
        serve(selftest, connection);
    }
}

static bool listen_on(struct selftest *selftest, uint16_t port, net_handle *listener)
{
    const struct net_address any = {.port = port};

    return net_listen(&selftest->net, &any, NET_BACKLOG_MAX, listener) == NET_OK;
}

/* Everything that became ready. True when the host said stop. */
static bool serve_ready(struct selftest *selftest, net_handle listener, net_handle stop)
{
    struct serve_event events[NET_CLIENT_SOCKETS_MAX];
    net_handle last;
    size_t count;

    if (net_ready(&selftest->net, events, &count) != NET_OK)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct connection *connection = find(events[i].handle);
        if (connection != NULL)
            serve(selftest, connection);
    }
    accept_all(selftest, listener);
    return net_accept(&selftest->net, stop, &last, NULL) == NET_OK;
}

bool case_echo(struct selftest *selftest)
{
    net_handle listener, stop, last;
    struct rt_event event;

    if (!listen_on(selftest, ECHO_PORT, &listener) || !listen_on(selftest, STOP_PORT, &stop))
        return selftest_fail("echo listen");
    accept_all(selftest, listener); /* arms both */
    if (net_accept(&selftest->net, stop, &last, NULL) != NET_WOULD_BLOCK)
        return selftest_fail("echo stop");
    rt_logf("SELFTEST: net echo listening");
    do {
        if (rt_recv(ABI_SLOT_NONE, selftest->notification, NULL, 0, NULL,
                    rt_deadline_ms(IDLE_MS_MAX), &event) < 0)
            return selftest_fail("echo: nobody came");
    } while (!serve_ready(selftest, listener, stop));
    rt_logf("net-test: %u connections served", (unsigned)served_count);
    rt_logf("SELFTEST: net echo ok");
    return true;
}
