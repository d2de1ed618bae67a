/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notices that the trust file of a directory, or the attestation beside it, changed, so that a
 * change needs no signal. A file that is written in place is seen only when it has been quiet for a
 * while: a half-written store would throw trusted peers out.
 */
#ifndef NODE_TRUST_WATCH_H
#define NODE_TRUST_WATCH_H

#include "node/store/confdir.h"

#include <sys/stat.h>
#include <uv.h>

#define TRUST_WATCH_COUNT 2

struct trust_watch {
    uv_fs_event_t event;
    uv_timer_t quiet;
    const struct confdir *dir;
    struct stat seen[TRUST_WATCH_COUNT]; /* the files when they were read last; all zero when there
                                            was none */
    void (*changed)(void *ctx);
    void *ctx;
};

/* Calls changed(ctx) from the loop after each change; `dir` must outlive the watch. 0, or libuv's
 * error when the file system cannot be watched; trust_watch_stop is due all the same. */
int trust_watch_start(struct trust_watch *w, uv_loop_t *loop, const struct confdir *dir,
                      void (*changed)(void *ctx), void *ctx);

/* The files are about to be read: changes up to now are no news. */
void trust_watch_take(struct trust_watch *w);

void trust_watch_stop(struct trust_watch *w);

#endif
