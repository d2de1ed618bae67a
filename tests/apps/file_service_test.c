/* SPDX-License-Identifier: Apache-2.0 */
/* filed whole: files over streams, and streams that end anywhere. */
#include "apps/harness.h"
#include "file/message.h"
#include "shelf.h"

#include <stdio.h>
#include <string.h>

static char heard[1024];
static uint8_t content[5000];

static int setup(void **state)
{
    (void)state;
    harness_start("file");
    run_app();
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (uint8_t)(i * 7);
    return 0;
}

/* All of it, in pieces of a window, while it runs. */
static void say_all(struct fake_stream *stream, const void *bytes, size_t len)
{
    for (size_t at = 0; at < len && stream->object; run_app())
        at += fake_say(stream, (const uint8_t *)bytes + at, len - at);
}

static void say(struct fake_stream *stream, enum message_kind kind, uint64_t length,
                const char *name)
{
    struct message message = {.kind = kind, .length = length};
    uint8_t frame[MESSAGE_FRAME_MAX];

    (void)strcpy(message.name, name);
    say_all(stream, frame, message_write(frame, &message));
}

static void say_bytes(struct fake_stream *stream, size_t len)
{
    uint8_t head[MESSAGE_BYTES_HEAD_LEN];

    message_write_bytes_head(head, len);
    say_all(stream, head, sizeof head);
    say_all(stream, content, len);
}

/* The one message that is there. */
static struct message hear(struct fake_stream *stream)
{
    struct message message = {.kind = 0};
    size_t len = hear_all(stream, heard, sizeof heard);

    assert_true(len > MESSAGE_LENGTH_LEN);
    assert_true(
        message_decode(&message, (uint8_t *)heard + MESSAGE_LENGTH_LEN, len - MESSAGE_LENGTH_LEN));
    return message;
}

static void send_file(const char *peer, const char *name, size_t len, enum message_kind answer)
{
    struct fake_stream *stream = fake_open(peer, "file");

    say(stream, MESSAGE_PUT, len, name);
    assert_int_equal(hear(stream).kind, MESSAGE_READY);
    if (len > 0)
        say_bytes(stream, len);
    say(stream, MESSAGE_DONE, len, "");
    assert_int_equal(hear(stream).kind, answer);
    fake_finish(stream);
    run_app();
    assert_null(stream->object);
    assert_int_equal(stream->app_reset, 0);
    fake_forget(stream);
}

static void files_arrive(void **state)
{
    (void)state;
    send_file("lamp", "one", sizeof content, MESSAGE_STORED);
    send_file("lamp", "two", 0, MESSAGE_STORED);
    send_file("gateway", "one", 100, MESSAGE_STORED);
}

/* All at once, the end included, before a byte of it is read. */
static void an_end_behind_the_last_message_is_no_fault(void **state)
{
    uint8_t bytes[FAKE_WINDOW_LEN];
    struct message message = {.kind = MESSAGE_PUT, .length = 3, .name = "hasty"};
    size_t len = message_write(bytes, &message);

    (void)state;
    struct fake_stream *stream = fake_open("lamp", "file");
    message_write_bytes_head(bytes + len, 3);
    len += MESSAGE_BYTES_HEAD_LEN;
    memcpy(bytes + len, "abc", 3);
    message = (struct message){.kind = MESSAGE_DONE, .length = 3};
    len += 3 + message_write(bytes + len + 3, &message);
    assert_int_equal(fake_say(stream, bytes, len), len);
    fake_finish(stream);
    len = hear_all(stream, heard, sizeof heard);
    assert_int_equal(len, 3 + 11);
    assert_int_equal(heard[2], MESSAGE_READY);
    assert_int_equal(heard[5], MESSAGE_STORED);
    assert_null(stream->object);
    assert_int_equal(stream->app_reset, 0);
}

static void what_breaks_off_is_not_kept(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        struct fake_stream *stream = fake_open("lamp", "file");
        say(stream, MESSAGE_PUT, 1000, "broken");
        (void)hear(stream);
        say_bytes(stream, 1000);
        if (i == 0)
            fake_reset(stream);
        else
            fake_finish(stream);
        run_app();
        assert_null(stream->object);
    }
    send_file("lamp", "broken", 1000, MESSAGE_STORED); /* its name and its room are free */
}

static void other_talk_is_reset(void **state)
{
    (void)state;
    struct fake_stream *stream = fake_open("lamp", "file");
    say_all(stream, "GET / HTTP/1.0\r\n\r\n", 18);
    assert_null(stream->object);
    assert_int_equal(stream->app_reset, BUS_RESET_PROTOCOL);
}

/* A peer that offers and offers and hears nothing is read no further than its first answer. */
static void who_takes_no_answer_is_not_heard(void **state)
{
    (void)state;
    struct fake_stream *stream = fake_open("lamp", "file");
    stream->to_peer_len = FAKE_WINDOW_LEN;
    for (uint32_t i = 0; i < 300; i++) {
        struct message message = {.kind = MESSAGE_PUT, .name = "a/b"};
        uint8_t frame[MESSAGE_FRAME_MAX];
        (void)fake_say(stream, frame, message_write(frame, &message));
        run_app();
    }
    assert_int_equal(stream->to_app_len, FAKE_WINDOW_LEN);
    send_file("gateway", "meanwhile", 1000, MESSAGE_STORED);
}

/* When dsoftbusd dies in the middle of a file nothing of it is left. */
static void a_bus_that_dies_leaves_no_half_file(void **state)
{
    static const char *const names[] = {"file"};

    (void)state;
    struct fake_stream *stream = fake_open("sensor", "file");
    say(stream, MESSAGE_PUT, 1000, "half");
    (void)hear(stream);
    say_bytes(stream, 500);
    fake_bus_start(names, 1);
    run_app_later(1000);
    run_app_later(1000);
    send_file("sensor", "half", 1000, MESSAGE_STORED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(files_arrive, setup),
        cmocka_unit_test_setup(an_end_behind_the_last_message_is_no_fault, setup),
        cmocka_unit_test_setup(what_breaks_off_is_not_kept, setup),
        cmocka_unit_test_setup(other_talk_is_reset, setup),
        cmocka_unit_test_setup(who_takes_no_answer_is_not_heard, setup),
        cmocka_unit_test_setup(a_bus_that_dies_leaves_no_half_file, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
