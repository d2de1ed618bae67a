/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus keygen: the one place where a private key is made; it goes from locked memory to a new
 * file. */
#include "node/base/secret.h"
#include "node/cli/command.h"
#include "node/store/keyring.h"

#include <stdio.h>
#include <string.h>

/* Everything that sees the private key, in one locked block. */
struct new_identity {
    struct dsb_identity_file file;
    struct dsb_identity identity;
    char text[DSB_IDENTITY_FILE_MAX];
    size_t text_len;
};

static bool write_identity(struct new_identity *fresh, const struct confdir *dir, struct error *e)
{
    random_bytes(fresh->file.private_key, sizeof fresh->file.private_key);
    if (dsb_identity_init(&fresh->identity, &fresh->file) != DSB_OK ||
        dsb_identity_format(fresh->text, sizeof fresh->text, &fresh->text_len, &fresh->file) !=
            DSB_OK)
        return error_set(e, EXIT_LOCAL, "the new key is not usable");
    return confdir_write(dir, IDENTITY_FILE, fresh->text, fresh->text_len, CONFDIR_NEW, e);
}

bool command_keygen(const struct options *o, char **words, int word_count, struct error *e)
{
    struct confdir dir;
    struct dsb_device_id id;
    char key_text[KEY_TEXT_SIZE];
    (void)word_count;
    if (dsb_device_id_set(&id, words[0], strlen(words[0])) != DSB_OK)
        return error_set(e, EXIT_USAGE, "\"%s\" is not a device id (1 to %d of a-z 0-9 . -)",
                         words[0], DSB_DEVICE_ID_MAX);
    struct new_identity *fresh = secret_alloc(sizeof *fresh, e);
    if (fresh == NULL)
        return false;
    fresh->file.id = id;
    bool ok = confdir_create(&dir, o->dir, e);
    if (ok) {
        ok = confdir_lock(&dir, e) && write_identity(fresh, &dir, e);
        confdir_close(&dir);
    }
    if (ok && !o->quiet) {
        key_format(key_text, fresh->identity.key.public_key);
        (void)printf("%s %s\n", words[0], key_text);
    }
    secret_free(fresh, sizeof *fresh);
    return ok;
}
