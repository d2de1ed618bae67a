/* SPDX-License-Identifier: Apache-2.0 */
/*
 * noise-interop FLYNN: live sessions with flynn/noise over a socket pair, in both roles. The other
 * side reports the handshake hash, our static key and the payloads it received, then echoes every
 * transport message; half way both directions rekey.
 */
#include "noise/noise_xk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MESSAGES_COUNT 1000
#define REKEY_AT       500 /* as in flynn/peer.go */
#define FRAME_HEAD_LEN 2   /* big-endian length of what follows */

struct scenario {
    const char *name;
    bool is_initiator;
    size_t prologue_len;
    size_t payload_len[3];
};

/* 131 bytes of report beside the payloads fit any transport message with these sizes. */
static const struct scenario scenarios[] = {
    {"initiator, nothing extra", true, 0, {0, 0, 0}},
    {"responder, nothing extra", false, 0, {0, 0, 0}},
    {"initiator, prologue and payloads", true, 33, {1, 64, 500}},
    {"responder, prologue and payloads", false, 33, {1, 64, 500}},
    {"initiator, long", true, 4000, {16000, 20000, 30000}},
    {"responder, long", false, 4000, {16000, 20000, 30000}},
};

#define PROLOGUE_MAX 4000
#define PAYLOAD_MAX  30000

static uint8_t in[NOISE_MESSAGE_MAX], out[NOISE_MESSAGE_MAX], plain[NOISE_MESSAGE_MAX];

struct session {
    const struct scenario *scenario;
    int fd;
    pid_t child;
    uint8_t private_key[NOISE_KEY_LEN];
    struct noise_static_key key;
    uint8_t peer_private[NOISE_KEY_LEN], peer_public[NOISE_KEY_LEN];
    uint8_t prologue[PROLOGUE_MAX];
    uint8_t payload[3][PAYLOAD_MAX];
    struct noise_xk_handshake hs;
    struct noise_transport transport;
};

static _Noreturn void die(const char *what)
{
    printf("noise-interop: %s\n", what);
    exit(1);
}

static void random_bytes(uint8_t *data, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = getrandom(data + done, len - done, 0);

        if (n <= 0)
            die("no random bytes");
        done += (size_t)n;
    }
}

static char *hex_of(const uint8_t *data, size_t len)
{
    char *text = malloc(2 * len + 1);

    if (text == NULL)
        die("out of memory");
    for (size_t i = 0; i < len; i++)
        snprintf(text + 2 * i, 3, "%02x", data[i]);
    text[2 * len] = '\0';
    return text;
}

/* The other side's command line: its role, its private key, our public key, prologue, its payloads.
 */
static void start_peer(struct session *s, const char *flynn)
{
    const struct scenario *sc = s->scenario;
    char *argv[10] = {(char *)(uintptr_t)flynn, (char *)(uintptr_t) "peer"};
    size_t argc = 2;
    int fds[2];

    argv[argc++] = (char *)(uintptr_t)(sc->is_initiator ? "responder" : "initiator");
    argv[argc++] = hex_of(s->peer_private, NOISE_KEY_LEN);
    argv[argc++] = hex_of(s->key.public_key, NOISE_KEY_LEN);
    argv[argc++] = hex_of(s->prologue, sc->prologue_len);
    for (size_t i = sc->is_initiator ? 1 : 0; i < 3; i += 2)
        argv[argc++] = hex_of(s->payload[i], sc->payload_len[i]);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
        die("no socket pair");
    s->child = fork();
    if (s->child < 0)
        die("no process");
    if (s->child == 0) {
        close(fds[0]);
        if (dup2(fds[1], STDIN_FILENO) < 0)
            _exit(1);
        close(fds[1]);
        execv(flynn, argv);
        _exit(1);
    }
    close(fds[1]);
    s->fd = fds[0];
    for (size_t i = 3; i < argc; i++)
        free(argv[i]);
}

static void read_all(int fd, uint8_t *data, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = read(fd, data + done, len - done);

        if (n <= 0)
            die("the other side closed the connection");
        done += (size_t)n;
    }
}

static void write_all(int fd, const uint8_t *data, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = write(fd, data + done, len - done);

        if (n <= 0)
            die("the other side closed the connection");
        done += (size_t)n;
    }
}

static void send_frame(const struct session *s, const uint8_t *data, size_t len)
{
    const uint8_t head[FRAME_HEAD_LEN] = {(uint8_t)(len >> 8), (uint8_t)len};

    write_all(s->fd, head, sizeof head);
    write_all(s->fd, data, len);
}

static size_t receive_frame(const struct session *s)
{
    uint8_t head[FRAME_HEAD_LEN];
    size_t len;

    read_all(s->fd, head, sizeof head);
    len = (size_t)head[0] << 8 | head[1];
    read_all(s->fd, in, len);
    return len;
}

static void must(enum noise_result result, const char *what)
{
    if (result != NOISE_OK) {
        printf("noise-interop: error %d, ", (int)result);
        die(what);
    }
}

