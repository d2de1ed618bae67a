/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directory that holds a device's identity and trust store, ~/.config/dsoftbus unless --dir
 * says otherwise. Directory and files must belong to the user and be closed to everyone else. A
 * file is replaced as a whole (temporary file, fsync, rename, fsync of the directory): a crash
 * leaves the old content or the new one.
 */
#ifndef NODE_CONFDIR_H
#define NODE_CONFDIR_H

#include "node/base/error.h"

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#define CONFDIR_FILE_MAX (1024 * 1024) /* bytes: room for about 7,000 trust store lines */

struct confdir {
    int fd;
    char path[PATH_MAX]; /* as the person named it, for messages */
};

/* Opens an existing directory. `path` NULL: the default. Nothing to close when it fails. */
MUST_CHECK bool confdir_open(struct confdir *dir, const char *path, struct error *e);

/* As confdir_open, but makes the directory (mode 0700) and its parents where missing. */
MUST_CHECK bool confdir_create(struct confdir *dir, const char *path, struct error *e);

void confdir_close(struct confdir *dir);

/* Waits for the directory's write lock; held until confdir_close. Taken around every change. */
MUST_CHECK bool confdir_lock(const struct confdir *dir, struct error *e);

/* Tries to take the lock `name` for the life of the process; fails when another process holds it.
 */
MUST_CHECK bool confdir_claim(const struct confdir *dir, const char *name, struct error *e);

/* Reads a whole file of at most `cap` bytes; checks owner and mode. */
MUST_CHECK bool confdir_read(const struct confdir *dir, const char *name, char *out, size_t cap,
                             size_t *out_len, struct error *e);

enum confdir_write {
    CONFDIR_REPLACE, /* overwrite what is there */
    CONFDIR_NEW      /* refuse when the file exists */
};

/* Writes `name` with mode 0600. The lock must be held. */
MUST_CHECK bool confdir_write(const struct confdir *dir, const char *name, const char *text,
                              size_t text_len, enum confdir_write how, struct error *e);

bool confdir_exists(const struct confdir *dir, const char *name);

/* Opens a folder of the directory under the same rules, made where it is missing. Whoever alone
 * writes there needs no lock. */
MUST_CHECK bool confdir_open_inner(struct confdir *inner, const struct confdir *dir,
                                   const char *name, struct error *e);

/* Each name in it, but those that begin with a dot, in the system's order. */
void confdir_each(const struct confdir *dir, void (*take)(void *ctx, const char *name), void *ctx);

#endif
