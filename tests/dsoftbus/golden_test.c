/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wire format, byte for byte: a whole session with fixed keys must give exactly the bytes of
 * golden/session.txt, and the announces and query those of golden/packets.txt. A change of the
 * format fails here; if it is meant, it is a new wire version.
 *
 *   golden_test FOLDER           compares
 *   golden_test FOLDER --write   writes the files anew
 */
#include "dsoftbus/announce.h"
#include "dsoftbus/lines.h"
#include "dsoftbus/peer.h"
#include "dsoftbus/streams.h"
#include "dsoftbus/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX   ((size_t)64 * 1024)
#define LINE_BYTES 32 /* of the wire per line of text */

static const char *folder;
static bool write_files;

/* The text that this run gives. */
static char text[TEXT_MAX];
static size_t text_len;

static void put_line(const char *line)
{
    text_len += (size_t)snprintf(text + text_len, TEXT_MAX - text_len, "%s\n", line);
}

static void put_hex(const char *name, const uint8_t *bytes, size_t len)
{
    put_line(name);
    for (size_t i = 0; i < len; i++) {
        text_len += (size_t)snprintf(text + text_len, TEXT_MAX - text_len, "%02x%s", bytes[i],
                                     (i + 1) % LINE_BYTES == 0 || i + 1 == len ? "\n" : "");
    }
}

static void compare_or_write(const char *name)
{
    static char path[4096], expected[TEXT_MAX];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, write_files ? "w" : "r");
    assert_non_null(file);
    if (write_files) {
        assert_int_equal(fwrite(text, 1, text_len, file), text_len);
    } else {
        size_t len = fread(expected, 1, TEXT_MAX - 1, file);
        expected[len] = 0;
        assert_string_equal(text, expected);
    }
    assert_ok(fclose(file));
}

/* Whatever is in the stream, as one named block of text. */
static void flush(const char *name, struct stream *stream)
{
    put_hex(name, stream->bytes, stream->len);
}

static struct pair pair;

static void handshake_part(void)
{
    uint8_t ephemeral[DSB_KEY_LEN];

    pair_start(&pair);
    put_hex("initiator alpha, private key", pair.a_peer.file.private_key, DSB_KEY_LEN);
    put_hex("responder beta, private key", pair.b_peer.file.private_key, DSB_KEY_LEN);
    test_ephemeral(ephemeral, PAIR_A_EPHEMERAL);
    put_hex("alpha, ephemeral private key", ephemeral, DSB_KEY_LEN);
    test_ephemeral(ephemeral, PAIR_B_EPHEMERAL);
    put_hex("beta, ephemeral private key", ephemeral, DSB_KEY_LEN);
    assert_true(end_write(&pair.a, &pair.b) > 0);
    flush("alpha: message 1", &pair.b.in);
    assert_int_equal(end_feed(&pair.b, pair.now_ms), DSB_HANDSHAKE_WRITE_MSG2);
    assert_true(end_write(&pair.b, &pair.a) > 0);
    flush("beta: message 2", &pair.a.in);
    assert_int_equal(end_feed(&pair.a, pair.now_ms), DSB_HANDSHAKE_WRITE_MSG3);
    assert_true(end_write(&pair.a, &pair.b) > 0);
    flush("alpha: message 3", &pair.b.in);
    assert_int_equal(end_feed(&pair.b, pair.now_ms), DSB_HANDSHAKE_AUTHENTICATED);
    assert_ok(dsb_slot_finish(&pair.b.slot, pair.now_ms));
    assert_true(session_write(&pair.b, &pair.a, pair.now_ms) > 0);
    flush("beta: ACCEPT", &pair.a.in);
    assert_int_equal(end_feed(&pair.a, pair.now_ms), DSB_HANDSHAKE_AUTHENTICATED);
    assert_ok(dsb_slot_finish(&pair.a.slot, pair.now_ms));
    put_hex("handshake hash", dsb_session_hash(&pair.a.slot.session), NOISE_HASH_LEN);
}

/* Shows what `from` has sent to `to`, and has it read. */
static void pass(const char *name, struct end *to, enum dsb_event expected)
{
    const uint8_t *body;
    size_t body_len;

    flush(name, &to->in);
    assert_int_equal(session_read(to, pair.now_ms, &body, &body_len), expected);
    assert_int_equal(to->in.len, 0);
}

/* Streams, of both sides, with a window of 4. */

struct side {
    struct dsb_streams streams;
    struct dsb_stream table[2];
    uint32_t refused[1];
    uint8_t bytes[2 * (PEER_WINDOW + 16)];
    struct end *end;
};

