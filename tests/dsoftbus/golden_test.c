/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wire format, byte for byte: a whole session with fixed keys must give exactly the bytes of
 * golden/session.txt, and the announce and query exactly those of golden/packets.txt. A change of
 * the format fails here; if it is meant, it is a new wire version.
 *
 *   golden_test FOLDER           compares
 *   golden_test FOLDER --write   writes the files anew
 */
#include "dsoftbus/announce.h"
#include "dsoftbus/peer.h"
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

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
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

static void session_part(void)
{
    struct dsb_session *a = &pair.a.slot.session;
    struct dsb_session *b = &pair.b.slot.session;

    assert_ok(dsb_session_ping(a, (const uint8_t *)"golden", 6));
    assert_true(session_write(&pair.a, &pair.b, pair.now_ms) > 0);
    pass("alpha: PING golden", &pair.b, DSB_EVENT_NONE);
    assert_true(session_write(&pair.b, &pair.a, pair.now_ms) > 0);
    pass("beta: PONG golden", &pair.a, DSB_EVENT_PONG);
    session_send(&pair.a, &pair.b, "hello", 5, pair.now_ms);
    pass("alpha: DATA hello", &pair.b, DSB_EVENT_DATA);
    session_send(&pair.b, &pair.a, "world", 5, pair.now_ms);
    pass("beta: DATA world", &pair.a, DSB_EVENT_DATA);

    for (uint64_t n = a->transport.send.n; n < DSB_REKEY_RECORDS; n++) {
        const uint8_t *body;
        size_t body_len;

        session_send(&pair.a, &pair.b, "filler", 6, pair.now_ms);
        if (n == DSB_REKEY_RECORDS - 1) {
            flush("alpha: DATA filler, n = 65535", &pair.b.in);
        }
        assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_DATA);
    }
    session_send(&pair.a, &pair.b, "rekeyed", 7, pair.now_ms);
    pass("alpha: DATA rekeyed, n = 65536", &pair.b, DSB_EVENT_DATA);
    assert_ok(dsb_session_close(a));
    assert_true(session_write(&pair.a, &pair.b, pair.now_ms) > 0);
    pass("alpha: CLOSE", &pair.b, DSB_EVENT_PEER_CLOSED);
    assert_ok(dsb_session_close(b));
    assert_true(session_write(&pair.b, &pair.a, pair.now_ms) > 0);
    pass("beta: CLOSE", &pair.a, DSB_EVENT_PEER_CLOSED);
}

static void session_bytes(void **state)
{
    (void)state;
    text_len = 0;
    put_line("# DSoftBus wire version 1: every unit with its length bytes, as on the stream");
    handshake_part();
    session_part();
    compare_or_write("session.txt");
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
