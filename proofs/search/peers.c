/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions' streams in dsoftbusd, and the application that serves them: one endpoint, one share of
 * objects, one notification. Each peer opens a stream, says bytes, ends or resets it; a session
 * ends, and another begins; the application accepts, reads, answers, closes, dies, in every order.
 * Windows are a byte each. Sealing, which the loop does in turn, is a step of its own.
 *
 * Of the build: ENDS_MAX sessions that end, DEATHS_MAX times that the application dies; far.h.
 *
 * In each state: the application does not sleep while what it waits for is there; no byte gets to
 * another stream than its own, or twice, or late; both sides of a stream count the same credit. And
 * from each the three can come to an end at which all that was said is heard and nothing is held:
 * there is no deadlock, and nobody waits for another's stream.
 */
#include "application.h"
#include "around.h"
#include "endpoint.h"
#include "search.h"

#include "dsoftbus/streams_internal.h"

#include <stdio.h>

static uint8_t ended_count, died_count; /* sessions; lives of the application */
static bool is_ending;                  /* only what is polite is done, and OPEN is not */

static uint32_t no_random(void)
{
    return 7;
}

/* --- steps ------------------------------------------------------------------------------------ */

enum { STREAM_COUNT = BUS_SHARE_MAX - 1 };

#define FIRST_SESSION (FAR_COUNT * FAR_WORD_COUNT)
#define SEAL          FIRST_SESSION               /* of each */
#define END           (FIRST_SESSION + FAR_COUNT) /* of each */
#define FIRST_APP     (END + FAR_COUNT)           /* of each place */
#define ACCEPT        (FIRST_APP + STREAM_COUNT * APP_STEP_COUNT)
#define READY         (ACCEPT + 1)
#define DIE           (ACCEPT + 2)
#define STEP_COUNT    (ACCEPT + 3)

/* Places of streams: where the service is, none is. */
static struct part *part_at(unsigned step)
{
    return &app.parts[1 + (step - FIRST_APP) / APP_STEP_COUNT];
}

static void step(unsigned step)
{
    if (step < FIRST_SESSION)
        pass(step / FAR_WORD_COUNT, (enum far_word)(step % FAR_WORD_COUNT));
    else if (step < END)
        session_seal(&sessions[step - SEAL], link_of(step - SEAL), 0);
    else if (step < FIRST_APP)
        begin(step - END), ended_count++;
    else if (step < ACCEPT)
        app_step(part_at(step), (enum app_step)((step - FIRST_APP) % APP_STEP_COUNT));
    else if (step == ACCEPT)
        app_accept();
    else if (step == READY)
        app_ready();
    else
        app_start(),
            died_count++; /* the kernel tells of a death, or the next life attaches: the same */
    serve_signal(&bus_endpoint);
}

/* It sleeps on what it was answered would-block to, and is polite. */
static bool app_can(const struct part *part, enum app_step step)
{
    if (part->handle == 0)
        return false;
    switch (step) {
    case READ:
        return !part->waits_read && !part->saw_end && !part->ended;
    case WRITE:
        return !part->waits_write && !part->finished && !part->ended && part->written < APP_BYTES;
    case FINISH:
        return part->saw_end && !part->finished && !part->ended && part->written == APP_BYTES;
    default: /* CLOSE */
        return !is_ending || part->ended || (part->saw_end && part->finished);
    }
}

static bool peer_can(unsigned which, enum far_word word)
{
    if (!far_can(which, word))
        return false;
    if (!is_ending)
        return true;
    return word == FAR_SAY || word == FAR_CREDIT ||
           (word == FAR_FIN && fars[which].said == FAR_BYTES);
}

static bool can(unsigned step)
{
    if (step < FIRST_SESSION)
        return peer_can(step / FAR_WORD_COUNT, (enum far_word)(step % FAR_WORD_COUNT));
    if (step < END)
        return session_wants_output(&sessions[step - SEAL]);
    if (step < FIRST_APP)
        return !is_ending && fars[step - END].last_id != 0 && ended_count < ENDS_MAX;
    if (step < ACCEPT)
        return app_can(part_at(step), (enum app_step)((step - FIRST_APP) % APP_STEP_COUNT));
    if (step == ACCEPT)
        return !app.waits_accept;
    if (step == READY)
        return app.notified;
    return !is_ending && died_count < DEATHS_MAX;
}

