/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command for each stream. The stream's end is clean only when the command's exit status is 0, so
 * the end of its output waits for that; a stream that is cut off ends the command, which does not
 * see an end of its input then.
 */
#include "node/base/clock.h"
#include "node/cli/process.h"
#include "node/cli/publish.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEATH_MS 3000 /* between SIGTERM and SIGKILL */

static void terminate(struct carrier *c, struct carried *place)
{
    carrier_reset(c, place);
    process_signal(place->pid, SIGTERM);
    place->deadline_ms = clock_ms() + DEATH_MS;
    place->state = CARRIED_DYING;
    c->ticks = true;
}

static void on_incoming(struct carrier *c, struct dsbc_event *stream)
{
    const struct publisher *p = c->owner;
    struct process process;
    struct carried *place = p->stopping ? NULL : carrier_place(c);
    if (place == NULL) {
        carrier_refuse(c, stream, DSBC_BUSY);
        return;
    }
    int fault = process_start(&process, p->argv, stream->device, stream->service);
    if (fault != 0) {
        carrier_note(c, "%s for %s: %s", p->argv[0], stream->device, strerror(fault));
        carrier_refuse(c, stream, DSBC_GONE);
        return;
    }
    place->stream = stream->stream;
    place->pid = process.pid;
    strcpy(place->peer, stream->device);
    relay_start(&place->relay, stream->fd, process.out, process.in,
                RELAY_HOLDS_END | RELAY_MAY_IGNORE);
    place->state = CARRIED_MOVING;
    if (dsbc_accept(c->bus, stream->stream) != DSBC_OK)
        terminate(c, place); /* it is over already */
}

static void on_ended(struct carrier *c, struct carried *place, enum relay_result how)
{
    if (how == RELAY_FAULT)
        carrier_note(c, "the output of the command for %s: %s", place->peer,
                     strerror(place->relay.fault));
    if (place->pid == 0)
        carrier_free(place);
    else
        terminate(c, place);
}

static void note_status(struct carrier *c, const struct carried *place, int status)
{
    const struct publisher *p = c->owner;
    if (WIFSIGNALED(status))
        carrier_note(c, "%s for %s ended by signal %d: its stream is reset", p->argv[0],
                     place->peer, WTERMSIG(status));
    else
        carrier_note(c, "%s for %s ended with status %d: its stream is reset", p->argv[0],
                     place->peer, WEXITSTATUS(status));
}

static void on_exit_of(struct carrier *c, struct carried *place, int status)
{
    place->pid = 0;
    if (place->state == CARRIED_DYING) {
        carrier_free(place);
    } else if (status == 0) {
        relay_release_end(&place->relay);
    } else {
        note_status(c, place, status);
        carrier_drop(c, place);
    }
}

static void reap(struct carrier *c)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (unsigned i = 0; i < c->place_count; i++)
            if (c->places[i].state != CARRIED_FREE && c->places[i].pid == pid)
                on_exit_of(c, &c->places[i], status);
}

static void finish_when_empty(struct carrier *c)
{
    const struct publisher *p = c->owner;
    if (p->stopping && carrier_used_count(c) == 0)
        carrier_stop(c);
}

static void stop(struct carrier *c)
{
    struct publisher *p = c->owner;
    p->stopping = true;
    for (unsigned i = 0; i < c->place_count; i++) {
        struct carried *place = &c->places[i];
        if (place->state != CARRIED_MOVING)
            continue;
        if (place->pid == 0)
            carrier_drop(c, place);
        else
            terminate(c, place);
    }
}

static void on_signalled(struct carrier *c, int number)
{
    if (number == SIGCHLD)
        reap(c);
    else
        stop(c);
    finish_when_empty(c);
}

static void on_ticked(struct carrier *c)
{
    c->ticks = false;
    for (unsigned i = 0; i < c->place_count; i++) {
        const struct carried *place = &c->places[i];
        if (place->state != CARRIED_DYING)
            continue;
        c->ticks = true;
        if (clock_ms() >= place->deadline_ms)
            process_signal(place->pid, SIGKILL);
    }
}

const struct carrier_events publish_command_events = {
    .incoming = on_incoming, .signalled = on_signalled, .ended = on_ended, .ticked = on_ticked};

void publish_command_kill_all(struct carrier *c)
{
    for (unsigned i = 0; i < c->place_count; i++)
        if (c->places[i].state != CARRIED_FREE && c->places[i].pid != 0)
            process_signal(c->places[i].pid, SIGKILL);
}
