/* SPDX-License-Identifier: Apache-2.0 */
/* The watch over the files: any event of one starts a pause, and the end of the pause decides. */
#include "node/daemon/trust_watch.h"

#include "node/store/attestation.h"
#include "node/store/keyring.h"

#include <string.h>

/* Milliseconds without a change; a person who saves a file does not notice them, and a revocation
 * is to take effect within a second. */
#define QUIET_MS 200

static const char *const names[TRUST_WATCH_COUNT] = {TRUST_FILE, ATTESTATION_FILE};

static struct stat file_now(const struct trust_watch *w, const char *name)
{
    struct stat st;
    if (fstatat(w->dir->fd, name, &st, 0) != 0)
        memset(&st, 0, sizeof st);
    return st;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void see(struct trust_watch *w)
{
    for (size_t i = 0; i < TRUST_WATCH_COUNT; i++)
        w->seen[i] = file_now(w, names[i]);
}

static void on_quiet(uv_timer_t *timer)
{
    struct trust_watch *w = timer->data;
    bool is_changed = false;
    for (size_t i = 0; i < TRUST_WATCH_COUNT; i++) {
        struct stat now = file_now(w, names[i]);
        is_changed = is_changed || !is_same(&now, &w->seen[i]);
    }
    if (is_changed)
        w->changed(w->ctx);
}

static void on_event(uv_fs_event_t *event, const char *name, int events, int status)
{
    struct trust_watch *w = event->data;
    (void)events, (void)status;
    bool is_ours = name == NULL;
    for (size_t i = 0; i < TRUST_WATCH_COUNT; i++)
        is_ours = is_ours || strcmp(name, names[i]) == 0;
    if (is_ours)
        uv_timer_start(&w->quiet, on_quiet, QUIET_MS, 0);
}

int trust_watch_start(struct trust_watch *w, uv_loop_t *loop, const struct confdir *dir,
                      void (*changed)(void *ctx), void *ctx)
{
    *w = (struct trust_watch){.dir = dir, .changed = changed, .ctx = ctx};
    see(w);
    uv_timer_init(loop, &w->quiet);
    uv_fs_event_init(loop, &w->event);
    w->quiet.data = w->event.data = w;
    return uv_fs_event_start(&w->event, on_event, dir->path, 0);
}

void trust_watch_take(struct trust_watch *w)
{
    uv_timer_stop(&w->quiet);
    see(w);
}

void trust_watch_stop(struct trust_watch *w)
{
    uv_close((uv_handle_t *)&w->quiet, NULL);
    uv_close((uv_handle_t *)&w->event, NULL);
}
