/* SPDX-License-Identifier: Apache-2.0 */
/* Each way reads when its buffer is empty and writes until it is; neither ever waits for the other.
 */
#include "node/cli/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* A writable pipe has room for PIPE_BUF bytes; files and what does not block take what they are
 * given. */
static size_t write_max_of(int fd)
{
    struct stat st;
    int flags = fcntl(fd, F_GETFL);
    bool is_safe =
        (flags >= 0 && (flags & O_NONBLOCK) != 0) || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode));
    return is_safe ? RELAY_BUF_SIZE : PIPE_BUF;
}

static void make_nonblocking(int fd)
{
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

void relay_start(struct relay *r, int stream, int local_in, int local_out, unsigned options)
{
    make_nonblocking(stream); /* nobody else has this end */
    r->options = options;
    r->doubtful = false;
    r->judged = false;
    r->fault = 0;
    r->out.from = local_in;
    r->out.to = stream;
    r->in.from = stream;
    r->in.to = local_out;
    struct relay_way *const ways[] = {&r->out, &r->in};
    for (unsigned i = 0; i < 2; i++) {
        struct relay_way *way = ways[i];
        way->at = way->len = 0;
        way->at_end = way->over = false;
        way->write_max = write_max_of(way->to);
    }
}

static bool wants_read(const struct relay_way *way)
{
    return !way->at_end && way->len == 0;
}

static short events_of(const struct relay_way *reads, const struct relay_way *writes)
{
    short in = reads != NULL && wants_read(reads) ? POLLIN : 0;
    short out = writes != NULL && writes->len > 0 ? POLLOUT : 0;
    return (short)(in | out);
}

static struct pollfd entry(int fd, short events)
{
    return (struct pollfd){.fd = events != 0 ? fd : -1, .events = events};
}

void relay_wants(const struct relay *r, struct pollfd wanted[RELAY_POLL_COUNT])
{
    bool is_one = r->out.from == r->in.to;
    wanted[0] = entry(r->in.from, events_of(&r->in, &r->out));
    wanted[1] = entry(r->out.from, events_of(&r->out, is_one ? &r->in : NULL));
    wanted[2] = entry(is_one ? -1 : r->in.to, events_of(NULL, &r->in));
}

/* Nothing of this way is moved any more, and its end is not passed on. */
static void abandon(struct relay_way *way)
{
    way->at_end = true;
    way->len = 0;
    way->over = true;
}

/* errno, or 0; *got is what was read. */
static int read_some(struct relay_way *way)
{
    ssize_t got = read(way->from, way->bytes, sizeof way->bytes);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : errno;
    way->at = 0;
    way->len = (size_t)got;
    way->at_end = got == 0;
    return 0;
}

static int write_some(struct relay_way *way)
{
    while (way->len > 0) {
        size_t piece = way->len < way->write_max ? way->len : way->write_max;
        ssize_t put = write(way->to, way->bytes + way->at, piece);
        if (put < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : errno;
        way->at += (size_t)put;
        way->len -= (size_t)put;
        if (way->write_max < RELAY_BUF_SIZE)
            return 0; /* its readiness promised one piece */
    }
    return 0;
}

static bool is_hung_up(int stream)
{
    struct pollfd at = {.fd = stream, .events = 0};
    return poll(&at, 1, 0) == 1 && (at.revents & (POLLHUP | POLLERR)) != 0;
}

static void local_failed(struct relay *r, int fault, bool is_input)
{
    r->fault = fault;
    r->fault_is_input = is_input;
}

static void read_stream(struct relay *r)
{
    int fault = read_some(&r->in);
    if (fault == 0 && !r->in.at_end)
        return;
    r->in.at_end = true;
    r->doubtful = fault != 0 || is_hung_up(r->in.from);
}

static void write_local(struct relay *r)
{
    int fault = write_some(&r->in);
    if (fault != 0 && (r->options & RELAY_MAY_IGNORE) != 0)
        r->in.len = 0; /* what follows meets the same fault, and is dropped */
    else if (fault != 0)
        local_failed(r, fault, false);
}

static void read_local(struct relay *r)
{
    int fault = read_some(&r->out);
    if (fault != 0)
        local_failed(r, fault, true);
}

/* The daemon does not take more: the stream was reset, and the verdict follows. */
static void write_stream(struct relay *r)
{
    if (write_some(&r->out) != 0)
        abandon(&r->out);
}

static bool may_end_in(const struct relay *r)
{
    return !r->doubtful || (r->judged && r->verdict == DSBC_OK);
}

static bool may_end_out(const struct relay *r)
{
    return (r->options & RELAY_HOLDS_END) == 0;
}

/* The reader of standard output is to see an end, while nothing else may become standard output. */
static void replace_by_null(int fd)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null < 0)
        return;
    (void)dup2(null, fd);
    close(null);
}

static void end_local_out(struct relay *r)
{
    if (shutdown(r->in.to, SHUT_WR) == 0 || r->in.to == r->out.from)
        return;
    if (r->in.to <= STDERR_FILENO) {
        replace_by_null(r->in.to);
        return;
    }
    close(r->in.to);
    r->in.to = -1;
}

static void pass_ends_on(struct relay *r)
{
    if (r->in.at_end && r->in.len == 0 && !r->in.over && may_end_in(r)) {
        end_local_out(r);
        r->in.over = true;
        if ((r->options & RELAY_ANSWER_ONLY) != 0) {
            r->out.at_end = true;
            r->out.len = 0;
        }
    }
    if (r->out.at_end && r->out.len == 0 && !r->out.over && may_end_out(r)) {
        (void)shutdown(r->out.to, SHUT_WR);
        r->out.over = true;
    }
}

static enum relay_result result_of(const struct relay *r)
{
    if (r->fault != 0)
        return RELAY_FAULT;
    if (r->judged && r->verdict != DSBC_OK)
        return RELAY_CUT;
    return r->judged && r->in.over && r->out.over ? RELAY_CLEAN : RELAY_GOES_ON;
}

enum relay_result relay_turn(struct relay *r, const struct pollfd ready[RELAY_POLL_COUNT])
{
    if (r->judged && r->verdict != DSBC_OK)
        return RELAY_CUT;
    if (ready[0].revents != 0 && wants_read(&r->in))
        read_stream(r);
    if (r->in.len > 0 && (r->in.write_max == RELAY_BUF_SIZE || ready[2].revents != 0))
        write_local(r);
    if (ready[1].revents != 0 && wants_read(&r->out))
        read_local(r);
    if (r->out.len > 0)
        write_stream(r);
    pass_ends_on(r);
    return result_of(r);
}

void relay_release_end(struct relay *r)
{
    r->options &= ~(unsigned)RELAY_HOLDS_END;
}

void relay_judge(struct relay *r, enum dsbc_result verdict)
{
    r->judged = true;
    r->verdict = verdict;
}

void relay_close(struct relay *r)
{
    close(r->in.from);
    if (r->out.from > STDERR_FILENO)
        close(r->out.from);
    if (r->in.to > STDERR_FILENO && r->in.to != r->out.from)
        close(r->in.to);
}
