/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What dsoftbusd is measured beside: plain TCP, and TLS 1.3 with mutual authentication, in programs
 * of the same shape: one thread, one event loop, non-blocking sockets, the same exchange.
 *
 *     stream_peer tcp|tls serve FILE                      prints its port; writes what it is sent
 * to FILE stream_peer tcp|tls connect PORT COUNT AT_A_TIME    that many sessions, each closed as
 * soon as accepted stream_peer tcp|tls send PORT FILE                  one file
 *
 * A session: (TLS handshake), the server says one byte "accepted", the client sends a file or
 * nothing and ends its direction, the server says one byte "stored" when it has all, and ends. With
 * tls, server.pem and client.pem (key and certificate, Ed25519) lie in the current folder, and each
 * side trusts exactly the other's certificate.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define BUF_LEN (128 * 1024) /* bytes per system call, as dsoftbusd moves them */

enum state { HANDSHAKE, ACCEPTED, MOVING, ENDING, LAST_WORD, OVER };

struct peer {
    int fd;
    SSL *ssl; /* NULL: plain TCP */
    enum state state;
    size_t begin, end; /* what of buf is still to be sent */
    uint8_t *buf;
};

#define FD_COUNT 1024 /* more than the sessions under way at a time */

static struct peer *peers[FD_COUNT]; /* by descriptor */
static SSL_CTX *context;
static bool is_server;
static int epoll_fd;
static int file_fd = -1;
static int file_source_fd = -1;

static void setup_tls(bool server)
{
    const char *own = server ? "server.pem" : "client.pem";
    const char *other = server ? "client.pem" : "server.pem";
    /* In arrays: OpenSSL's macros take them as char *. */
    static char group[] = "X25519";
    static char algorithm[] = "ed25519";
    context = SSL_CTX_new(TLS_method());
    if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_ciphersuites(context, "TLS_CHACHA20_POLY1305_SHA256") != 1 ||
        SSL_CTX_set1_groups_list(context, group) != 1 ||
        SSL_CTX_set1_sigalgs_list(context, algorithm) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, own, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_certificate_file(context, own, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_load_verify_locations(context, other, NULL) != 1)
        errx(1, "tls: %s", ERR_error_string(ERR_get_error(), NULL));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_num_tickets(context, 0); /* every session is new */
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

/* Bytes moved; 0 at the end of the stream; -1 when the socket has to be waited for. */
static ssize_t result_of(struct peer *p, ssize_t result)
{
    if (p->ssl == NULL) {
        if (result < 0 && errno != EAGAIN)
            err(1, "socket");
        return result;
    }
    if (result > 0)
        return result;
    int why = SSL_get_error(p->ssl, (int)result);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
        return -1;
    if (why == SSL_ERROR_ZERO_RETURN)
        return 0;
    errx(1, "tls: %s", ERR_error_string(ERR_get_error(), NULL));
}

static ssize_t get(struct peer *p, void *to, size_t len)
{
    ERR_clear_error();
    return result_of(p, p->ssl != NULL ? SSL_read(p->ssl, to, (int)len) : read(p->fd, to, len));
}

static ssize_t put(struct peer *p, const void *from, size_t len)
{
    ERR_clear_error();
    return result_of(p,
                     p->ssl != NULL ? SSL_write(p->ssl, from, (int)len) : write(p->fd, from, len));
}

static void end_direction(struct peer *p)
{
    if (p->ssl != NULL)
        (void)SSL_shutdown(p->ssl);
    else
        (void)shutdown(p->fd, SHUT_WR);
}

static void start(int fd)
{
    const int on = 1;
    struct peer *p = calloc(1, sizeof *p);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.fd = fd};
    if (fd >= FD_COUNT)
        errx(1, "too many sessions at a time");
    peers[fd] = p;
    if (p == NULL || (p->buf = malloc(BUF_LEN)) == NULL)
        err(1, "memory");
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    p->fd = fd;
    p->state = context != NULL ? HANDSHAKE : ACCEPTED;
    if (context != NULL) {
        p->ssl = SSL_new(context);
        if (p->ssl == NULL || SSL_set_fd(p->ssl, fd) != 1)
            errx(1, "tls: no session");
        if (is_server)
            SSL_set_accept_state(p->ssl);
        else
            SSL_set_connect_state(p->ssl);
    }
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
        err(1, "epoll_ctl");
}

static void finish(struct peer *p)
{
    peers[p->fd] = NULL;
    SSL_free(p->ssl);
    close(p->fd);
    free(p->buf);
    free(p);
}

static bool shake_hands(struct peer *p)
{
    ERR_clear_error();
    int result = SSL_do_handshake(p->ssl);
    return result == 1 || result_of(p, result) > 0;
}

