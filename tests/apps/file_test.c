/* SPDX-License-Identifier: Apache-2.0 */
/* filed beside senders who say what they like: what is kept is whole, nobody takes another's room,
 * and what was refused leaves nothing. */
#include "test.h"
#include "transfer.h"

#include <stdio.h>
#include <string.h>

static struct shelf shelves[SHELF_COUNT];
static struct transfer transfer;
static uint8_t content[SHELF_BYTES_MAX + 1];

static int setup(void **state)
{
    (void)state;
    memset(shelves, 0, sizeof shelves);
    memset(&transfer, 0, sizeof transfer);
    transfer.peer = "lamp";
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (uint8_t)(i * 7 + i / 251);
    return 0;
}

/* Feeds bytes in pieces of at most so many; true when all were taken. */
static bool feed(const uint8_t *bytes, size_t len, size_t piece_len)
{
    size_t used_len;

    for (size_t at = 0; at < len; at += used_len) {
        size_t here_len = len - at < piece_len ? len - at : piece_len;
        if (!transfer_take(&transfer, shelves, bytes + at, here_len, &used_len))
            return false;
        if (used_len == 0)
            return false; /* an answer waits */
    }
    return true;
}

static bool say(enum message_kind kind, uint64_t length, const char *name)
{
    struct message message = {.kind = kind, .length = length};
    uint8_t frame[MESSAGE_FRAME_MAX];

    (void)strcpy(message.name, name);
    return feed(frame, message_write(frame, &message), SIZE_MAX);
}

static bool say_bytes(const uint8_t *bytes, size_t len, size_t piece_len)
{
    static uint8_t frame[MESSAGE_BYTES_HEAD_LEN + MESSAGE_BODY_MAX];

    for (size_t at = 0; at < len;) {
        size_t body_len = len - at < MESSAGE_BODY_MAX - 1 ? len - at : MESSAGE_BODY_MAX - 1;
        message_write_bytes_head(frame, body_len);
        memcpy(frame + MESSAGE_BYTES_HEAD_LEN, bytes + at, body_len);
        if (!feed(frame, MESSAGE_BYTES_HEAD_LEN + body_len, piece_len))
            return false;
        at += body_len;
    }
    return true;
}

/* Takes the answer that must be there. */
static struct message heard(void)
{
    struct message message = {.kind = 0};

    assert_true(transfer.answer_len > MESSAGE_LENGTH_LEN);
    assert_true(message_decode(&message, transfer.answer + MESSAGE_LENGTH_LEN,
                               transfer.answer_len - MESSAGE_LENGTH_LEN));
    transfer.answer_len = 0;
    return message;
}

static void assert_refused(enum message_refusal why)
{
    struct message message = heard();

    assert_int_equal(message.kind, MESSAGE_REFUSED);
    assert_int_equal(message.refusal, why);
    assert_null(transfer.shelf);
}

static void offer(const char *name, uint64_t len)
{
    assert_true(say(MESSAGE_PUT, len, name));
    assert_int_equal(heard().kind, MESSAGE_READY);
}

static void put(const char *name, uint64_t announced_len, size_t len, size_t piece_len)
{
    offer(name, announced_len);
    assert_true(say_bytes(content, len, piece_len));
    assert_true(say(MESSAGE_DONE, len, ""));
    struct message stored = heard();
    assert_int_equal(stored.kind, MESSAGE_STORED);
    assert_int_equal(stored.length, len);
    assert_string_equal(stored.name, "");
}

/* As a stream of another peer, or one of the same. */
static void begin_stream(const char *peer)
{
    memset(&transfer, 0, sizeof transfer);
    transfer.peer = peer;
}

static void files_are_kept_as_they_were_sent(void **state)
{
    static const size_t pieces[] = {1, 2, 3, 7, 100, 65536};

    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        (void)setup(NULL);
        put("one", 5000, 5000, pieces[i]);
        put("none", 0, 0, pieces[i]);
        put("unknown", MESSAGE_LENGTH_UNKNOWN, 1234, pieces[i]);
        assert_int_equal(shelves[0].file_count, 3);
        assert_string_equal(shelves[0].peer, "lamp");
        assert_int_equal(shelves[0].used_len, 6234);
        assert_string_equal(shelves[0].file[2].name, "unknown");
        assert_memory_equal(shelves[0].bytes, content, 5000);
        assert_memory_equal(shelves[0].bytes + 5000, content, 1234);
    }
}

