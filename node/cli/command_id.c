/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus id: the line that the other machine's `dsoftbus trust add` takes. */
#include "node/cli/command.h"
#include "node/store/keyring.h"

#include <stdio.h>

bool command_id(const struct options *o, char **words, int word_count, struct error *e)
{
    struct keyring k;
    char key_text[KEY_TEXT_SIZE];
    (void)words, (void)word_count;
    if (!keyring_open(&k, o->dir, o->allow_test_keys, e))
        return false;
    key_format(key_text, k.identity.key.public_key);
    (void)printf("%.*s %s\n", k.identity.id.len, k.identity.id.text, key_text);
    keyring_close(&k);
    return true;
}
