/* SPDX-License-Identifier: Apache-2.0 */
/* A file under way: one request beside the loop at a time, and a bounded queue of chunks behind it.
 */
#include "node/engine/file_sink.h"

#include "node/base/publish.h"
#include "node/base/secret.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of a fixed length, so that the file's own name may have every byte that the system allows. */
#define TEMPORARY_PATTERN ".dsoftbus-XXXXXXXXXXXXXXXX.part"

enum sink_state {
    SINK_OPEN,     /* bytes may come */
    SINK_COMPLETE, /* all bytes are here: what is queued is written, then synced */
    SINK_SYNC,     /* fsync of the file is under way */
    SINK_SYNC_DIR, /* it has its name; fsync of the directory is under way */
    SINK_FINISHED  /* finished() was reported */
};

struct piece {
    struct chunk *chunk;
    const uint8_t *bytes;
    size_t len;
};

struct file_sink {
    enum sink_state state;
    enum sink_existing existing;
    uv_fs_t request;
    bool busy; /* request is under way */
    bool closed;
    bool wants_room;
    bool direct; /* a pipe or device: no temporary name */
    int fd;
    int dir_fd;     /* of the directory, -1 when direct */
    int64_t offset; /* of the next write; -1 when direct */
    size_t queue_count;
    size_t writing_count; /* the first so many pieces are in the request */
    size_t written_len;   /* of those, already written by a short write */
    struct piece queue[SINK_QUEUE_COUNT];
    const struct sink_events *events;
    void *owner;
    uv_loop_t *loop;
    struct chunk_pool *chunks;
    char name[NAME_MAX + 1];
    char temporary[sizeof TEMPORARY_PATTERN];
};

static void advance(struct file_sink *s);

static void release(struct file_sink *s)
{
    for (size_t i = 0; i < s->queue_count; i++)
        chunk_unref(s->chunks, s->queue[i].chunk);
    if (s->temporary[0] != '\0')
        (void)unlinkat(s->dir_fd, s->temporary, 0);
    if (s->fd >= 0 && s->fd != STDOUT_FILENO)
        close(s->fd);
    if (s->dir_fd >= 0)
        close(s->dir_fd);
    free(s);
}

static void finish(struct file_sink *s, int system_error)
{
    s->state = SINK_FINISHED;
    if (s->temporary[0] != '\0')
        (void)unlinkat(s->dir_fd, s->temporary, 0);
    s->temporary[0] = '\0';
    s->events->finished(s->owner, system_error);
}

/* Takes the written bytes off the queue; a short write leaves the rest of a piece. */
static void drop_written(struct file_sink *s, size_t len)
{
    size_t done_count = 0;
    while (done_count < s->writing_count && len >= s->queue[done_count].len) {
        len -= s->queue[done_count].len;
        chunk_unref(s->chunks, s->queue[done_count].chunk);
        done_count++;
    }
    if (done_count < s->writing_count) {
        s->queue[done_count].bytes += len;
        s->queue[done_count].len -= len;
    }
    s->queue_count -= done_count;
    memmove(s->queue, s->queue + done_count, s->queue_count * sizeof s->queue[0]);
}

/* The temporary file becomes the file. */
static int give_name(struct file_sink *s)
{
    if (s->existing == SINK_OVERWRITE) {
        if (renameat(s->dir_fd, s->temporary, s->dir_fd, s->name) != 0)
            return errno;
    } else {
        int fault = publish_new(s->dir_fd, s->temporary, s->name);
        if (fault != 0)
            return fault;
    }
    s->temporary[0] = '\0';
    return 0;
}

static void on_request(uv_fs_t *request)
{
    struct file_sink *s = request->data;
    ssize_t result = request->result;
    uv_fs_req_cleanup(request);
    s->busy = false;
    if (s->closed) {
        release(s);
        return;
    }
    int fault = result < 0 ? (int)-result : 0;
    if (s->state <= SINK_COMPLETE && result == 0)
        fault = EIO; /* a write of some bytes that takes none would come again for ever */
    /* A directory on some file systems has nothing to sync. */
    if (s->state == SINK_SYNC_DIR && fault == EINVAL)
        fault = 0;
    if (s->state == SINK_SYNC && fault == 0)
        fault = give_name(s);
    if (fault != 0) {
        finish(s, fault);
        return;
    }
    if (s->state == SINK_SYNC) {
        s->state = SINK_SYNC_DIR;
    } else if (s->state == SINK_SYNC_DIR) {
        finish(s, 0);
        return;
    } else {
        if (!s->direct)
            s->offset += result;
        drop_written(s, (size_t)result);
    }
    bool tells_room = s->wants_room && s->queue_count < SINK_QUEUE_COUNT;
    if (tells_room)
        s->wants_room = false;
    advance(s);
    if (tells_room)
        s->events->room(s->owner); /* who may close it */
}

static void start(struct file_sink *s, int result)
{
    if (result != 0)
        abort(); /* libuv refuses a request only for a missing callback or memory */
    s->busy = true;
}

