/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session library in memory, on this machine: sessions per second, DATA and streams'
 * throughput, bytes per session, each beside what the Noise library and the multiplications alone
 * allow. Rounds are interleaved, so that all rows see the same machine; a row gives the best and
 * the median round and the spread between worst and best.
 */
#include "dsoftbus/session.h"
#include "dsoftbus/streams.h"

#include "tests/support/xorshift.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS     9
#define HANDSHAKES 150                       /* per round: some 50 ms */
#define DATA_BYTES ((size_t)8 * 1024 * 1024) /* per round and size */
/* The windows of the Linux node. */
#define STREAMS_MAX   64
#define STREAM_WINDOW (256 * 1024) /* bytes */
#define SEND_CAP      (64 * 1024)

#define TRUST_ENTRIES 64 /* the peer stands last: the longest way through a store of this size */
#define MULTIPLICATIONS                                                                            \
    6                     /* X25519 of a variable point in one handshake, both sides (es, ee, se)  \
                           */
#define BASE_MULTIPLIES 2 /* the ephemerals' public keys */

struct device {
    struct dsb_identity_file file;
    struct dsb_identity identity;
    struct dsb_trust_entry entries[TRUST_ENTRIES];
    struct dsb_trust_store trust;
    struct dsb_local local;
};

static struct device alpha, beta;
static union dsb_slot a, b;
static uint64_t random_state = 88172645463325252U;

static void check(bool good)
{
    if (!good) {
        (void)fprintf(stderr, "bench: a step failed\n");
        exit(1);
    }
}