/* As far as the socket lets it; true when the session is over. */
static bool serve_step(struct peer *p)
{
    for (;;) {
        ssize_t len = 1;
        switch (p->state) {
        case HANDSHAKE:
            len = shake_hands(p) ? 1 : -1;
            break;
        case ACCEPTED:
            len = put(p, "a", 1);
            break;
        case MOVING:
            len = get(p, p->buf, BUF_LEN);
            if (len > 0 && write(file_fd, p->buf, (size_t)len) != len)
                err(1, "write");
            if (len > 0)
                continue;
            len = len == 0 ? 1 : len;
            break;
        case ENDING:
            len = put(p, "s", 1);
            break;
        case LAST_WORD:
            end_direction(p);
            break;
        case OVER:
            return true;
        }
        if (len < 0)
            return false;
        p->state++;
    }
}

/* Sends the file; true when all of it is with the kernel. */
static bool send_file(struct peer *p)
{
    if (file_source_fd < 0)
        return true;
    for (;;) {
        if (p->begin == p->end) {
            ssize_t got = read(file_source_fd, p->buf, BUF_LEN);
            if (got < 0)
                err(1, "read");
            if (got == 0)
                return true;
            p->begin = 0;
            p->end = (size_t)got;
        }
        ssize_t len = put(p, p->buf + p->begin, p->end - p->begin);
        if (len < 0)
            return false;
        p->begin += (size_t)len;
    }
}

static bool client_step(struct peer *p)
{
    for (;;) {
        uint8_t byte = 0;
        ssize_t len = 1;
        switch (p->state) {
        case HANDSHAKE:
            len = shake_hands(p) ? 1 : -1;
            break;
        case ACCEPTED:
            len = get(p, &byte, 1);
            break;
        case MOVING:
            len = send_file(p) ? 1 : -1;
            if (len > 0)
                end_direction(p);
            break;
        case ENDING:
            len = get(p, &byte, 1);
            break;
        case LAST_WORD:
            len = get(p, &byte, 1);
            if (len == 0)
                len = 1;
            else if (len > 0)
                errx(1, "a byte too many");
            break;
        case OVER:
            return true;
        }
        if (len == 0)
            errx(1, "the server ended early");
        if (len < 0)
            return false;
        p->state++;
    }
}

static void serve(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t at_len = sizeof at;
    struct epoll_event event = {.events = EPOLLIN};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    event.data.fd = listener;
    if (listener < 0 || bind(listener, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(listener, 2048) != 0 ||
        getsockname(listener, (struct sockaddr *)&at, &at_len) != 0 ||
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event) != 0)
        err(1, "listen");
    (void)printf("%u\n", ntohs(at.sin_port));
    (void)fflush(stdout);
    for (;;) {
        int count = epoll_wait(epoll_fd, &event, 1, -1);
        if (count < 0)
            err(1, "epoll_wait");
        if (event.data.fd != listener) {
            if (serve_step(peers[event.data.fd]))
                finish(peers[event.data.fd]);
            continue;
        }
        int fd;
        while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0)
            start(fd);
    }
}

static void run_client(uint16_t port, unsigned long count, unsigned long at_a_time)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    unsigned long started = 0, done = 0;
    while (done < count) {
        struct epoll_event event;
        for (; started < count && started - done < at_a_time; started++) {
            int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
            if (fd < 0 ||
                (connect(fd, (struct sockaddr *)&at, sizeof at) != 0 && errno != EINPROGRESS))
                err(1, "connect");
            start(fd);
        }
        if (epoll_wait(epoll_fd, &event, 1, -1) < 0)
            err(1, "epoll_wait");
        if ((event.events & EPOLLOUT) == 0 && (event.events & EPOLLIN) == 0)
            continue;
        if (client_step(peers[event.data.fd])) {
            finish(peers[event.data.fd]);
            done++;
        }
    }
}

int main(int argc, char **argv)
{
    if (argc < 4)
        errx(2, "usage: see the top of the source");
    is_server = strcmp(argv[2], "serve") == 0;
    epoll_fd = epoll_create1(0);
    if (strcmp(argv[1], "tls") == 0)
        setup_tls(is_server);
    if (is_server) {
        file_fd = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (file_fd < 0)
            err(1, "%s", argv[3]);
        serve();
    }
    uint16_t port = (uint16_t)strtoul(argv[3], NULL, 10);
    if (strcmp(argv[2], "connect") == 0 && argc == 6) {
        run_client(port, strtoul(argv[4], NULL, 10), strtoul(argv[5], NULL, 10));
    } else if (strcmp(argv[2], "send") == 0 && argc == 5) {
        file_source_fd = open(argv[4], O_RDONLY);
        if (file_source_fd < 0)
            err(1, "%s", argv[4]);
        run_client(port, 1, 1);
    } else {
        errx(2, "usage: see the top of the source");
    }
    return 0;
}
