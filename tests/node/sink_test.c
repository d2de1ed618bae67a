/* SPDX-License-Identifier: Apache-2.0 */
/* A file on its way to the disk, and the chunks of memory that its bytes wait in. */
#include "node/engine/chunk.h"
#include "node/engine/file_sink.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* --- chunks --- */

static void chunks_come_back(void **state)
{
    struct chunk_pool pool = {0};
    struct chunk *taken[CHUNK_KEEP_COUNT + 3];
    (void)state;
    for (size_t i = 0; i < CHUNK_KEEP_COUNT + 3; i++)
        taken[i] = chunk_take(&pool);
    assert_int_equal(pool.taken_count, CHUNK_KEEP_COUNT + 3);
    chunk_ref(taken[0]);
    for (size_t i = 0; i < CHUNK_KEEP_COUNT + 3; i++)
        chunk_unref(&pool, taken[i]);
    assert_int_equal(pool.taken_count, 1); /* one is still held */
    chunk_unref(&pool, taken[0]);
    assert_int_equal(pool.taken_count, 0);
    assert_int_equal(pool.free_count, CHUNK_KEEP_COUNT);
    chunk_unref(&pool, NULL);
    chunk_pool_free(&pool);
}

/* --- files under way --- */

struct sink_fixture {
    uv_loop_t loop;
    struct chunk_pool chunks;
    struct file_sink *sink;
    char folder[32];
    int room_count;
    int finished_count;
    int error;
};

static void count_room(void *owner)
{
    ((struct sink_fixture *)owner)->room_count++;
}

static void keep_finish(void *owner, int system_error)
{
    struct sink_fixture *f = owner;
    f->finished_count++;
    f->error = system_error;
}

static const struct sink_events sink_events = {count_room, keep_finish};

static int sink_setup(void **state)
{
    struct sink_fixture *f = calloc(1, sizeof *f);
    if (f == NULL || uv_loop_init(&f->loop) != 0)
        return -1;
    strcpy(f->folder, "/tmp/dsb-sink-XXXXXX");
    *state = f;
    return mkdtemp(f->folder) != NULL ? 0 : -1;
}

static int sink_teardown(void **state)
{
    struct sink_fixture *f = *state;
    uv_run(&f->loop, UV_RUN_DEFAULT);
    chunk_pool_free(&f->chunks);
    int closed = uv_loop_close(&f->loop);
    int removed = rmdir(f->folder); /* every test leaves the folder empty */
    free(f);
    return closed != 0 || removed != 0;
}

static void sink_write_one(struct sink_fixture *f, size_t len)
{
    struct chunk *chunk = chunk_take(&f->chunks);
    memset(chunk->bytes, 'x', len);
    assert_true(file_sink_has_room(f->sink));
    file_sink_write(f->sink, chunk, chunk->bytes, len);
    chunk_unref(&f->chunks, chunk);
}

static void sink_open(struct sink_fixture *f, char path[64], enum sink_existing existing)
{
    (void)snprintf(path, 64, "%s/file", f->folder);
    assert_int_equal(
        file_sink_open(&f->sink, &f->loop, &f->chunks, path, existing, &sink_events, f), 0);
}

static void sink_gives_the_name_at_the_end(void **state)
{
    struct sink_fixture *f = *state;
    char path[64];
    sink_open(f, path, SINK_NOTHING_THERE);
    sink_write_one(f, 100);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_not_equal(access(path, F_OK), 0);
    file_sink_complete(f->sink);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(f->finished_count, 1);
    assert_int_equal(f->error, 0);
    assert_int_equal(access(path, F_OK), 0);
    file_sink_close(f->sink);
    assert_int_equal(unlink(path), 0);
}

static void sink_closed_early_leaves_nothing(void **state)
{
    struct sink_fixture *f = *state;
    char path[64];
    sink_open(f, path, SINK_NOTHING_THERE);
    sink_write_one(f, 100);
    file_sink_close(f->sink); /* its write is under way */
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(f->finished_count, 0);
}

static void sink_says_when_it_is_full_and_when_not(void **state)
{
    struct sink_fixture *f = *state;
    char path[64];
    sink_open(f, path, SINK_NOTHING_THERE);
    for (int i = 0; i < SINK_QUEUE_COUNT; i++)
        sink_write_one(f, 10);
    struct chunk *chunk = chunk_take(&f->chunks);
    assert_false(file_sink_has_room(f->sink));
    assert_int_equal(chunk->ref_count, 1);
    chunk_unref(&f->chunks, chunk);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(f->room_count, 1);
    sink_write_one(f, 10);
    file_sink_close(f->sink);
}

static void sink_keeps_what_came_meanwhile(void **state)
{
    struct sink_fixture *f = *state;
    char path[64];
    sink_open(f, path, SINK_NOTHING_THERE);
    FILE *other = fopen(path, "w");
    assert_non_null(other);
    (void)fclose(other);
    file_sink_complete(f->sink);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(f->error, EEXIST);
    file_sink_close(f->sink);
    assert_int_equal(unlink(path), 0);
}

static void sink_of_a_bad_path(void **state)
{
    struct sink_fixture *f = *state;
    char path[64];
    assert_int_equal(file_sink_open(&f->sink, &f->loop, &f->chunks, "/no/such/folder/x",
                                    SINK_NOTHING_THERE, &sink_events, f),
                     ENOENT);
    (void)snprintf(path, sizeof path, "%s/", f->folder);
    assert_int_not_equal(
        file_sink_open(&f->sink, &f->loop, &f->chunks, path, SINK_OVERWRITE, &sink_events, f), 0);
}

#define SINK_TEST(name) cmocka_unit_test_setup_teardown(name, sink_setup, sink_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_come_back),
        SINK_TEST(sink_gives_the_name_at_the_end),
        SINK_TEST(sink_closed_early_leaves_nothing),
        SINK_TEST(sink_says_when_it_is_full_and_when_not),
        SINK_TEST(sink_keeps_what_came_meanwhile),
        SINK_TEST(sink_of_a_bad_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