static struct side at_alpha, at_beta;

static void begin(struct side *side, struct end *end)
{
    const struct dsb_streams_config config = {.is_initiator = side == &at_alpha,
                                              .streams_max = 1,
                                              .own_max = 1,
                                              .peer_streams_max = 1,
                                              .window = PEER_WINDOW,
                                              .peer_window = PEER_WINDOW,
                                              .send_cap = 16};
    const struct dsb_streams_memory memory = {side->table, side->bytes, side->refused};

    side->end = end;
    assert_ok(dsb_streams_init(&side->streams, &config, &memory));
}

/* The next record of `from` is this one, and arrives. */
static void say(const char *name, struct side *from, struct side *to)
{
    uint8_t record[64], out[128];
    enum dsb_record_type type;
    const uint8_t *body;
    size_t body_len, out_len;
    size_t len = dsb_streams_next_record(&from->streams, &type, record, sizeof record);

    assert_ok(dsb_session_send_stream(&from->end->slot.session, type, out, sizeof out, record, len,
                                      pair.now_ms, &out_len));
    dsb_session_written(&from->end->slot.session, out_len, pair.now_ms);
    stream_put(&to->end->in, out, out_len);
    flush(name, &to->end->in);
    assert_int_equal(session_read_record(to->end, pair.now_ms, &body, &body_len), DSB_EVENT_STREAM);
    assert_ok(dsb_streams_receive(&to->streams, type, body, body_len));
}

static void write_all(struct side *side, uint32_t id, const char *bytes)
{
    size_t len;

    assert_ok(dsb_streams_write(&side->streams, id, (const uint8_t *)bytes, strlen(bytes), &len));
    assert_int_equal(len, strlen(bytes));
}

static void read_all(struct side *side, uint32_t id)
{
    uint8_t bytes[PEER_WINDOW];
    size_t len;

    assert_ok(dsb_streams_read(&side->streams, id, bytes, sizeof bytes, &len));
}

static void streams_part(void)
{
    uint32_t log, clock;

    assert_ok(dsb_streams_open(&at_alpha.streams, "log", 3, &log));
    write_all(&at_alpha, log, "hello, log");
    say("alpha: OPEN 1 log", &at_alpha, &at_beta);
    say("alpha: BYTES 1 hell", &at_alpha, &at_beta);
    assert_int_equal(dsb_streams_next_event(&at_beta.streams).type, DSB_STREAM_EVENT_INCOMING);
    assert_ok(dsb_streams_accept(&at_beta.streams, log));
    read_all(&at_beta, log);
    say("beta: OPENED 1 4", &at_beta, &at_alpha);
    say("alpha: BYTES 1 o, l", &at_alpha, &at_beta);
    read_all(&at_beta, log);
    say("beta: CREDIT 1 4", &at_beta, &at_alpha);
    assert_ok(dsb_streams_finish(&at_alpha.streams, log));
    say("alpha: BYTES 1 og", &at_alpha, &at_beta);
    say("alpha: FIN 1", &at_alpha, &at_beta);
    write_all(&at_beta, log, "ok");
    assert_ok(dsb_streams_finish(&at_beta.streams, log));
    say("beta: BYTES 1 ok", &at_beta, &at_alpha);
    say("beta: FIN 1", &at_beta, &at_alpha);
    assert_ok(dsb_streams_open(&at_beta.streams, "clock", 5, &clock));
    say("beta: OPEN 2 clock", &at_beta, &at_alpha);
    while (dsb_streams_next_event(&at_alpha.streams).type != DSB_STREAM_EVENT_NONE) {
    }
    assert_ok(dsb_streams_refuse(&at_alpha.streams, clock, DSB_RESET_NOT_ALLOWED));
    say("alpha: RESET 2 not-allowed", &at_alpha, &at_beta);
}

/* The rest of a session: a PING with its PONG, and at the end of both directions a CLOSE. */

static void say_own(const char *name, struct end *from, struct end *to, enum dsb_event expected)
{
    assert_true(session_write(from, to, pair.now_ms) > 0);
    pass(name, to, expected);
}

static void ping_part(void)
{
    assert_ok(dsb_session_ping(&pair.a.slot.session, (const uint8_t *)"golden", 6));
    say_own("alpha: PING golden", &pair.a, &pair.b, DSB_EVENT_NONE);
    say_own("beta: PONG golden", &pair.b, &pair.a, DSB_EVENT_PONG);
}