/* --- what must hold --------------------------------------------------------------------------- */

static bool will_wake(void)
{
    return app.notified || (bus_endpoint.signal_pending && bus_endpoint.clients[0].signal_pending);
}

static void check_sleep(const struct part *part)
{
    const struct bus_object *object = object_of(part->handle);
    const struct served *served = object->served;
    const uint8_t *bytes;
    size_t len;

    if (served == NULL) {
        must(will_wake() || !(part->waits_read || part->waits_write),
             "the application sleeps beside a session that is over");
        return;
    }
    if (will_wake() || session_wants_output(served->session))
        return;
    must(!part->waits_read || dsb_streams_front(&served->session->streams, served->id, &bytes,
                                                &len) == DSB_WOULD_BLOCK,
         "the application sleeps, and there is something to read");
    const struct dsb_stream *stream = dsb_streams_find(&served->session->streams, served->id);
    must(!part->waits_write || (stream->out.len == STREAM_SEND_CAP && !stream->is_reset),
         "the application sleeps, and there is room");
}

static void check_session(unsigned which)
{
    const struct far *far = &fars[which];
    struct dsb_streams *streams = &sessions[which].streams;
    const struct dsb_stream *stream = far->id == 0 ? NULL : dsb_streams_find(streams, far->id);

    if (stream == NULL || stream->is_reset || stream->state == DSB_STREAM_OVER ||
        stream->state == DSB_STREAM_RESETTING)
        return;
    must(stream->recv_credit == far->send_credit && stream->send_credit == far->recv_credit,
         "both sides of a stream count another credit");
    must(stream->recv_credit + stream->in.len <= STREAM_WINDOW,
         "the peer may send more than there is room for");
}

static const char *wrong(void)
{
    for (unsigned i = 1; i < BUS_SHARE_MAX; i++)
        if (app.parts[i].handle != 0)
            check_sleep(&app.parts[i]);
    must(!app.waits_accept || will_wake() || stream_first_waiting(object_of(app.service)) == NULL,
         "the application sleeps, and a stream waits for it");
    for (unsigned i = 0; i < FAR_COUNT; i++)
        check_session(i);
    return fault;
}

/* Everybody does what there is to do, nothing else, until there is nothing: then all is heard, and
 * nothing is held. */
static const char *ends(void)
{
    bool any = true;

    is_ending = true;
    for (unsigned round = 0; any && round < 100; round++) {
        any = false;
        for (unsigned i = 0; i < STEP_COUNT; i++)
            if (can(i)) {
                step(i);
                any = true;
            }
    }
    must(!any, "they never come to an end");
    for (unsigned i = 0; i < FAR_COUNT; i++) {
        must(fars[i].id == 0, "a peer waits for ever");
        must(session_is_idle(&sessions[i]), "a session holds a stream for ever");
    }
    must(serve_count(&bus_endpoint.clients[0]) == 1, "a stream is held for ever");
    return wrong();
}

/* --- the key ---------------------------------------------------------------------------------- */

static size_t add_stream(const struct dsb_stream *stream, uint32_t current_id, uint8_t *out)
{
    size_t n = 0;

    out[n++] = stream->state;
    if (stream->state == DSB_STREAM_FREE)
        return n;
    out[n++] = stream->id == current_id;
    out[n++] = (uint8_t)stream->send_credit;
    out[n++] = (uint8_t)stream->recv_credit;
    out[n++] = (uint8_t)stream->in.len;
    out[n++] = (uint8_t)stream->out.len;
    out[n++] = stream->in.len != 0 ? stream->in.bytes[stream->in.first] : 0;
    out[n++] = stream->out.len != 0 ? stream->out.bytes[stream->out.first] : 0;
    out[n++] = (uint8_t)stream->reset_code;
    out[n++] = stream->told;
    for (unsigned i = 0; i < DSB_STREAM_QUEUE_COUNT; i++) {
        out[n++] = (uint8_t)stream->next[i];
        out[n++] = stream->queued[i];
    }
    out[n++] = (uint8_t)(stream->is_known | stream->answered << 1 | stream->finished << 2 |
                         stream->fin_sent << 3 | stream->fin_received << 4 | stream->is_reset << 5 |
                         stream->let_go << 6 | stream->wants_room << 7);
    return n;
}

static uint8_t number_of(const struct bus_object *object)
{
    return object == NULL ? 0 : (uint8_t)(object->object.number + 1);
}

