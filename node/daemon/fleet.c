/* SPDX-License-Identifier: Apache-2.0 */
/* Notices by a counter: no handshake waits for a disk, nor for what it does to other sessions. */
#include "node/daemon/fleet.h"

#include "node/bus/gossip.h"
#include "node/bus/router.h"
#include "node/store/said.h"

static void on_timer(uv_timer_t *timer);

static void keep(struct fleet *f, size_t write_max)
{
    struct error e;
    size_t left = 0;
    bool ok = f->keyring->vouched == NULL ||
              said_keep(&f->keyring->dir, f->keyring->vouched, write_max, &left, &e);
    if (!ok)
        log_line(LOG_LEVEL_ERROR, "what a root said is not kept: %s", e.text);
    if (left > 0 && write_max != SIZE_MAX)
        uv_timer_start(&f->timer, on_timer, ok ? 1 : f->again_ms, 0);
    uint64_t longer_ms = f->again_ms < FLEET_LAST_MS ? 2 * f->again_ms : FLEET_LAST_MS;
    f->again_ms = ok ? FLEET_AGAIN_MS : longer_ms;
}

static void on_timer(uv_timer_t *timer)
{
    keep(timer->data, FLEET_WRITE_COUNT);
}

void fleet_start(struct fleet *f, struct bus *b, struct keyring *k)
{
    *f = (struct fleet){.bus = b, .keyring = k, .again_ms = FLEET_AGAIN_MS};
    uv_timer_init(b->loop, &f->timer);
    f->timer.data = f;
    if (k->vouched != NULL)
        f->seen_count = k->vouched->change_count;
}

void fleet_recheck(struct fleet *f)
{
    server_recheck_peers(f->bus->server);
    bus_recheck(f->bus);
}

void fleet_turn(struct fleet *f)
{
    const struct dsb_vouched *vouched = f->keyring->vouched;
    if (vouched == NULL || vouched->change_count == f->seen_count)
        return;
    f->seen_count = vouched->change_count;
    fleet_recheck(f);
    gossip_all(f->bus);
    uv_timer_start(&f->timer, on_timer, 0, 0);
}

void fleet_stop(struct fleet *f)
{
    keep(f, SIZE_MAX);
    uv_close((uv_handle_t *)&f->timer, NULL);
}
