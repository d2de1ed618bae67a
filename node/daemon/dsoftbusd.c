/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbusd: the daemon. Stays in the foreground, logs to stderr. See dsoftbusd(8). */
#include "node/base/program.h"
#include "node/daemon/serve.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    struct error e = {EXIT_OK, ""};
    struct options o;
    int word_count;
    bool ok = program_init(&e) && options_parse(&o, CMD_DAEMON, argc, argv, &word_count, &e);
    if (ok && word_count != 0)
        ok = error_set(&e, EXIT_USAGE, "unexpected word \"%s\" (see --help)", argv[1]);
    if (!ok)
        return error_print(&e, "dsoftbusd");
    if (o.help) {
        (void)printf(
            "usage: dsoftbusd [options]\naccept sessions until SIGTERM; see dsoftbusd(8)\n\n");
        options_print_help(CMD_DAEMON);
    } else if (o.version) {
        (void)printf("dsoftbusd %s\n", DSOFTBUS_VERSION);
    } else {
        ok = serve_run(&o, &e);
    }
    if (!ok || !program_flush(&e))
        return error_print(&e, "dsoftbusd");
    return EXIT_OK;
}
