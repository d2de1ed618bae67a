/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hello ID HOST PORT: opens a session with a device that answers ECHO, says hello, prints the
 * answer. Its own keys are in the files identity and trust of the current folder (dsoftbus keygen,
 * dsoftbus trust add). Errors end it.
 *
 *     cc hello.c $(pkg-config --cflags --libs dsoftbus)
 */
#include <dsoftbus/session.h>
#include <err.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static char text[8192];                                         /* one file after the other */
static uint8_t in[DSB_FRAME_HEADER_LEN + 4096], out[sizeof in]; /* recv_max is 4096 */
static size_t have;                                             /* bytes in `in`, not yet used */
static union dsb_slot slot;
static int fd;

static struct dsb_identity_file file;
static struct dsb_identity self;
static struct dsb_trust_entry peers[64];
static struct dsb_trust_store trust;
static const struct dsb_local local = {.identity = &self, .trust = &trust, .recv_max = 4096};

static size_t load(const char *name)
{
    FILE *stream = fopen(name, "r");
    if (stream == NULL)
        err(1, "%s", name);
    setvbuf(stream, NULL, _IONBF, 0); /* no second copy of a private key */
    size_t len = fread(text, 1, sizeof text, stream);
    fclose(stream);
    return len;
}

static void load_both(void)
{
    struct dsb_text_error fault;

    enum dsb_status status = dsb_identity_parse(&file, text, load("identity"), &fault);
    noise_wipe(text, sizeof text);
    if (status != DSB_OK || dsb_identity_init(&self, &file) != DSB_OK)
        errx(1, "identity:%zu: %s", fault.line, dsb_text_fault_name(fault.fault));
    dsb_trust_store_init(&trust, peers, sizeof peers / sizeof peers[0]);
    if (dsb_trust_store_parse(&trust, &self, text, load("trust"), &fault) != DSB_OK)
        errx(1, "trust:%zu: %s", fault.line, dsb_text_fault_name(fault.fault));
}

static void dial(const char *host, const char *port)
{
    struct addrinfo *at;

    if (getaddrinfo(host, port, NULL, &at) != 0 ||
        (fd = socket(at->ai_family, SOCK_STREAM, 0)) < 0 ||
        connect(fd, at->ai_addr, at->ai_addrlen) != 0)
        err(1, "%s:%s", host, port);
    freeaddrinfo(at);
}

static void say(size_t len)
{
    if (write(fd, out, len) != (ssize_t)len)
        err(1, "write");
}

static void forget(size_t used)
{
    memmove(in, in + used, have -= used);
}

/* Each turn: say what there is to say, then hear one unit. (A real program also keeps the time.) */
static void shake_hands(const struct dsb_device_id *target)
{
    struct dsb_handshake *hs = &slot.handshake;
    uint8_t ephemeral[DSB_KEY_LEN];
    size_t used;

    if (getrandom(ephemeral, sizeof ephemeral, 0) != sizeof ephemeral ||
        dsb_handshake_connect(hs, &local, target, ephemeral, 0) != DSB_REASON_NONE)
        errx(1, "%s", dsb_reason_name(dsb_handshake_reason(hs)));
    while (hs->state != DSB_HANDSHAKE_AUTHENTICATED) {
        say(dsb_handshake_output(hs, out));
        ssize_t got = read(fd, in + have, sizeof in - have);
        if (got <= 0)
            (void)dsb_handshake_end_of_stream(hs);
        else if (dsb_handshake_feed(hs, in, have += (size_t)got, 0, &used) != DSB_HANDSHAKE_FAILED)
            forget(used);
        if (hs->state == DSB_HANDSHAKE_FAILED)
            errx(1, "%s", dsb_reason_name(dsb_handshake_reason(hs)));
    }
}

/* Says hello, prints what comes back, and closes. */
static void talk(const struct dsb_device_id *target)
{
    static const uint8_t hello[] = "\x01hello"; /* kind ECHO, see dsoftbus(1) */
    struct dsb_session *s = &slot.session;
    const uint8_t *body;
    size_t used, len;

    if (dsb_slot_finish(&slot, 0) != DSB_OK ||
        dsb_session_send_data(s, out, sizeof out, hello, sizeof hello - 1, 0, &len) != DSB_OK)
        errx(1, "cannot send");
    say(len);
    dsb_session_written(s, len, 0);
    while (!dsb_session_is_closed(s)) {
        enum dsb_event event = dsb_session_feed(s, in, have, 0, &used, &body, &len);
        if (event == DSB_EVENT_DATA) {
            printf("%.*s from %.*s\n", (int)len - 1, body + 1, target->len, target->text);
            if (dsb_session_close(s) != DSB_OK)
                errx(1, "cannot close");
        }
        forget(used);
        len = dsb_session_output(s, out, sizeof out, 0);
        say(len);
        dsb_session_written(s, len, 0);
        if (used > 0)
            continue;
        ssize_t got = read(fd, in + have, sizeof in - have);
        if (got <= 0 || event == DSB_EVENT_FAILED)
            errx(1, "%s", dsb_reason_name(dsb_session_reason(s)));
        have += (size_t)got;
    }
    dsb_session_wipe(s);
}

int main(int argc, char **argv)
{
    struct dsb_device_id target;

    if (argc != 4 || noise_init() != 0 ||
        dsb_device_id_set(&target, argv[1], strlen(argv[1])) != DSB_OK)
        errx(2, "usage: hello ID HOST PORT");
    load_both();
    dial(argv[2], argv[3]);
    shake_hands(&target);
    talk(&target);
    dsb_identity_file_wipe(&file);
    return 0;
}
