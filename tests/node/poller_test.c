/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of sockets, when the loop may end, and what a listener's connections inherit. */
#include "node/engine/listener.h"
#include "node/engine/poller.h"
#include "node/engine/tcp.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define PAIR_COUNT 3

/* One end of a pair is watched; the test has the other. */
struct end {
    struct fixture *fixture;
    int fd; /* -1: closed */
    int others_fd;
    int watched;
    int told_count;
    int told; /* events, the last ones */
};

struct fixture {
    uv_loop_t loop;
    struct poller poller;
    struct end ends[PAIR_COUNT];
    void (*act)(struct end *end); /* inside of ready */
    int all_told_count;
};

static void on_ready(void *owner, int events)
{
    struct end *end = owner;
    end->told_count++;
    end->told = events;
    if (end->fixture->act != NULL)
        end->fixture->act(end);
}

static void on_all_told(struct poller *p)
{
    struct fixture *f = p->handle.loop->data;
    f->all_told_count++;
}

static void watch(struct end *end, int events)
{
    assert_true(poller_watch(&end->fixture->poller, end->fd, end, end->watched, events));
    end->watched = events;
}

static void close_end(struct end *end)
{
    if (end->fd < 0)
        return;
    poller_forget(&end->fixture->poller, end->watched);
    close(end->fd);
    end->fd = -1;
}

static int set_up(void **state)
{
    static struct fixture f;
    struct error e;
    f = (struct fixture){.act = NULL};
    assert_int_equal(uv_loop_init(&f.loop), 0);
    f.loop.data = &f;
    assert_true(poller_open(&f.poller, &f.loop, on_ready, on_all_told, &e));
    for (int i = 0; i < PAIR_COUNT; i++) {
        int fds[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        f.ends[i] = (struct end){.fixture = &f, .fd = fds[0], .others_fd = fds[1]};
    }
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < PAIR_COUNT; i++) {
        close_end(&f->ends[i]);
        close(f->ends[i].others_fd);
    }
    poller_close(&f->poller);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    return uv_loop_close(&f->loop);
}

static void say(const struct end *end)
{
    assert_int_equal(send(end->others_fd, "x", 1, MSG_NOSIGNAL), 1);
}

static void turn(struct fixture *f)
{
    (void)uv_run(&f->loop, UV_RUN_NOWAIT);
}

static void what_is_waited_for_is_told_until_it_is_taken(void **state)
{
    struct fixture *f = *state;
    struct end *end = &f->ends[0];
    char byte;
    watch(end, POLLER_READABLE);
    turn(f);
    assert_int_equal(end->told_count, 0);
    say(end);
    turn(f);
    turn(f);
    assert_int_equal(end->told_count, 2);
    assert_int_equal(end->told, POLLER_READABLE);
    assert_int_equal(recv(end->fd, &byte, 1, 0), 1);
    turn(f);
    assert_int_equal(end->told_count, 2);
    watch(end, POLLER_READABLE | POLLER_WRITABLE);
    turn(f);
    assert_int_equal(end->told, POLLER_WRITABLE);
}

static void nothing_is_told_of_what_is_waited_for_no_more(void **state)
{
    struct fixture *f = *state;
    struct end *end = &f->ends[0];
    watch(end, POLLER_WRITABLE);
    watch(end, 0);
    close(end->others_fd); /* an end, which epoll tells to whoever asks for nothing */
    end->others_fd = -1;
    turn(f);
    assert_int_equal(end->told_count, 0);
    watch(end, POLLER_READABLE);
    turn(f);
    assert_int_equal(end->told_count, 1);
}

static void a_socket_that_failed_is_readable_and_writable(void **state)
{
    struct fixture *f = *state;
    struct end *end = &f->ends[0];
    watch(end, POLLER_READABLE);
    close(end->others_fd);
    end->others_fd = -1;
    turn(f);
    assert_int_equal(end->told, POLLER_READABLE | POLLER_WRITABLE);
}

static void the_loop_ends_when_nothing_is_watched(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(uv_run(&f->loop, UV_RUN_DEFAULT), 0);
    watch(&f->ends[0], POLLER_READABLE);
    watch(&f->ends[1], POLLER_READABLE);
    assert_int_not_equal(uv_run(&f->loop, UV_RUN_NOWAIT), 0);
    close_end(&f->ends[0]);
    assert_int_not_equal(uv_run(&f->loop, UV_RUN_NOWAIT), 0);
    f->act = close_end;
    say(&f->ends[1]);
    assert_int_equal(uv_run(&f->loop, UV_RUN_DEFAULT), 0);
}

static void close_all(struct end *end)
{
    for (int i = 0; i < PAIR_COUNT; i++)
        close_end(&end->fixture->ends[i]);
}

static void a_closed_socket_is_told_of_in_that_turn_at_most(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < PAIR_COUNT; i++) {
        watch(&f->ends[i], POLLER_READABLE);
        say(&f->ends[i]);
    }
    f->act = close_all;
    turn(f);
    f->act = NULL;
    assert_int_equal(f->all_told_count, 1);
    int told_count = 0;
    for (int i = 0; i < PAIR_COUNT; i++) {
        assert_true(f->ends[i].told_count <= 1);
        told_count += f->ends[i].told_count;
        f->ends[i].told_count = 0;
    }
    assert_true(told_count >= 1);
    turn(f);
    for (int i = 0; i < PAIR_COUNT; i++)
        assert_int_equal(f->ends[i].told_count, 0);
}

static void a_socket_that_cannot_be_watched_is_told_so(void **state)
{
    struct fixture *f = *state;
    assert_false(poller_watch(&f->poller, -1, &f->ends[0], 0, POLLER_READABLE));
    assert_int_equal(errno, EBADF);
    assert_int_equal(uv_run(&f->loop, UV_RUN_DEFAULT), 0);
}

static void an_accepted_socket_sends_at_once(void **state)
{
    union endpoint bound;
    struct error e;
    int listener;
    int dialled;
    int on = 0;
    socklen_t len = sizeof on;
    (void)state;
    assert_true(listener_open(&listener, &bound, "127.0.0.1:0", &e));
    assert_int_equal(tcp_dial(&dialled, &bound), 0);
    struct pollfd waiting = {.fd = listener, .events = POLLIN};
    assert_int_equal(poll(&waiting, 1, -1), 1);
    int accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(accepted >= 0);
    assert_int_equal(getsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, &len), 0);
    assert_int_not_equal(on, 0);
    close(accepted);
    close(dialled);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_waited_for_is_told_until_it_is_taken, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_told_of_what_is_waited_for_no_more, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_socket_that_failed_is_readable_and_writable, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_loop_ends_when_nothing_is_watched, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_closed_socket_is_told_of_in_that_turn_at_most, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_socket_that_cannot_be_watched_is_told_so, set_up,
                                        tear_down),
        cmocka_unit_test(an_accepted_socket_sends_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