static void begin(struct session *s)
{
    const struct scenario *sc = s->scenario;
    uint8_t e[NOISE_KEY_LEN];

    random_bytes(e, sizeof e);
    if (sc->is_initiator)
        must(noise_xk_init_initiator(&s->hs, &s->key, s->peer_public, e, s->prologue,
                                     sc->prologue_len),
             "init");
    else
        must(noise_xk_init_responder(&s->hs, &s->key, e, s->prologue, sc->prologue_len), "init");
}

static void handshake(struct session *s)
{
    const struct scenario *sc = s->scenario;
    size_t len;

    for (size_t i = 0; i < 3; i++) {
        if ((i % 2 == 0) == sc->is_initiator) {
            must(noise_xk_write(&s->hs, s->payload[i], sc->payload_len[i], out, sizeof out, &len),
                 "writing a handshake message");
            send_frame(s, out, len);
        } else {
            size_t in_len = receive_frame(s);

            must(noise_xk_read(&s->hs, in, in_len, plain, sizeof plain, &len),
                 "reading a handshake message");
            if (len != sc->payload_len[i] || memcmp(plain, s->payload[i], len) != 0)
                die("another payload arrived");
        }
    }
}

static size_t open_frame(struct session *s)
{
    size_t in_len = receive_frame(s), len = 0;

    must(noise_transport_open(&s->transport, in, in_len, plain, sizeof plain, &len),
         "opening a transport message");
    return len;
}

/* What the other side says it saw must be what we see. */
static void check_report(struct session *s, const uint8_t h[NOISE_HASH_LEN])
{
    const struct scenario *sc = s->scenario;
    const uint8_t *at = plain;
    size_t len = open_frame(s);
    size_t expected = NOISE_HASH_LEN + NOISE_KEY_LEN;

    for (size_t i = sc->is_initiator ? 0 : 1; i < 3; i += 2)
        expected += sc->payload_len[i];
    if (len != expected)
        die("the report has another length");
    if (memcmp(at, h, NOISE_HASH_LEN) != 0)
        die("the other side has another handshake hash");
    at += NOISE_HASH_LEN;
    if (memcmp(at, s->key.public_key, NOISE_KEY_LEN) != 0)
        die("the other side saw another static key");
    at += NOISE_KEY_LEN;
    for (size_t i = sc->is_initiator ? 0 : 1; i < 3; i += 2) {
        if (memcmp(at, s->payload[i], sc->payload_len[i]) != 0)
            die("the other side saw another payload");
        at += sc->payload_len[i];
    }
}

/* Mixed sizes: the edges first, then short and long in turn. */
static size_t size_of_message(size_t i)
{
    static const size_t edges[] = {0, 1, 15, 16, 17, 63, 64, 65, 1024, 16384, 65518, 65519};

    if (i < sizeof edges / sizeof edges[0])
        return edges[i];
    return i % 10 == 0 ? (i * 7919) % (NOISE_PLAINTEXT_MAX + 1) : (i * 613) % 1500;
}

static void echo(struct session *s)
{
    static uint8_t sent[NOISE_PLAINTEXT_MAX];
    size_t len;

    for (size_t i = 0; i < MESSAGES_COUNT; i++) {
        size_t size = size_of_message(i);

        if (i == REKEY_AT) {
            must(noise_transport_rekey_send(&s->transport), "rekey");
            must(noise_transport_rekey_recv(&s->transport), "rekey");
        }
        random_bytes(sent, size);
        must(noise_transport_seal(&s->transport, sent, size, out, sizeof out, &len), "sealing");
        send_frame(s, out, len);
        len = open_frame(s);
        if (len != size || memcmp(plain, sent, size) != 0)
            die("another message came back");
    }
}

static void run(const struct scenario *scenario, const char *flynn)
{
    static struct session s;
    uint8_t h[NOISE_HASH_LEN], rs[NOISE_KEY_LEN];
    int status;

    s.scenario = scenario;
    random_bytes(s.private_key, sizeof s.private_key);
    random_bytes(s.peer_private, sizeof s.peer_private);
    random_bytes(s.prologue, sizeof s.prologue);
    random_bytes(s.payload[0], sizeof s.payload);
    noise_static_key_init(&s.key, s.private_key);
    noise_x25519_base(s.peer_public, s.peer_private);
    start_peer(&s, flynn);
    begin(&s);
    handshake(&s);
    must(noise_xk_handshake_hash(&s.hs, h), "handshake hash");
    must(noise_xk_remote_static(&s.hs, rs), "remote static key");
    if (memcmp(rs, s.peer_public, sizeof rs) != 0)
        die("another remote static key");
    must(noise_xk_split(&s.hs, &s.transport), "split");
    check_report(&s, h);
    echo(&s);
    close(s.fd);
    if (waitpid(s.child, &status, 0) != s.child || status != 0)
        die("the other side ended with an error");
    printf("ok %s: handshake, %d messages each way\n", scenario->name, MESSAGES_COUNT);
}

int main(int argc, char **argv)
{
    if (argc != 2 || noise_init() != 0) {
        fprintf(stderr, "usage: noise-interop FLYNN\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++)
        run(&scenarios[i], argv[1]);
    return 0;
}
