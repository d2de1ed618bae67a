/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus pair: two devices that trust each other afterwards, by a code that a person carries. */
#include "node/cli/command.h"
#include "node/cli/pair.h"

bool command_pair(const struct options *o, char **words, int word_count, struct error *e)
{
    struct keyring k;
    bool ok;
    if (o->finish && word_count == 0)
        return error_set(e, EXIT_USAGE, "--finish needs HOST[:PORT], where the peer's daemon runs");
    if (!keyring_open(&k, o->dir, o->allow_test_keys, e))
        return false;
    if (o->finish)
        ok = pair_finish(o, &k, words[0], e);
    else if (word_count > 0)
        ok = pair_dial(o, &k, words[0], e);
    else
        ok = pair_window(o, &k, e);
    keyring_close(&k);
    return ok;
}