static void nothing_is_taken_while_an_answer_waits(void **state)
{
    size_t used_len;

    (void)state;
    assert_true(say(MESSAGE_PUT, 3, "a"));
    assert_true(transfer_take(&transfer, shelves, content, 10, &used_len));
    assert_int_equal(used_len, 0);
}

static void a_shelf_is_full_at_its_last_byte(void **state)
{
    (void)state;
    put("all", SHELF_BYTES_MAX, SHELF_BYTES_MAX, SIZE_MAX);
    put("nothing", 0, 0, SIZE_MAX);
    assert_true(say(MESSAGE_PUT, UINT64_MAX - 1, "huge"));
    assert_refused(REFUSAL_NO_SPACE);
    assert_true(say(MESSAGE_PUT, 1, "one"));
    assert_refused(REFUSAL_NO_SPACE);

    (void)setup(NULL);
    assert_true(say(MESSAGE_PUT, SHELF_BYTES_MAX + 1, "more"));
    assert_refused(REFUSAL_NO_SPACE);
    assert_true(say(MESSAGE_PUT, UINT64_MAX - 1, "huge"));
    assert_refused(REFUSAL_NO_SPACE);
    offer("unknown", MESSAGE_LENGTH_UNKNOWN);
    assert_true(say_bytes(content, SHELF_BYTES_MAX, SIZE_MAX));
    assert_int_equal(shelves[0].used_len, SHELF_BYTES_MAX);
    assert_true(say_bytes(content, 1, SIZE_MAX));
    assert_refused(REFUSAL_NO_SPACE);
    assert_int_equal(shelves[0].used_len, 0);
    assert_string_equal(shelves[0].peer, "");
}

static void a_peer_has_so_many_files(void **state)
{
    char name[16];

    (void)state;
    for (uint32_t i = 0; i < SHELF_FILES_MAX; i++) {
        (void)snprintf(name, sizeof name, "file%u", (unsigned)i);
        put(name, 10, 10, SIZE_MAX);
    }
    assert_true(say(MESSAGE_PUT, 0, "another"));
    assert_refused(REFUSAL_NO_SPACE);
    assert_int_equal(shelves[0].file_count, SHELF_FILES_MAX);
}

static void so_many_peers_have_a_shelf(void **state)
{
    char peer[16];

    (void)state;
    for (uint32_t i = 0; i < SHELF_COUNT; i++) {
        (void)snprintf(peer, sizeof peer, "peer%u", (unsigned)i);
        begin_stream(peer);
        put("the-same-name", 10, 10, SIZE_MAX);
    }
    begin_stream("one-more");
    assert_true(say(MESSAGE_PUT, 0, "a"));
    assert_refused(REFUSAL_NO_SPACE);
    begin_stream("peer3");
    put("b", 10, 10, SIZE_MAX);
    assert_string_equal(shelves[3].peer, "peer3");
}

static void a_kept_file_is_never_replaced(void **state)
{
    (void)state;
    put("a", 10, 10, SIZE_MAX);
    assert_true(say(MESSAGE_PUT, 10, "a"));
    assert_refused(REFUSAL_EXISTS);
    begin_stream("other");
    put("a", 10, 10, SIZE_MAX); /* whose name is another peer's, too */
}

static void bad_names_are_refused(void **state)
{
    static const char *const names[] = {"", "a/b", "a\x01", "\xff"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_true(say(MESSAGE_PUT, 1, names[i]));
        assert_refused(REFUSAL_NAME);
    }
    assert_string_equal(shelves[0].peer, "");
}

static void another_length_is_not_kept(void **state)
{
    (void)state;
    offer("longer", 10);
    assert_true(say_bytes(content, 11, SIZE_MAX));
    assert_refused(REFUSAL_LENGTH);
    offer("shorter", 10);
    assert_true(say_bytes(content, 9, SIZE_MAX));
    assert_true(say(MESSAGE_DONE, 9, ""));
    assert_refused(REFUSAL_LENGTH);
    offer("lied", 10);
    assert_true(say_bytes(content, 9, SIZE_MAX));
    assert_true(say(MESSAGE_DONE, 10, ""));
    assert_refused(REFUSAL_LENGTH);
    offer("lied", MESSAGE_LENGTH_UNKNOWN);
    assert_true(say(MESSAGE_DONE, 1, ""));
    assert_refused(REFUSAL_LENGTH);
    assert_int_equal(shelves[0].used_len, 0);
    assert_int_equal(shelves[0].file_count, 0);
}

