/* SPDX-License-Identifier: Apache-2.0 */
/* A file over a stream of the daemon's: PUT, and when READY came its bytes, then DONE, then the
 * wait for STORED. What the peer says is heard at any time. */
#include "node/base/clock.h"
#include "node/cli/bus_error.h"
#include "node/cli/progress.h"
#include "node/cli/send.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum state { OFFERING, SENDING, WAITING, STORED };

#define PIECE_LEN ((size_t)60 * 1024) /* bytes of the file in one message */

struct sender {
    struct bus_stream *stream;
    const struct options *options;
    const char *path;
    enum state state;
    int file;
    uint64_t file_len; /* MESSAGE_LENGTH_UNKNOWN: not a file, or one without a length */
    uint64_t read_len;
    bool at_end; /* the whole file was read */
    struct message_reader reader;
    struct progress progress;
    size_t out_at;
    size_t out_len;
    uint8_t out[MESSAGE_BYTES_HEAD_LEN + PIECE_LEN];
};

/* A pipe without a writer is opened all the same: the loop waits for what it will say. */
static bool open_file(struct sender *s)
{
    struct stat st;
    struct error *e = s->stream->error;
    s->file = strcmp(s->path, "-") == 0
                  ? STDIN_FILENO
                  : open(s->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (s->file < 0 || fstat(s->file, &st) != 0)
        return error_set(e, EXIT_LOCAL, "%s: %s", s->path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return error_set(e, EXIT_LOCAL, "%s: %s", s->path, strerror(EISDIR));
    if (s->file == STDIN_FILENO && (fcntl(s->file, F_GETFL) & O_ACCMODE) == O_WRONLY)
        return error_set(e, EXIT_LOCAL, "%s: standard input is closed", s->path);
    bool has_length = S_ISREG(st.st_mode) && s->file != STDIN_FILENO && st.st_size > 0;
    s->file_len = has_length ? (uint64_t)st.st_size : MESSAGE_LENGTH_UNKNOWN;
    return true;
}

static void say(struct sender *s, const struct message *m)
{
    s->out_at = 0;
    s->out_len = message_write(s->out, m);
}

/* The next message, of what can be read now. */
static bool fill(struct sender *s)
{
    struct error *e = s->stream->error;
    ssize_t len = read(s->file, s->out + MESSAGE_BYTES_HEAD_LEN, PIECE_LEN);
    if (len < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (len < 0)
        return error_set(e, EXIT_LOCAL, "%s: %s", s->path, strerror(errno));
    s->read_len += (uint64_t)len;
    s->at_end = len == 0;
    if (s->file_len != MESSAGE_LENGTH_UNKNOWN &&
        (s->at_end ? s->read_len != s->file_len : s->read_len > s->file_len))
        return error_set(e, EXIT_LOCAL, "%s: its length changed while it was sent", s->path);
    if (s->at_end) {
        say(s, &(struct message){.kind = MESSAGE_DONE, .length = s->read_len});
        return true;
    }
    message_write_bytes_head(s->out, (size_t)len);
    s->out_at = 0;
    s->out_len = MESSAGE_BYTES_HEAD_LEN + (size_t)len;
    progress_update(&s->progress, s->read_len, clock_ms());
    return true;
}

/* A stream that is over takes nothing; why, its verdict tells. */
static void drain(struct sender *s)
{
    ssize_t len = send(s->stream->fd, s->out + s->out_at, s->out_len - s->out_at, MSG_NOSIGNAL);
    if (len > 0)
        s->out_at += (size_t)len;
    if (s->state == SENDING && s->at_end && s->out_at == s->out_len) {
        (void)shutdown(s->stream->fd, SHUT_WR);
        s->state = WAITING;
    }
}

static bool on_message(struct sender *s, const struct message *m)
{
    struct error *e = s->stream->error;
    const char *device = s->stream->device;
    if (m->kind == MESSAGE_REFUSED)
        return error_set(e, EXIT_REFUSED, SEND_REFUSED "%s", device,
                         message_refusal_text(m->refusal), send_advice(m->refusal));
    if (m->kind == MESSAGE_READY && s->state == OFFERING) {
        s->state = SENDING;
        progress_start(&s->progress, s->path, s->file_len, s->options->quiet, clock_ms());
        return true;
    }
    if (m->kind != MESSAGE_STORED)
        return error_set(e, EXIT_BROKEN, "%s answered out of turn", device);
    if (s->state != WAITING || m->length != s->read_len)
        return error_set(e, EXIT_BROKEN, "%s stored another length than was sent", device);
    s->state = STORED;
    progress_end(&s->progress);
    if (!s->options->quiet)
        send_say_stored(s->path, device, m);
    return true;
}

static bool hear(struct sender *s)
{
    uint8_t in[MESSAGE_FRAME_MAX];
    struct bus_stream *stream = s->stream;
    size_t used_len;
    ssize_t len = read(stream->fd, in, sizeof in);
    if (len < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (len <= 0)
        return bus_stream_end(stream) &&
               error_set(stream->error, EXIT_BROKEN, "%s finished before the file was stored",
                         stream->device);
    for (size_t at = 0; at < (size_t)len && s->state != STORED; at += used_len) {
        struct message m;
        enum message_read read = message_read(&s->reader, in + at, (size_t)len - at, &used_len, &m);
        if (read == MESSAGE_READ_BAD)
            return error_set(stream->error, EXIT_BROKEN, "%s does not speak the language of files",
                             stream->device);
        if (read == MESSAGE_READ_ONE && !on_message(s, &m))
            return false;
    }
    return true;
}

static bool transfer(struct sender *s)
{
    struct pollfd entries[BUS_STREAM_OWN + 2];
    struct pollfd *stream = &entries[BUS_STREAM_OWN];
    struct pollfd *file = stream + 1;
    while (s->state != STORED) {
        bool is_full = s->out_at < s->out_len;
        bool reads = s->state == SENDING && !is_full && !s->at_end;
        *stream = (struct pollfd){.fd = s->stream->fd,
                                  .events = (short)(POLLIN | (is_full ? POLLOUT : 0))};
        *file = (struct pollfd){.fd = reads ? s->file : -1, .events = POLLIN};
        if (!bus_stream_wait(s->stream, entries, 2, -1))
            return false;
        if ((stream->revents & ~POLLOUT) != 0 && !hear(s))
            return false;
        if (file->revents != 0 && !fill(s))
            return false;
        if (s->out_at < s->out_len)
            drain(s);
    }
    if (!bus_stream_end(s->stream))
        s->stream->error->code = EXIT_OK; /* the file is there, whatever becomes of the rest */
    return true;
}

/* The service `file`, told as the refusal of a file. */
static bool offer(struct sender *s, const char *device, const char *name)
{
    struct message put = {.kind = MESSAGE_PUT, .length = s->file_len};
    struct error *e = s->stream->error;
    enum dsbc_result why;
    if (bus_stream_open(s->stream, device, "file", &why)) {
        (void)snprintf(put.name, sizeof put.name, "%s", name);
        say(s, &put);
        return true;
    }
    if (why == DSBC_NO_SUCH_SERVICE)
        return error_set(e, EXIT_REFUSED, SEND_REFUSED, device,
                         message_refusal_text(REFUSAL_NO_INBOX));
    return false;
}

bool send_by_bus(struct bus_stream *stream, const struct options *o, const char *device,
                 const char *path, const char *name)
{
    struct sender *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    s->stream = stream;
    s->options = o;
    s->path = path;
    s->file = -1;
    bool ok = open_file(s) && offer(s, device, name) && transfer(s);
    progress_end(&s->progress);
    if (s->file > STDIN_FILENO)
        close(s->file);
    free(s);
    bus_stream_close(stream);
    return ok;
}