/* PINGs and PONGs until each direction has replaced its key. */
static void rekey_part(void)
{
    struct dsb_session *a = &pair.a.slot.session;
    size_t len;

    assert_int_equal(a->transport.send.n, pair.b.slot.session.transport.send.n);
    while (a->transport.send.n < DSB_REKEY_RECORDS - 1) {
        assert_ok(dsb_session_ping(a, (const uint8_t *)"filler", 6));
        len = text_len;
        say_own("", &pair.a, &pair.b, DSB_EVENT_NONE);
        say_own("", &pair.b, &pair.a, DSB_EVENT_PONG);
        text_len = len;
    }
    assert_ok(dsb_session_ping(a, (const uint8_t *)"filler", 6));
    say_own("alpha: PING filler, n = 65535", &pair.a, &pair.b, DSB_EVENT_NONE);
    say_own("beta: PONG filler, n = 65535", &pair.b, &pair.a, DSB_EVENT_PONG);
    assert_ok(dsb_session_ping(a, (const uint8_t *)"rekeyed", 7));
    say_own("alpha: PING rekeyed, n = 65536", &pair.a, &pair.b, DSB_EVENT_NONE);
    say_own("beta: PONG rekeyed, n = 65536", &pair.b, &pair.a, DSB_EVENT_PONG);
}

static void close_part(void)
{
    assert_false(dsb_streams_wants_output(&at_alpha.streams));
    assert_false(dsb_streams_wants_output(&at_beta.streams));
    assert_ok(dsb_session_close(&pair.a.slot.session));
    say_own("alpha: CLOSE", &pair.a, &pair.b, DSB_EVENT_PEER_CLOSED);
    assert_ok(dsb_session_close(&pair.b.slot.session));
    say_own("beta: CLOSE", &pair.b, &pair.a, DSB_EVENT_PEER_CLOSED);
}

static void session_bytes(void **state)
{
    (void)state;
    text_len = 0;
    put_line("# DSoftBus wire version 2: every unit with its length bytes, as on the stream");
    handshake_part();
    begin(&at_alpha, &pair.a);
    begin(&at_beta, &pair.b);
    ping_part();
    streams_part();
    rekey_part();
    close_part();
    compare_or_write("session.txt");
}

/* alpha.lab's announce, with the word of RFC-0010, section 9. */
static void attested_packet(void)
{
    static const struct dsb_word
        root = {"8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c", 64},
        first = {"ab0ab45005522dc1feb65c3c6ca8f32e3361389c39ab34b1106a4f6f2ca72d49", 64},
        second = {"bf7a7739a2b332ff3ab9d93272372127591e12a206134ce328d69066a68cc30d", 64};
    static struct peer alpha;
    struct dsb_announce announce = {.port = DSB_SESSION_PORT, .attestation = {.serial = 5}};
    uint8_t packet[DSB_ANNOUNCE_MAX];
    size_t packet_len;

    peer_make(&alpha, "alpha.lab", 0x11);
    announce.id = alpha.identity.id;
    memcpy(announce.key, alpha.identity.key.public_key, DSB_KEY_LEN);
    assert_true(dsb_hex_decode(announce.attestation.root, &root));
    assert_true(dsb_hex_decode(announce.attestation.signature, &first));
    assert_true(dsb_hex_decode(announce.attestation.signature + 32, &second));
    assert_true(dsb_attestation_verify(&announce.attestation, &announce.id, announce.key));
    assert_ok(dsb_announce_encode(packet, &packet_len, &announce));
    put_hex("attested announce of alpha.lab", packet, packet_len);
}

static void packet_bytes(void **state)
{
    static struct peer beta;
    struct dsb_announce announce = {.port = DSB_SESSION_PORT, .service_count = 2};
    uint8_t packet[DSB_ANNOUNCE_MAX];
    size_t packet_len;

    (void)state;
    text_len = 0;
    peer_make(&beta, "beta", 0x22);
    announce.id = beta.identity.id;
    memcpy(announce.key, beta.identity.key.public_key, DSB_KEY_LEN);
    announce.services[0] = (struct dsb_service_name){4, "echo"};
    announce.services[1] = (struct dsb_service_name){6, "k\xc3\xbc"
                                                        "che"};
    assert_ok(dsb_announce_encode(packet, &packet_len, &announce));
    put_hex("announce of beta", packet, packet_len);
    attested_packet();
    dsb_query_encode(packet);
    put_hex("query", packet, DSB_QUERY_LEN);
    compare_or_write("packets.txt");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(session_bytes),
        cmocka_unit_test(packet_bytes),
    };

    if (argc < 2) {
        (void)fprintf(stderr, "usage: golden_test FOLDER [--write]\n");
        return 2;
    }
    folder = argv[1];
    write_files = argc > 2 && strcmp(argv[2], "--write") == 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
