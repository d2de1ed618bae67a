/* SPDX-License-Identifier: Apache-2.0 */
/* Two system calls and two changes of process for up to KEY_POINTS_MAX handshakes instead of for
 * each; and both processes multiply for several at once where the processor can. */
#include "node/engine/key_queue.h"

bool key_queue_enter(struct key_queue *q, struct dsb_link *link, void *owner)
{
    if (key_queue_is_full(q) || !dsb_link_foresees(link))
        return false;
    q->waiting[q->count++] = (struct key_waiting){link, owner};
    return true;
}

bool key_queue_is_full(const struct key_queue *q)
{
    return q->count == KEY_POINTS_MAX;
}

/* One that ended meanwhile foresees nothing any more, and a single one does all by itself. */
static void ask(struct key_queue *q)
{
    struct noise_ahead ahead = {.count = 0};
    const uint8_t *points[KEY_POINTS_MAX];
    size_t count = 0;
    if (q->count < KEY_POINTS_MIN)
        return;
    for (size_t i = 0; i < q->count; i++) {
        const uint8_t *point = dsb_link_look_ahead(q->waiting[i].link, &ahead);
        if (point != NULL)
            points[count++] = point;
    }
    if (q->key != NULL && count >= KEY_POINTS_MIN)
        key_process_ask_ahead(q->key, points, count);
    noise_ahead_run(&ahead);
}

void key_queue_run(struct key_queue *q, void (*go_on)(void *owner))
{
    if (q->count == 0)
        return;
    ask(q);
    for (size_t i = 0; i < q->count; i++)
        go_on(q->waiting[i].owner);
    q->count = 0;
    if (q->key != NULL)
        key_process_forget(q->key);
}
