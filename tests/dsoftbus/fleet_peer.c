/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device of a fleet, for a machine in QEMU to meet: its key and its root's are made of a number.
 *
 * usage: fleet_peer PORT DEVICE KEY COMMAND...
 *     ID KEY-SEED ROOT-SEED SERIAL        who comes, by whose word
 *       try                               says `session` or `refused`
 *       hold                              the same, then `ended`, once the device has ended it
 *       altered                           once for each byte of the word, one bit in it changed
 *       revoke ROOT-SEED SERIAL ID FIRST  brings the list, and says what the device answers
 */
#include "attested.h"
#include "dsoftbus/lines.h"
#include "dsoftbus/stream_link.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_LEN 8192
#define WAIT_MS    100

static struct peer self, device;
static struct dsb_attestation word;
static uint16_t port;

static struct dsb_link link_;
static struct dsb_streams streams;
static struct dsb_stream slots[16];
static uint32_t refused[8];
static uint8_t in[BUFFER_LEN], out[BUFFER_LEN], bytes[(size_t)16 * 8192];
static int fd;

static _Noreturn void die(const char *what)
{
    (void)fprintf(stderr, "fleet_peer: %s\n", what);
    exit(1);
}

static uint64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* --- a connection ----------------------------------------------------------------------------- */

static void dial(void)
{
    const struct dsb_link_buffers buffers = {in, sizeof in, out, sizeof out};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    uint8_t ephemeral[DSB_KEY_LEN];

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    randombytes_buf(ephemeral, sizeof ephemeral);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&at, sizeof at) != 0)
        die("cannot connect");
    if (dsb_link_connect(&link_, &self.local, &device.identity.id, ephemeral, &buffers, now_ms()) !=
        DSB_REASON_NONE)
        die("cannot dial");
}

static void write_pending(void)
{
    const uint8_t *pending;
    size_t len;

    if (link_.state == DSB_LINK_OPEN)
        dsb_stream_link_send(&streams, &link_, now_ms());
    while ((pending = dsb_link_pending(&link_, now_ms(), &len)) != NULL) {
        ssize_t written_len = send(fd, pending, len, MSG_NOSIGNAL);
        if (written_len <= 0) {
            dsb_link_write_failed(&link_);
            return;
        }
        dsb_link_sent(&link_, (size_t)written_len, now_ms());
    }
}

static void hear(void)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    size_t room;
    uint8_t *at = dsb_link_room(&link_, &room);

    if (at == NULL || poll(&wait, 1, WAIT_MS) != 1)
        return;
    ssize_t len = recv(fd, at, room, 0);
    if (len > 0)
        dsb_link_received(&link_, (size_t)len);
    else
        dsb_link_end_of_stream(&link_);
}

static void open_session(void)
{
    const struct dsb_streams_memory memory = {slots, bytes, refused};

    if (dsb_link_open(&link_, now_ms()) != DSB_OK ||
        dsb_stream_link_begin(&streams, &link_, 8, 4096, &memory) != DSB_OK)
        die("no session");
}

/* One round of all that is to be done. */
static void turn(void)
{
    struct dsb_link_event event;

    write_pending();
    hear();
    while ((event = dsb_link_next_event(&link_, now_ms())).type != DSB_LINK_EVENT_NONE &&
           event.type != DSB_LINK_EVENT_FAILED && event.type != DSB_LINK_EVENT_CLOSED)
        if (event.type == DSB_LINK_EVENT_AUTHENTICATED)
            open_session();
        else
            dsb_stream_link_receive(&streams, &link_, &event);
}

static bool is_under_way(void)
{
    return link_.state != DSB_LINK_FAILED && link_.state != DSB_LINK_CLOSED;
}

/* The device's refusal is an end of the connection where its first word should be. */
static bool comes_to_a_session(void)
{
    dial();
    while (is_under_way() && link_.state != DSB_LINK_OPEN)
        turn();
    if (link_.state == DSB_LINK_OPEN)
        return true;
    if (dsb_link_reason(&link_) != DSB_REASON_ACCEPT_TRUNCATED)
        die(dsb_reason_name(dsb_link_reason(&link_)));
    return false;
}