/* What was on the way when the file was refused is no fault, and the next file is taken. */
static void behind_a_refusal_bytes_are_forgotten(void **state)
{
    (void)state;
    offer("a", 5);
    assert_true(say_bytes(content, 6, SIZE_MAX));
    assert_refused(REFUSAL_LENGTH);
    assert_true(say_bytes(content, 100, 7));
    assert_true(say(MESSAGE_DONE, 106, ""));
    assert_int_equal(transfer.answer_len, 0);
    put("a", 5, 5, SIZE_MAX);
}

static void one_file_at_a_time(void **state)
{
    (void)state;
    offer("a", 10);
    assert_true(say_bytes(content, 5, SIZE_MAX));
    struct transfer first = transfer;
    begin_stream("lamp"); /* a second stream of the same peer */
    assert_true(say(MESSAGE_PUT, 1, "b"));
    assert_refused(REFUSAL_BUSY);
    transfer_end(&transfer);
    begin_stream("other");
    put("b", 1, 1, SIZE_MAX);
    transfer = first;
    assert_true(say_bytes(content + 5, 5, SIZE_MAX));
    assert_true(say(MESSAGE_DONE, 10, ""));
    assert_int_equal(heard().kind, MESSAGE_STORED);
    assert_memory_equal(shelves[0].bytes, content, 10);
}

static void an_end_in_the_middle_leaves_nothing(void **state)
{
    (void)state;
    put("kept", 10, 10, SIZE_MAX);
    offer("a", 10);
    assert_true(say_bytes(content, 10, SIZE_MAX));
    transfer_end(&transfer);
    assert_int_equal(shelves[0].used_len, 10);
    assert_int_equal(shelves[0].file_count, 1);
    assert_false(shelves[0].is_open);
    transfer_end(&transfer);
    assert_int_equal(shelves[0].used_len, 10);
    put("a", 10, 10, SIZE_MAX);
}

static void what_no_sender_says_ends_the_stream(void **state)
{
    static const enum message_kind kinds[] = {MESSAGE_READY, MESSAGE_STORED, MESSAGE_REFUSED};
    static const uint8_t junk[] = {0, 0, 0, 0};

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        assert_false(say(kinds[i], 0, ""));
    assert_false(say_bytes(content, 1, SIZE_MAX)); /* nothing was offered */
    assert_false(say(MESSAGE_DONE, 0, ""));
    offer("a", 10);
    assert_false(say(MESSAGE_PUT, 10, "b")); /* while one is under way */
    assert_string_equal(shelves[0].peer, "");
    begin_stream("lamp");
    offer("a", 10);
    assert_true(say_bytes(content, 5, SIZE_MAX));
    assert_false(feed(junk, sizeof junk, 1));
    assert_false(shelves[0].is_open);
    assert_int_equal(shelves[0].used_len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(files_are_kept_as_they_were_sent, setup),
        cmocka_unit_test_setup(nothing_is_taken_while_an_answer_waits, setup),
        cmocka_unit_test_setup(a_shelf_is_full_at_its_last_byte, setup),
        cmocka_unit_test_setup(a_peer_has_so_many_files, setup),
        cmocka_unit_test_setup(so_many_peers_have_a_shelf, setup),
        cmocka_unit_test_setup(a_kept_file_is_never_replaced, setup),
        cmocka_unit_test_setup(bad_names_are_refused, setup),
        cmocka_unit_test_setup(another_length_is_not_kept, setup),
        cmocka_unit_test_setup(behind_a_refusal_bytes_are_forgotten, setup),
        cmocka_unit_test_setup(one_file_at_a_time, setup),
        cmocka_unit_test_setup(an_end_in_the_middle_leaves_nothing, setup),
        cmocka_unit_test_setup(what_no_sender_says_ends_the_stream, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