static void advance(struct file_sink *s)
{
    uv_buf_t bufs[SINK_QUEUE_COUNT];
    s->request.data = s;
    if (s->busy || s->state == SINK_FINISHED)
        return;
    if (s->queue_count > 0) {
        for (size_t i = 0; i < s->queue_count; i++)
            bufs[i] = uv_buf_init((char *)(uintptr_t)s->queue[i].bytes, (unsigned)s->queue[i].len);
        s->writing_count = s->queue_count;
        start(s, uv_fs_write(s->loop, &s->request, s->fd, bufs, (unsigned)s->queue_count, s->offset,
                             on_request));
    } else if (s->state == SINK_COMPLETE && s->direct) {
        finish(s, 0);
    } else if (s->state == SINK_COMPLETE) {
        s->state = SINK_SYNC;
        start(s, uv_fs_fsync(s->loop, &s->request, s->fd, on_request));
    } else if (s->state == SINK_SYNC_DIR) {
        start(s, uv_fs_fsync(s->loop, &s->request, s->dir_fd, on_request));
    }
}

/* The directory and the last name of a path. */
static int open_directory(struct file_sink *s, const char *path)
{
    char directory[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    if (name[0] == '\0' || strlen(name) > NAME_MAX)
        return name[0] == '\0' ? EISDIR : ENAMETOOLONG;
    if (slash != NULL && (size_t)(slash - path) >= sizeof directory)
        return ENAMETOOLONG;
    if (slash != NULL) {
        size_t len = slash == path ? 1 : (size_t)(slash - path);
        memcpy(directory, path, len);
        directory[len] = '\0';
    }
    strcpy(s->name, name);
    s->dir_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return s->dir_fd < 0 ? errno : 0;
}

/* Names that may be taken by accident before something else is wrong. */
#define TEMPORARY_TRIES 100

static int open_temporary(struct file_sink *s)
{
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        uint64_t suffix;
        random_bytes((uint8_t *)&suffix, sizeof suffix);
        (void)snprintf(s->temporary, sizeof s->temporary, ".dsoftbus-%016llx.part",
                       (unsigned long long)suffix);
        s->fd = openat(s->dir_fd, s->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (s->fd >= 0)
            return 0;
        if (errno != EEXIST)
            break;
    }
    s->temporary[0] = '\0';
    return errno;
}

/* O_NONBLOCK only for the opening: a pipe without a reader is an error, not a wait. */
static int open_direct(struct file_sink *s, const char *path)
{
    s->direct = true;
    s->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (s->fd < 0 || fcntl(s->fd, F_SETFL, O_WRONLY) != 0)
        return errno;
    return 0;
}

static int open_path(struct file_sink *s, const char *path)
{
    struct stat st;
    if (strcmp(path, "-") == 0) {
        s->direct = true;
        s->fd = STDOUT_FILENO;
        return 0;
    }
    bool exists = stat(path, &st) == 0;
    if (exists && s->existing != SINK_NOTHING_THERE && !S_ISREG(st.st_mode))
        return open_direct(s, path);
    if (exists && s->existing != SINK_OVERWRITE)
        return EEXIST;
    int fault = open_directory(s, path);
    return fault != 0 ? fault : open_temporary(s);
}

int file_sink_open(struct file_sink **out, uv_loop_t *loop, struct chunk_pool *chunks,
                   const char *path, enum sink_existing existing, const struct sink_events *events,
                   void *owner)
{
    struct file_sink *s = calloc(1, sizeof *s);
    if (s == NULL)
        return ENOMEM;
    s->loop = loop;
    s->chunks = chunks;
    s->existing = existing;
    s->events = events;
    s->owner = owner;
    s->fd = -1;
    s->dir_fd = -1;
    int fault = open_path(s, path);
    if (fault != 0) {
        release(s);
        return fault;
    }
    s->offset = s->direct ? -1 : 0;
    *out = s;
    return 0;
}

bool file_sink_has_room(struct file_sink *s)
{
    /* After a failure, of which the owner was told, there is room for anything. */
    s->wants_room = s->state != SINK_FINISHED && s->queue_count == SINK_QUEUE_COUNT;
    return !s->wants_room;
}

void file_sink_write(struct file_sink *s, struct chunk *chunk, const uint8_t *bytes, size_t len)
{
    assert(s->state == SINK_OPEN || s->state == SINK_FINISHED);
    if (s->state == SINK_FINISHED)
        return;
    assert(s->queue_count < SINK_QUEUE_COUNT);
    chunk_ref(chunk);
    s->queue[s->queue_count++] = (struct piece){chunk, bytes, len};
    advance(s);
}

void file_sink_complete(struct file_sink *s)
{
    if (s->state != SINK_OPEN)
        return;
    s->state = SINK_COMPLETE;
    advance(s);
}

void file_sink_close(struct file_sink *s)
{
    s->closed = true;
    if (!s->busy)
        release(s);
}

bool file_sink_may_be_stuck(const struct file_sink *s)
{
    return s->busy && s->direct;
}
