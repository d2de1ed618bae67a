/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus publish: offers a service until it is stopped. */
#include "node/cli/bus_error.h"
#include "node/cli/command.h"
#include "node/cli/publish.h"

#include <stdio.h>

static bool offer(struct carrier *c, const struct options *o, struct error *e)
{
    const struct publisher *p = c->owner;
    enum dsbc_result result = dsbc_publish(c->bus, p->service, o->all);
    if (result != DSBC_OK)
        return bus_error(e, result, dsbc_text(c->bus), NULL, p->service);
    if (!o->quiet)
        (void)fprintf(stderr, "dsoftbus: %s is published for %s\n", p->service,
                      o->all ? "every trusted device" : "the devices whose line names it");
    return carrier_run(c);
}

/* A command behind the name, or --tcp. */
static bool read_words(struct publisher *p, const struct options *o, char **words, int word_count,
                       struct error *e)
{
    const char *usage = "dsoftbus publish [options] NAME -- COMMAND ... | --tcp HOST:PORT NAME";
    if (word_count < 1)
        return error_set(e, EXIT_USAGE, "NAME is missing: %s", usage);
    if (o->tcp == NULL && word_count < 2)
        return error_set(e, EXIT_USAGE, "a command or --tcp is missing: %s", usage);
    if (o->tcp != NULL && word_count > 1)
        return error_set(e, EXIT_USAGE, "\"%s\" is a word too many beside --tcp: %s", words[1],
                         usage);
    p->service = words[0];
    if (o->tcp == NULL) {
        words[word_count] = NULL; /* the command line ends behind the last word, or later */
        p->argv = words + 1;
        return true;
    }
    if (!endpoint_parse(&p->at, o->tcp, 0, false, e))
        return false;
    return endpoint_port(&p->at) != 0 ||
           error_set(e, EXIT_USAGE, "--tcp %s: a port is missing (HOST:PORT)", o->tcp);
}

bool command_publish(const struct options *o, char **words, int word_count, struct error *e)
{
    struct publisher p = {0};
    struct carrier c;
    if (!read_words(&p, o, words, word_count, e))
        return false;
    const struct carrier_events *events =
        p.argv != NULL ? &publish_command_events : &publish_tcp_events;
    if (!carrier_open(&c, o->bus, (unsigned)o->at_once_count, events, &p, e))
        return false;
    bool ok = offer(&c, o, e);
    publish_command_kill_all(&c);
    carrier_close(&c);
    return ok;
}
