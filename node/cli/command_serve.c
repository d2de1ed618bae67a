/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus serve: dsoftbusd under the command's name. */
#include "node/cli/command.h"
#include "node/daemon/serve.h"

bool command_serve(const struct options *o, char **words, int word_count, struct error *e)
{
    (void)words, (void)word_count;
    return serve_run(o, e);
}