static void leave(void)
{
    (void)!dsb_link_close(&link_);
    write_pending();
    (void)close(fd);
    dsb_link_end(&link_);
}

static void say(const char *said)
{
    (void)puts(said);
    (void)fflush(stdout);
}

/* --- commands --------------------------------------------------------------------------------- */

static void try_once(void)
{
    say(comes_to_a_session() ? "session" : "refused");
    leave();
}

static void hold(void)
{
    bool is_there = comes_to_a_session();

    say(is_there ? "session" : "refused");
    while (is_there && is_under_way())
        turn();
    if (is_there)
        say("ended");
}

/* The byte of the word at this place of its bytes on the wire, without services. */
static uint8_t *byte_of_word(size_t place)
{
    if (place < DSB_ROOT_KEY_LEN)
        return &word.root[place];
    place -= DSB_ROOT_KEY_LEN;
    if (place < sizeof word.serial)
        return (uint8_t *)&word.serial + place;
    place -= sizeof word.serial;
    return place == 0 ? &word.services_len : &word.signature[place - 1];
}

static void altered(void)
{
    for (size_t place = 0; place < DSB_ATTESTATION_MIN; place++) {
        *byte_of_word(place) ^= 1;
        if (comes_to_a_session())
            die("an altered word was taken");
        leave();
        *byte_of_word(place) ^= 1;
    }
    (void)printf("refused %d\n", DSB_ATTESTATION_MIN);
}

static void bring(char **words)
{
    static struct dsb_revocations list;
    struct dsb_device_id id;
    struct root root;
    char text[ROOT_LIST_TEXT_SIZE], answer[128];
    uint32_t stream;
    size_t len = 0, answer_len = 0;

    root_make(&root, (uint8_t)atoi(words[0]));
    if (dsb_device_id_set(&id, words[2], strlen(words[2])) != DSB_OK)
        die("no id");
    root_revoke(&root, &list, (uint64_t)atoll(words[1]), &id, (uint64_t)atoll(words[3]));
    size_t text_len = root_list_text(text, &list);
    if (!comes_to_a_session() || dsb_streams_open(&streams, "revocations", 11, &stream) != DSB_OK ||
        dsb_streams_write(&streams, stream, (const uint8_t *)text, text_len, &len) != DSB_OK ||
        len != text_len || dsb_streams_finish(&streams, stream) != DSB_OK)
        die("no stream");
    enum dsb_status status = DSB_WOULD_BLOCK;
    while (is_under_way() && status == DSB_WOULD_BLOCK) {
        turn();
        status = dsb_streams_read(&streams, stream, (uint8_t *)answer, sizeof answer, &answer_len);
    }
    (void)printf("%.*s", (int)answer_len, answer);
    leave();
}

int main(int argc, char **argv)
{
    struct root root;
    struct dsb_word key = {argc > 3 ? argv[3] : "", argc > 3 ? strlen(argv[3]) : 0};

    if (argc < 9 || sodium_init() < 0 || noise_init() != 0)
        die("usage: fleet_peer PORT DEVICE KEY ID KEY-SEED ROOT-SEED SERIAL COMMAND...");
    port = (uint16_t)atoi(argv[1]);
    peer_make(&self, argv[4], (uint8_t)atoi(argv[5]));
    self.local.streams = (struct dsb_stream_limits){8192, 8};
    root_make(&root, (uint8_t)atoi(argv[6]));
    root_sign(&root, &word, &self, (uint64_t)atoll(argv[7]), "");
    self.local.attestation = &word;
    peer_make(&device, argv[2], 1);
    if (!dsb_hex_decode(device.identity.key.public_key, &key))
        die("no key");
    peer_trust(&self, &device);
    if (strcmp(argv[8], "altered") == 0)
        altered();
    else if (strcmp(argv[8], "hold") == 0)
        hold();
    else if (strcmp(argv[8], "revoke") == 0 && argc == 13)
        bring(argv + 9);
    else
        try_once();
    return 0;
}