static double now_s(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fresh(uint8_t out[DSB_KEY_LEN])
{
    for (size_t i = 0; i < DSB_KEY_LEN; i++)
        out[i] = (uint8_t)(xorshift64(&random_state) >> 24);
}

static void make_device(struct device *device, const char *id)
{
    check(dsb_device_id_set(&device->file.id, id, strlen(id)) == DSB_OK);
    fresh(device->file.private_key);
    check(dsb_identity_init(&device->identity, &device->file) == DSB_OK);
    dsb_trust_store_init(&device->trust, device->entries, TRUST_ENTRIES);
    device->local = (struct dsb_local){
        &device->identity, &device->trust, DSB_RECV_MAX_MAX, {STREAM_WINDOW, STREAMS_MAX}, NULL};
}

static void add_entry(struct device *device, const char *id, const uint8_t key[DSB_KEY_LEN])
{
    struct dsb_trust_entry entry = {.services_len = 0};

    check(dsb_device_id_set(&entry.id, id, strlen(id)) == DSB_OK);
    memcpy(entry.key, key, DSB_KEY_LEN);
    check(dsb_trust_store_add(&device->trust, &device->identity, &entry) == DSB_TEXT_NO_FAULT);
}

/* Others first, the peer last. */
static void trust(struct device *device, const struct device *peer)
{
    for (int i = 0; i < TRUST_ENTRIES - 1; i++) {
        char id[DSB_DEVICE_ID_MAX];
        uint8_t private_key[DSB_KEY_LEN], key[DSB_KEY_LEN];

        (void)snprintf(id, sizeof id, "other-device-%d", i);
        fresh(private_key);
        noise_x25519_base(key, private_key);
        add_entry(device, id, key);
    }
    add_entry(device, peer == &beta ? "beta" : "alpha", peer->identity.key.public_key);
}

static void hand_over(struct dsb_handshake *from, struct dsb_handshake *to)
{
    uint8_t wire[DSB_HANDSHAKE_OUT_MAX];
    size_t len = dsb_handshake_output(from, wire), used_len;

    check(dsb_handshake_feed(to, wire, len, 0, &used_len) != DSB_HANDSHAKE_FAILED);
    check(used_len == len && len != 0);
}

/* connect and accept to two sessions. */
static void make_session(void)
{
    uint8_t ephemeral[DSB_KEY_LEN], wire[DSB_CONTROL_MAX];
    size_t used_len;

    fresh(ephemeral);
    check(dsb_handshake_connect(&a.handshake, &alpha.local, &beta.identity.id, ephemeral, 0) ==
          DSB_REASON_NONE);
    fresh(ephemeral);
    check(dsb_handshake_accept(&b.handshake, &beta.local, ephemeral, 0) == DSB_REASON_NONE);
    hand_over(&a.handshake, &b.handshake);
    hand_over(&b.handshake, &a.handshake);
    hand_over(&a.handshake, &b.handshake);
    check(dsb_slot_finish(&b, 0) == DSB_OK);
    size_t len = dsb_session_output(&b.session, wire, sizeof wire, 0);
    check(dsb_handshake_feed(&a.handshake, wire, len, 0, &used_len) == DSB_HANDSHAKE_AUTHENTICATED);
    check(dsb_slot_finish(&a, 0) == DSB_OK);
}

/* The same three messages by the Noise library alone. */
static void make_noise_handshake(void)
{
    static const uint8_t prologue[] = "DSoftBus/2\0\4beta";
    static const uint8_t payload[DSB_PAYLOAD3_MAX];
    static const size_t payload_len[] = {0, DSB_PAYLOAD2_MAX, 2 + 5 + DSB_PAYLOAD2_MAX};
    struct noise_xk_handshake ha, hb;
    struct noise_transport ta, tb;
    uint8_t ephemeral[DSB_KEY_LEN], message[256], received[256];
    size_t message_len, received_len;

    fresh(ephemeral);
    check(noise_xk_init_initiator(&ha, &alpha.identity.key, beta.identity.key.public_key, ephemeral,
                                  prologue, 16) == NOISE_OK);
    fresh(ephemeral);
    check(noise_xk_init_responder(&hb, &beta.identity.key, ephemeral, prologue, 16) == NOISE_OK);
    for (int i = 0; i < 3; i++) {
        struct noise_xk_handshake *from = i == 1 ? &hb : &ha, *to = i == 1 ? &ha : &hb;

        check(noise_xk_write(from, payload, payload_len[i], message, sizeof message,
                             &message_len) == NOISE_OK);
        check(noise_xk_read(to, message, message_len, received, sizeof received, &received_len) ==
              NOISE_OK);
    }
    check(noise_xk_split(&ha, &ta) == NOISE_OK && noise_xk_split(&hb, &tb) == NOISE_OK);
}

static void multiply(void)
{
    uint8_t out[DSB_KEY_LEN], scalar[DSB_KEY_LEN];

    fresh(scalar);
    for (int i = 0; i < MULTIPLICATIONS; i++)
        check(noise_x25519(out, scalar, beta.identity.key.public_key) == 0);
    for (int i = 0; i < BASE_MULTIPLIES; i++)
        noise_x25519_base(out, scalar);
}

static double per_second(void (*once)(void))
{
    double start = now_s();

    for (int i = 0; i < HANDSHAKES; i++)
        once();
    return HANDSHAKES / (now_s() - start);
}

static uint8_t body[DSB_RECV_MAX_MAX], wire[2 + DSB_RECV_MAX_MAX];

/* MB/s of records of bytes sealed by one side and opened by the other, without the stream layer. */
static double session_rate(size_t body_len)
{
    size_t count = DATA_BYTES / body_len, out_len, used_len, got_len;
    const uint8_t *got;
    double start = now_s();

    for (size_t i = 0; i < count; i++) {
        check(dsb_session_send_stream(&a.session, DSB_RECORD_BYTES, wire, sizeof wire, body,
                                      body_len, 0, &out_len) == DSB_OK);
        dsb_session_written(&a.session, out_len, 0);
        check(dsb_session_feed(&b.session, wire, out_len, 0, &used_len, &got, &got_len) ==
              DSB_EVENT_STREAM);
    }
    return (double)(count * body_len) / 1e6 / (now_s() - start);
}

/* Streams from a to b. */

struct streams_end {
    struct dsb_streams streams;
    struct dsb_stream table[STREAMS_MAX];
    uint32_t refused[STREAMS_MAX];
    uint8_t *bytes;
};

static struct streams_end from_a, at_b;

static void make_streams(struct streams_end *end, bool is_initiator)
{
    const struct dsb_streams_config config = {.is_initiator = is_initiator,
                                              .streams_max = is_initiator ? 0 : STREAMS_MAX,
                                              .own_max = is_initiator ? STREAMS_MAX : 0,
                                              .peer_streams_max = STREAMS_MAX,
                                              .window = STREAM_WINDOW,
                                              .peer_window = STREAM_WINDOW,
                                              .send_cap = SEND_CAP};

    end->bytes = end->bytes != NULL ? end->bytes : malloc(DSB_STREAMS_BYTES(&config));
    const struct dsb_streams_memory memory = {end->table, end->bytes, end->refused};
    check(end->bytes != NULL && dsb_streams_init(&end->streams, &config, &memory) == DSB_OK);
}

/* The next record of one end, sealed, opened, and taken by the other; false when there is none. */
static bool carry(struct streams_end *from, struct dsb_session *sender, struct streams_end *to,
                  struct dsb_session *receiver)
{
    enum dsb_record_type type;
    const uint8_t *got;
    size_t out_len, used_len, got_len;
    size_t len = dsb_streams_next_record(&from->streams, &type, wire + DSB_BODY_HEADROOM,
                                         DSB_STREAM_ID_LEN + DSB_STREAM_BYTES_MAX);

    if (len == 0)
        return false;
    check(dsb_session_send_stream(sender, type, wire, sizeof wire, wire + DSB_BODY_HEADROOM, len, 0,
                                  &out_len) == DSB_OK);
    dsb_session_written(sender, out_len, 0);
    check(dsb_session_feed(receiver, wire, out_len, 0, &used_len, &got, &got_len) ==
          DSB_EVENT_STREAM);
    check(dsb_streams_receive(&to->streams, type, got, got_len) == DSB_REASON_NONE);
    return true;
}

/* The applications, which write and read in place: all the room there is, all that has come. */
static size_t write_and_read(const uint32_t *ids, size_t stream_count)
{
    size_t read_len = 0;

    for (size_t i = 0; i < stream_count; i++) {
        uint8_t *room;
        const uint8_t *front;
        size_t len;

        if (dsb_streams_room(&from_a.streams, ids[i], &room, &len) == DSB_OK)
            check(dsb_streams_wrote(&from_a.streams, ids[i], len) == DSB_OK);
        if (dsb_streams_front(&at_b.streams, ids[i], &front, &len) == DSB_OK) {
            check(dsb_streams_took(&at_b.streams, ids[i], len) == DSB_OK);
            read_len += len;
        }
    }
    return read_len;
}

/* Until neither has anything more to say. */
static void carry_all(void)
{
    while (carry(&from_a, &a.session, &at_b, &b.session) ||
           carry(&at_b, &b.session, &from_a, &a.session)) {
    }
}

static void write_byte(struct streams_end *end, uint32_t id)
{
    size_t len;

    check(dsb_streams_write(&end->streams, id, body, 1, &len) == DSB_OK);
    check(dsb_streams_finish(&end->streams, id) == DSB_OK);
}

static void read_byte(struct streams_end *end, uint32_t id)
{
    uint8_t byte;
    size_t len;

    check(dsb_streams_read(&end->streams, id, &byte, 1, &len) == DSB_OK);
    check(dsb_streams_read(&end->streams, id, &byte, 1, &len) == DSB_ENDED);
}

/* Streams per second: a question and an answer of a byte each, six records in one round trip. */
static double calls_rate(void)
{
    const int count = 2000;

    make_session();
    make_streams(&from_a, true);
    make_streams(&at_b, false);
    double start = now_s();
    for (int i = 0; i < count; i++) {
        uint32_t id;

        check(dsb_streams_open(&from_a.streams, "bench", 5, &id) == DSB_OK);
        write_byte(&from_a, id);
        carry_all();
        check(dsb_streams_next_event(&at_b.streams).id == id);
        check(dsb_streams_accept(&at_b.streams, id) == DSB_OK);
        read_byte(&at_b, id);
        write_byte(&at_b, id);
        carry_all();
        read_byte(&from_a, id);
        check(dsb_streams_let_go(&from_a.streams, id) == DSB_OK);
        check(dsb_streams_let_go(&at_b.streams, id) == DSB_OK);
        while (dsb_streams_next_event(&from_a.streams).type != DSB_STREAM_EVENT_NONE) {
        }
    }
    return count / (now_s() - start);
}

/* MB/s through so many streams at once. */
static double streams_rate(size_t stream_count)
{
    uint32_t ids[STREAMS_MAX];
    size_t read_len = 0;

    make_session();
    make_streams(&from_a, true);
    make_streams(&at_b, false);
    for (size_t i = 0; i < stream_count; i++) {
        check(dsb_streams_open(&from_a.streams, "bench", 5, &ids[i]) == DSB_OK);
        check(carry(&from_a, &a.session, &at_b, &b.session));
        check(dsb_streams_next_event(&at_b.streams).type == DSB_STREAM_EVENT_INCOMING);
        check(dsb_streams_accept(&at_b.streams, ids[i]) == DSB_OK);
    }
    double start = now_s();
    while (read_len < DATA_BYTES) {
        read_len += write_and_read(ids, stream_count);
        for (size_t i = 0; i < stream_count && carry(&from_a, &a.session, &at_b, &b.session); i++) {
        }
        while (carry(&at_b, &b.session, &from_a, &a.session)) {
        }
    }
    return (double)read_len / 1e6 / (now_s() - start);
}

static double noise_rate(size_t body_len)
{
    size_t count = DATA_BYTES / body_len, len, got_len;
    double start = now_s();

    for (size_t i = 0; i < count; i++) {
        check(noise_transport_seal(&a.session.transport, body, body_len, wire, sizeof wire, &len) ==
              NOISE_OK);
        check(noise_transport_open(&b.session.transport, wire, len, wire, sizeof wire, &got_len) ==
              NOISE_OK);
    }
    return (double)(count * body_len) / 1e6 / (now_s() - start);
}

static int compare(const void *x, const void *y)
{
    double p = *(const double *)x, q = *(const double *)y;

    return (p > q) - (p < q);
}

static void print_row(const char *name, double rounds[ROUNDS], const char *unit, double bound)
{
    qsort(rounds, ROUNDS, sizeof rounds[0], compare);
    printf("%-34s %9.0f %9.0f  %4.1f %%  %-10s", name, rounds[ROUNDS - 1], rounds[ROUNDS / 2],
           100 * (rounds[ROUNDS - 1] - rounds[0]) / rounds[ROUNDS - 1], unit);
    if (bound != 0)
        printf(" %5.1f %%", 100 * rounds[ROUNDS - 1] / bound);
    printf("\n");
}

static void bench_sessions(void)
{
    static double sessions[ROUNDS], noise[ROUNDS], bound[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        sessions[i] = per_second(make_session);
        noise[i] = per_second(make_noise_handshake);
        bound[i] = per_second(multiply);
    }
    qsort(bound, ROUNDS, sizeof bound[0], compare);
    double best = bound[ROUNDS - 1];
    print_row("session, both sides", sessions, "sessions/s", best);
    print_row("Noise XK alone", noise, "per s", best);
    print_row("6 X25519 + 2 base alone", bound, "per s", best);
}

/* Against the session's own rate with records as long as theirs. */
static void bench_streams(void)
{
    static double session[ROUNDS], one[ROUNDS], many[ROUNDS], calls[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        make_session();
        session[i] = session_rate(DSB_STREAM_BYTES_MAX);
        one[i] = streams_rate(1);
        many[i] = streams_rate(STREAMS_MAX);
        calls[i] = calls_rate();
    }
    qsort(session, ROUNDS, sizeof(double), compare);
    double best = session[ROUNDS - 1];
    print_row("records, 16384 bytes, again", session, "MB/s", 0);
    print_row("one stream", one, "MB/s", best);
    print_row("64 streams in turn", many, "MB/s", best);
    print_row("streams, question and answer", calls, "per s", 0);
}

static void bench_records(void)
{
    static const size_t lens[] = {64, 1024, 16384, DSB_RECV_MAX_MAX - DSB_RECORD_OVERHEAD};
    static double session[4][ROUNDS], noise[4][ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        for (size_t k = 0; k < 4; k++) {
            make_session();
            session[k][i] = session_rate(lens[k]);
            make_session();
            noise[k][i] = noise_rate(lens[k]);
        }
    }
    for (size_t k = 0; k < 4; k++) {
        char name[64];

        (void)snprintf(name, sizeof name, "Noise transport, %zu bytes", lens[k]);
        qsort(noise[k], ROUNDS, sizeof(double), compare);
        double best = noise[k][ROUNDS - 1];
        print_row(name, noise[k], "MB/s", 0);
        (void)snprintf(name, sizeof name, "records, %zu bytes", lens[k]);
        print_row(name, session[k], "MB/s", best);
    }
}

int main(void)
{
    check(noise_init() == 0);
    make_device(&alpha, "alpha");
    make_device(&beta, "beta");
    trust(&alpha, &beta);
    trust(&beta, &alpha);
    printf("session library in memory, %d rounds   best    median  spread             of bound\n",
           ROUNDS);
    bench_sessions();
    bench_records();
    bench_streams();
    printf("bytes: stream %zu, and its window and send buffer\n", sizeof(struct dsb_stream));
    printf("bytes: half-open handshake %zu, session %zu, slot for either %zu, trust entry %zu\n",
           sizeof(struct dsb_handshake), sizeof(struct dsb_session), sizeof(union dsb_slot),
           sizeof(struct dsb_trust_entry));
    return 0;
}
