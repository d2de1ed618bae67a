/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus attest: the attestation that a root signed for this device becomes its own. */
#include "node/cli/command.h"
#include "node/store/attestation.h"
#include "node/store/keyring.h"
#include "node/store/text_fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define READ_MAX (4 * DSB_ATTESTATION_TEXT_MAX) /* a person may have added comments */

/* All of the file; one byte more than READ_MAX says that it is longer. */
static bool read_whole(int fd, char text[READ_MAX + 1], size_t *len)
{
    ssize_t got = 1;
    *len = 0;
    while (*len <= READ_MAX && got > 0) {
        do
            got = read(fd, text + *len, READ_MAX + 1 - *len);
        while (got < 0 && errno == EINTR);
        *len += got > 0 ? (size_t)got : 0;
    }
    return got >= 0;
}

/* "-" is standard input. */
static bool read_attestation(struct dsb_attested *a, const char *path, struct error *e)
{
    char text[READ_MAX + 1];
    size_t len;
    struct dsb_text_error at;
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && read_whole(fd, text, &len);
    if (!ok)
        error_set(e, EXIT_LOCAL, "%s: %s", path, strerror(errno));
    if (fd >= 0 && !is_stdin)
        close(fd);
    if (!ok)
        return false;
    if (len > READ_MAX)
        return error_set(e, EXIT_CONFIG, "%s: longer than %d bytes", path, READ_MAX);
    at.fault = dsb_attested_parse(a, text, len, &at.line);
    return at.fault == DSB_TEXT_NO_FAULT || text_fault_set_path(e, path, &at, text, len);
}

/* Who it is for. */
static bool is_own(const struct dsb_attested *a, const struct keyring *k, const char *path,
                   struct error *e)
{
    const struct dsb_device_id *own = &k->identity.id;
    const struct dsb_device_id *id = &a->id;
    if (!dsb_device_id_equal(id, own))
        return error_set(e, EXIT_CONFIG, "%s: it is for %.*s, and this device is %.*s", path,
                         id->len, id->text, own->len, own->text);
    return memcmp(a->key, k->identity.key.public_key, DSB_KEY_LEN) == 0 ||
           error_set(e, EXIT_CONFIG,
                     "%s: it is for another key than this device's (see `dsoftbus id`)", path);
}

/* Not behind the one that is there, of the same root: its peers would refuse the older one. One
 * that cannot be read stands in nobody's way. */
static bool is_newest(const struct dsb_attested *a, const struct keyring *k, const char *path,
                      struct error *e)
{
    char text[READ_MAX];
    size_t len, line;
    struct dsb_attested old = {.word.serial = 0};
    struct error unread;
    if (!confdir_exists(&k->dir, ATTESTATION_FILE) ||
        !confdir_read(&k->dir, ATTESTATION_FILE, text, sizeof text, &len, &unread) ||
        dsb_attested_parse(&old, text, len, &line) != DSB_TEXT_NO_FAULT ||
        memcmp(old.word.root, a->word.root, sizeof old.word.root) != 0 ||
        a->word.serial >= old.word.serial)
        return true;
    return error_set(e, EXIT_CONFIG, "%s: serial %llu, and this device has %llu of the same root",
                     path, (unsigned long long)a->word.serial, (unsigned long long)old.word.serial);
}

/* The directory is locked by the caller. */
static bool take(const struct dsb_attested *a, const struct keyring *k, const char *path,
                 struct error *e)
{
    char text[DSB_ATTESTATION_TEXT_MAX];
    return is_own(a, k, path, e) && is_newest(a, k, path, e) &&
           confdir_write(&k->dir, ATTESTATION_FILE, text, attestation_format(text, a),
                         CONFDIR_REPLACE, e);
}

bool command_attest(const struct options *o, char **words, int word_count, struct error *e)
{
    struct dsb_attested a = {.word.serial = 0};
    struct confdir lock;
    struct keyring k;
    char root[KEY_TEXT_SIZE];
    (void)word_count;
    if (!read_attestation(&a, words[0], e) || !confdir_open(&lock, o->dir, e))
        return false;
    bool ok = confdir_lock(&lock, e) && keyring_open(&k, o->dir, o->allow_test_keys, e);
    if (ok) {
        ok = take(&a, &k, words[0], e);
        keyring_close(&k);
    }
    confdir_close(&lock);
    key_format(root, a.word.root);
    if (ok && !o->quiet)
        (void)printf("attested by root:%s serial %llu\n", root, (unsigned long long)a.word.serial);
    return ok;
}
