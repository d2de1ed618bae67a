/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus connect and dsoftbus call: one stream, standard input and output. They succeed only when
 * the stream ended well. */
#include "node/cli/bus_error.h"
#include "node/cli/carrier.h"
#include "node/cli/command.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

struct caller {
    const char *device;
    const char *service;
    unsigned relay_options;
};

static void on_answered(struct carrier *c, struct dsbc_event *answer)
{
    const struct caller *caller = c->owner;
    if (answer->result != DSBC_OK) {
        (void)bus_error(c->error, answer->result, answer->text, caller->device, caller->service);
        c->over = true;
        return;
    }
    struct carried *place = carrier_place(c); /* there is one, and this is the one answer */
    place->stream = answer->stream;
    relay_start(&place->relay, answer->fd, STDIN_FILENO, STDOUT_FILENO, caller->relay_options);
    place->state = CARRIED_MOVING;
}

static void on_ended(struct carrier *c, struct carried *place, enum relay_result how)
{
    const struct caller *caller = c->owner;
    const struct relay *r = &place->relay;
    if (how == RELAY_CLEAN)
        carrier_stop(c);
    else if (how == RELAY_FAULT)
        carrier_fail(c, EXIT_LOCAL, "standard %s: %s", r->fault_is_input ? "input" : "output",
                     strerror(r->fault));
    else {
        (void)bus_cut(c->error, r->verdict, caller->device, caller->service);
        c->over = true;
    }
}

static void on_signalled(struct carrier *c, int number)
{
    if (number != SIGCHLD)
        carrier_fail(c, EXIT_INTERRUPTED, "interrupted");
}

static void on_incoming(struct carrier *c, struct dsbc_event *stream)
{
    carrier_refuse(c, stream, DSBC_NO_SUCH_SERVICE); /* nothing was published */
}

static bool carry(const struct options *o, struct caller *caller, struct error *e)
{
    static const struct carrier_events events = {.answered = on_answered,
                                                 .incoming = on_incoming,
                                                 .signalled = on_signalled,
                                                 .ended = on_ended};
    struct carrier c;
    if (!carrier_open(&c, o->bus, 1, &events, caller, e))
        return false;
    enum dsbc_result asked = dsbc_ask_connect(c.bus, caller->device, caller->service, 0);
    bool ok = asked == DSBC_OK
                  ? carrier_run(&c)
                  : bus_error(e, asked, dsbc_text(c.bus), caller->device, caller->service);
    carrier_close(&c);
    return ok;
}

bool command_connect(const struct options *o, char **words, int word_count, struct error *e)
{
    struct caller caller = {words[0], words[1], 0};
    (void)word_count;
    return carry(o, &caller, e);
}

bool command_call(const struct options *o, char **words, int word_count, struct error *e)
{
    struct caller caller = {words[0], words[1], RELAY_ANSWER_ONLY};
    (void)word_count;
    return carry(o, &caller, e);
}
