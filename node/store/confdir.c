/* SPDX-License-Identifier: Apache-2.0 */
/* The directory. Everything is done relative to its open descriptor, after owner and mode were
 * looked at. */
#include "node/store/confdir.h"

#include "node/base/publish.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool default_path(char *out, size_t out_size, struct error *e)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    const struct passwd *user = getpwuid(geteuid());
    int len;
    if (config != NULL && config[0] == '/')
        len = snprintf(out, out_size, "%s/dsoftbus", config);
    else if (home != NULL && home[0] == '/')
        len = snprintf(out, out_size, "%s/.config/dsoftbus", home);
    else if (user != NULL)
        len = snprintf(out, out_size, "%s/.config/dsoftbus", user->pw_dir);
    else
        return error_set(e, EXIT_CONFIG, "no home directory: name a directory with --dir");
    if (len < 0 || (size_t)len >= out_size)
        return error_set(e, EXIT_CONFIG, "the path of the home directory is too long");
    return true;
}

static bool resolve_path(struct confdir *dir, const char *path, struct error *e)
{
    if (path == NULL)
        return default_path(dir->path, sizeof dir->path, e);
    if (strlen(path) >= sizeof dir->path)
        return error_set(e, EXIT_CONFIG, "the path given with --dir is too long");
    strcpy(dir->path, path);
    return true;
}

/* Owner and mode of the directory (want 0700) or of a file in it (want 0600); `path` is for the
 * message. */
static bool check_private(const struct stat *st, mode_t want, const char *path, struct error *e)
{
    if (st->st_uid != geteuid())
        return error_set(e, EXIT_CONFIG,
                         "%s: belongs to user %u, not to user %u (as root: sudo -u '#%u' ...)",
                         path, st->st_uid, geteuid(), st->st_uid);
    if ((st->st_mode & 077) != 0)
        return error_set(e, EXIT_CONFIG, "%s: mode %04o lets others in, must be %04o (chmod %o %s)",
                         path, st->st_mode & 07777, want, want, path);
    return true;
}

/* The directory is open. */
static bool check_opened(struct confdir *dir, struct error *e)
{
    struct stat st;
    if (fstat(dir->fd, &st) != 0)
        error_set(e, EXIT_CONFIG, "%s: %s", dir->path, strerror(errno));
    else if (check_private(&st, 0700, dir->path, e))
        return true;
    confdir_close(dir);
    return false;
}

static bool open_resolved(struct confdir *dir, struct error *e)
{
    dir->fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir->fd < 0)
        return error_set(e, EXIT_CONFIG, "%s: %s%s", dir->path, strerror(errno),
                         errno == ENOENT ? " (make an identity with: dsoftbus keygen ID)" : "");
    return check_opened(dir, e);
}

bool confdir_open(struct confdir *dir, const char *path, struct error *e)
{
    return resolve_path(dir, path, e) && open_resolved(dir, e);
}

static bool make_directories(const char *path, struct error *e)
{
    char part[PATH_MAX];
    strcpy(part, path);
    for (char *slash = strchr(part + 1, '/');; slash = strchr(slash + 1, '/')) {
        if (slash != NULL)
            *slash = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            return error_set(e, EXIT_CONFIG, "%s: %s", part, strerror(errno));
        if (slash == NULL)
            return true;
        *slash = '/';
    }
}

bool confdir_create(struct confdir *dir, const char *path, struct error *e)
{
    return resolve_path(dir, path, e) && make_directories(dir->path, e) && open_resolved(dir, e);
}

void confdir_close(struct confdir *dir)
{
    close(dir->fd);
    dir->fd = -1;
}

bool confdir_lock(const struct confdir *dir, struct error *e)
{
    int result;
    do
        result = flock(dir->fd, LOCK_EX);
    while (result != 0 && errno == EINTR);
    if (result != 0)
        return error_set(e, EXIT_CONFIG, "%s: cannot lock: %s", dir->path, strerror(errno));
    return true;
}

/* For the person who asks which process it is: `dsoftbus status` reads it when the daemon is
 * silent. */
static bool write_pid(int fd)
{
    return ftruncate(fd, 0) == 0 && dprintf(fd, "%d\n", getpid()) > 0;
}