static size_t add_session(unsigned which, uint8_t *out)
{
    const struct session *session = &sessions[which];
    const struct dsb_streams *streams = &session->streams;
    const struct far *far = &fars[which];
    size_t n = 0;

    out[n++] = (uint8_t)(session->wants_turn | (far->id != 0) << 1 | far->opened << 2 |
                         far->fin_said << 3 | far->fin_heard << 4 | (far->last_id != 0) << 5);
    out[n++] = (uint8_t)(far->send_credit << 4 | far->recv_credit);
    out[n++] = (uint8_t)(far->said << 4 | far->heard);
    out[n++] = far->unread;
    out[n++] = (uint8_t)(streams->refused_count != 0 ? 1 + (streams->refused[0] == far->id) : 0);
    for (unsigned i = 0; i < DSB_STREAM_QUEUE_COUNT; i++) {
        out[n++] = (uint8_t)streams->first[i];
        out[n++] = (uint8_t)streams->last[i];
    }
    for (unsigned i = 0; i < SERVED_MAX; i++) {
        out[n++] = session->served[i].id != 0;
        out[n++] = number_of(session->served[i].object);
        out[n++] = (uint8_t)session->served[i].reset_code;
        n += add_stream(&session->slots[i], far->id, out + n);
    }
    return n;
}

static size_t add_object(unsigned place, uint8_t *out)
{
    const struct bus_object *object = endpoint_object_at(place);
    const struct part *part = &app.parts[place];
    size_t n = 0;

    out[n++] = (uint8_t)(object->object.kind | object->object.named << 4);
    out[n++] = (uint8_t)(object->object.armed_mask | object->object.ready_mask << 4);
    if (object->object.kind != KIND_STREAM)
        return n;
    out[n++] = (uint8_t)(object->publisher != NULL);
    out[n++] = (uint8_t)(object->served == NULL ? 0 : 1 + (object->served->session - sessions));
    out[n++] = (uint8_t)(part->handle != 0 ? 1 + part->which : 0);
    out[n++] = (uint8_t)(part->read << 4 | part->written);
    out[n++] = (uint8_t)(part->waits_read | part->waits_write << 1 | part->saw_end << 2 |
                         part->ended << 3 | part->finished << 4);
    return n;
}

static size_t key(uint8_t *out)
{
    const struct serve_client *client = &bus_endpoint.clients[0];
    size_t n = 0;

    out[n++] = (uint8_t)(app.notified | app.waits_accept << 1 | client->signal_pending << 2 |
                         bus_endpoint.signal_pending << 3);
    out[n++] = (uint8_t)client->ready_bits;
    out[n++] = (uint8_t)(ended_count << 4 | died_count);
    out[n++] = number_of(stream_first_waiting(object_of(app.service)));
    for (unsigned i = 0; i < FAR_COUNT; i++)
        n += add_session(i, out + n);
    for (unsigned i = 0; i < BUS_SHARE_MAX; i++)
        n += add_object(i, out + n);
    return n;
}

static const char *name(unsigned step)
{
    static const char *const words[] = {"open", "say", "fin", "reset", "credit"};
    static const char *const app_steps[] = {"read", "write", "finish", "close"};
    static const char *const last[] = {"accept", "ready", "die"};
    static char text[32];

    if (step >= ACCEPT)
        return last[step - ACCEPT];
    if (step >= FIRST_APP)
        (void)snprintf(text, sizeof text, "%s-%u", app_steps[(step - FIRST_APP) % APP_STEP_COUNT],
                       1 + (step - FIRST_APP) / APP_STEP_COUNT);
    else if (step >= END)
        (void)snprintf(text, sizeof text, "%c.end", *ids[step - END].text);
    else if (step >= SEAL)
        (void)snprintf(text, sizeof text, "%c.seal", *ids[step - SEAL].text);
    else
        (void)snprintf(text, sizeof text, "%c.%s", *ids[step / FAR_WORD_COUNT].text,
                       words[step % FAR_WORD_COUNT]);
    return text;
}

int main(void)
{
    endpoint_init(no_random);
    app_start();
    for (unsigned i = 0; i < FAR_COUNT; i++)
        begin(i);
    return search(&(struct search_model){.step_count = STEP_COUNT,
                                         .can = can,
                                         .step = step,
                                         .wrong = wrong,
                                         .ends = ends,
                                         .key = key,
                                         .name = name});
}
