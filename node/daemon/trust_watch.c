/* SPDX-License-Identifier: Apache-2.0 */
/* The watch over the trust file: any event of it starts a pause, and the end of the pause decides.
 */
#include "node/daemon/trust_watch.h"

#include "node/store/keyring.h"

#include <string.h>

/* Milliseconds without a change; a person who saves a file does not notice them, and a revocation
 * is to take effect within a second. */
#define QUIET_MS 200

static struct stat file_now(const struct trust_watch *w)
{
    struct stat st;
    if (fstatat(w->dir->fd, TRUST_FILE, &st, 0) != 0)
        memset(&st, 0, sizeof st);
    return st;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void on_quiet(uv_timer_t *timer)
{
    struct trust_watch *w = timer->data;
    struct stat now = file_now(w);
    if (!is_same(&now, &w->seen))
        w->changed(w->ctx);
}

static void on_event(uv_fs_event_t *event, const char *name, int events, int status)
{
    struct trust_watch *w = event->data;
    (void)events, (void)status;
    if (name == NULL || strcmp(name, TRUST_FILE) == 0)
        uv_timer_start(&w->quiet, on_quiet, QUIET_MS, 0);
}

int trust_watch_start(struct trust_watch *w, uv_loop_t *loop, const struct confdir *dir,
                      void (*changed)(void *ctx), void *ctx)
{
    *w = (struct trust_watch){.dir = dir, .changed = changed, .ctx = ctx};
    w->seen = file_now(w);
    uv_timer_init(loop, &w->quiet);
    uv_fs_event_init(loop, &w->event);
    w->quiet.data = w->event.data = w;
    return uv_fs_event_start(&w->event, on_event, dir->path, 0);
}

void trust_watch_take(struct trust_watch *w)
{
    uv_timer_stop(&w->quiet);
    w->seen = file_now(w);
}

void trust_watch_stop(struct trust_watch *w)
{
    uv_close((uv_handle_t *)&w->quiet, NULL);
    uv_close((uv_handle_t *)&w->event, NULL);
}