bool confdir_claim(const struct confdir *dir, const char *name, struct error *e)
{
    /* The descriptor stays open, and with it the lock, until the process ends. */
    int fd = openat(dir->fd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_set(e, EXIT_CONFIG, "%s/%s: %s", dir->path, name, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return write_pid(fd) ||
               error_set(e, EXIT_CONFIG, "%s/%s: %s", dir->path, name, strerror(errno));
    if (errno == EWOULDBLOCK)
        error_set(e, EXIT_CONFIG, "%s: another daemon is running with this directory", dir->path);
    else
        error_set(e, EXIT_CONFIG, "%s/%s: cannot lock: %s", dir->path, name, strerror(errno));
    close(fd);
    return false;
}

static bool read_all(int fd, char *out, size_t cap, size_t *out_len)
{
    size_t len = 0;
    while (len < cap) {
        ssize_t got = read(fd, out + len, cap - len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            break;
        len += (size_t)got;
    }
    *out_len = len;
    return true;
}

bool confdir_read(const struct confdir *dir, const char *name, char *out, size_t cap,
                  size_t *out_len, struct error *e)
{
    char path[PATH_MAX + NAME_MAX + 2];
    struct stat st;
    bool ok = false;
    (void)snprintf(path, sizeof path, "%s/%s", dir->path, name);
    int fd = openat(dir->fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_set(e, EXIT_CONFIG, "%s: %s", path, strerror(errno));
    if (fstat(fd, &st) != 0)
        error_set(e, EXIT_CONFIG, "%s: %s", path, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        error_set(e, EXIT_CONFIG, "%s: not a regular file", path);
    else if (!check_private(&st, 0600, path, e))
        ok = false;
    else if ((size_t)st.st_size > cap)
        error_set(e, EXIT_CONFIG, "%s: longer than %zu bytes", path, cap);
    else if (!read_all(fd, out, cap, out_len))
        error_set(e, EXIT_CONFIG, "%s: %s", path, strerror(errno));
    else
        ok = true;
    close(fd);
    return ok;
}

static bool write_all(int fd, const char *text, size_t text_len)
{
    while (text_len > 0) {
        ssize_t put = write(fd, text, text_len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        text += put;
        text_len -= (size_t)put;
    }
    return fsync(fd) == 0;
}

static bool publish(const struct confdir *dir, const char *temporary, const char *name,
                    enum confdir_write how)
{
    if (how == CONFDIR_REPLACE) {
        if (renameat(dir->fd, temporary, dir->fd, name) != 0)
            return false;
    } else if ((errno = publish_new(dir->fd, temporary, name)) != 0) {
        return false;
    }
    return fsync(dir->fd) == 0;
}

bool confdir_write(const struct confdir *dir, const char *name, const char *text, size_t text_len,
                   enum confdir_write how, struct error *e)
{
    /* One fixed temporary name per file: the lock is held, and what a crash leaves is reused. */
    char temporary[NAME_MAX + 1];
    (void)snprintf(temporary, sizeof temporary, ".%s.new", name);
    (void)unlinkat(dir->fd, temporary, 0);
    int fd = openat(dir->fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set(e, EXIT_LOCAL, "%s/%s: cannot write: %s", dir->path, name,
                         strerror(errno));
    bool ok = write_all(fd, text, text_len);
    int fault = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        fault = errno;
    }
    if (ok && !publish(dir, temporary, name, how)) {
        ok = false;
        fault = errno;
    }
    if (ok)
        return true;
    (void)unlinkat(dir->fd, temporary, 0);
    if (how == CONFDIR_NEW && fault == EEXIST)
        return error_set(e, EXIT_CONFIG, "%s/%s: exists already, not overwritten", dir->path, name);
    return error_set(e, EXIT_LOCAL, "%s/%s: cannot write: %s", dir->path, name, strerror(fault));
}

bool confdir_exists(const struct confdir *dir, const char *name)
{
    return faccessat(dir->fd, name, F_OK, 0) == 0;
}

bool confdir_open_inner(struct confdir *inner, const struct confdir *dir, const char *name,
                        struct error *e)
{
    if (strlen(dir->path) + 1 + strlen(name) >= sizeof inner->path)
        return error_set(e, EXIT_CONFIG, "%s/%s: the path is too long", dir->path, name);
    strcpy(stpcpy(stpcpy(inner->path, dir->path), "/"), name);
    (void)mkdirat(dir->fd, name, 0700); /* what is wrong is found by opening it */
    inner->fd = openat(dir->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (inner->fd < 0)
        return error_set(e, EXIT_CONFIG, "%s: %s", inner->path, strerror(errno));
    return check_opened(inner, e);
}

void confdir_each(const struct confdir *dir, void (*take)(void *ctx, const char *name), void *ctx)
{
    int fd = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *names = fd >= 0 ? fdopendir(fd) : NULL;
    if (names == NULL && fd >= 0)
        close(fd);
    for (const struct dirent *entry; names != NULL && (entry = readdir(names)) != NULL;)
        if (entry->d_name[0] != '.')
            take(ctx, entry->d_name);
    if (names != NULL)
        closedir(names);
}
