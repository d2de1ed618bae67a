/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus root: the key that vouches for devices. It is read for one command, and wiped. */
#include "dsoftbus/lines.h"
#include "node/base/number.h"
#include "node/base/words.h"
#include "node/cli/command.h"
#include "node/cli/device_words.h"
#include "node/store/attestation.h"
#include "node/store/keyring.h"
#include "node/store/revocations.h"
#include "node/store/root_serials.h"

#include <stdio.h>
#include <string.h>

enum root_verb { ROOT_NEW, ROOT_SHOW, ROOT_SIGN, ROOT_REVOKE, ROOT_VERB_COUNT };

static const struct verb verbs[ROOT_VERB_COUNT] = {
    [ROOT_NEW] = {"new", "ROOTFILE"},
    [ROOT_SHOW] = {"show", "ROOTFILE"},
    [ROOT_SIGN] = {"sign", "ROOTFILE ID KEY [SERVICES]"},
    [ROOT_REVOKE] = {"revoke", "ROOTFILE ID [SERIAL]"}};

/* The word that names the root in a trust store. */
static void show(const struct root_key *root)
{
    char text[KEY_TEXT_SIZE];
    key_format(text, root->public_key);
    (void)printf("root:%s\n", text);
}

/* services may be NULL: no list. */
static bool parse_device(struct dsb_attested *a, const char *id, const char *key,
                         const char *services, struct error *e)
{
    const struct dsb_word key_word = {key, strlen(key)};
    size_t services_len = services == NULL ? 0 : strlen(services);
    enum dsb_text_fault fault = DSB_TEXT_NO_FAULT;
    memset(a, 0, sizeof *a);
    if (!device_word_id(&a->id, id, e) || !device_word_key(id, key, e))
        return false;
    if (!dsb_hex_decode(a->key, &key_word))
        fault = DSB_TEXT_BAD_KEY;
    else if (services != NULL && services_len == 0)
        fault = DSB_TEXT_BAD_SERVICE;
    else if (services_len > DSB_ATTESTATION_SERVICES_MAX)
        return error_set(e, EXIT_CONFIG, "%s not signed: more than %d bytes of services", id,
                         DSB_ATTESTATION_SERVICES_MAX);
    else {
        if (services_len > 0)
            memcpy(a->word.services, services, services_len);
        a->word.services_len = (uint8_t)services_len;
        fault = dsb_attested_fault(a);
    }
    return fault == DSB_TEXT_NO_FAULT ||
           error_set(e, EXIT_CONFIG, "%s not signed: %s", id, dsb_text_fault_name(fault));
}

/* One more than the last and not revoked, or the one that is asked for. No serial is given twice:
 * which of two attestations holds would be anybody's choice. */
static bool choose_serial(const struct root_key *root, const struct dsb_device_id *id,
                          uint64_t asked, uint64_t *serial, struct error *e)
{
    struct dsb_revocations list;
    uint64_t last;
    if (!root_serials_last(root, id, &last, e) || !revocations_read(&list, root, e))
        return false;
    uint64_t first_good = dsb_revocations_first_good(&list, id);
    if (asked != 0 && asked <= last)
        return error_set(e, EXIT_CONFIG, "%.*s has serial %llu already: --serial must be higher",
                         id->len, id->text, (unsigned long long)last);
    if (asked != 0 && asked < first_good)
        return error_set(e, EXIT_CONFIG, "%.*s is revoked below serial %llu: --serial must be that",
                         id->len, id->text, (unsigned long long)first_good);
    *serial = asked != 0 ? asked : last + 1 > first_good ? last + 1 : first_good;
    return *serial <= DSB_SERIAL_MAX ||
           error_set(e, EXIT_CONFIG, "%.*s has had the last serial that there is", id->len,
                     id->text);
}

/* The serial is on disk before anybody sees what is signed with it. */
static bool sign(const struct root_key *root, struct dsb_attested *a, uint64_t serial,
                 struct error *e)
{
    char text[DSB_ATTESTATION_TEXT_MAX];
    if (!choose_serial(root, &a->id, serial, &a->word.serial, e) ||
        !root_serials_put(root, &a->id, a->word.serial, e))
        return false;
    attestation_sign(a, root);
    size_t len = attestation_format(text, a);
    (void)fwrite(text, 1, len, stdout);
    return true;
}

/* The first serial that stays good: one more than the last given, unless the person says which. */
static bool choose_first_good(const struct root_key *root, const struct dsb_device_id *id,
                              const char *serial, uint64_t *first_good, struct error *e)
{
    uint64_t last = 0;
    if (serial != NULL)
        return number_parse(serial, 2, UINT64_MAX, first_good) ||
               error_set(e, EXIT_USAGE, "\"%s\" is not a serial from 2 to %llu", serial,
                         (unsigned long long)UINT64_MAX);
    if (!root_serials_last(root, id, &last, e))
        return false;
    *first_good = last + 1;
    return last != 0 || error_set(e, EXIT_CONFIG,
                                  "%.*s has no attestation of this root: name the first SERIAL "
                                  "that is to be good",
                                  id->len, id->text);
}

/* The next list is on disk before anybody sees it. What was revoked once stays so. */
static bool revoke(const struct root_key *root, const struct dsb_device_id *id, const char *serial,
                   struct error *e)
{
    struct dsb_revocations list;
    char text[REVOCATIONS_TEXT_SIZE];
    uint64_t first_good = 0;
    if (!choose_first_good(root, id, serial, &first_good, e) || !revocations_read(&list, root, e))
        return false;
    if (first_good <= dsb_revocations_first_good(&list, id))
        return error_set(e, EXIT_CONFIG, "%.*s is revoked below serial %llu already", id->len,
                         id->text, (unsigned long long)dsb_revocations_first_good(&list, id));
    if (!dsb_revocations_set(&list, id, first_good))
        return error_set(e, EXIT_CONFIG, "%.*s not revoked: the list has %d ids already", id->len,
                         id->text, DSB_REVOCATIONS_MAX);
    if (!revocations_renew(&list, root, e))
        return false;
    size_t len = revocations_format(text, &list);
    (void)fwrite(text, 1, len, stdout);
    return true;
}

static bool parse(struct dsb_attested *a, size_t verb, const struct options *o, char **words,
                  int word_count, struct error *e)
{
    if (o->serial != 0 && verb != ROOT_SIGN)
        return error_set(e, EXIT_USAGE, "--serial is for dsoftbus root sign");
    if (verb == ROOT_SIGN)
        return parse_device(a, words[2], words[3], word_count > 4 ? words[4] : NULL, e);
    return verb != ROOT_REVOKE || device_word_id(&a->id, words[2], e);
}

static bool act(const struct root_key *root, size_t verb, struct dsb_attested *a,
                const struct options *o, const char *revoked, struct error *e)
{
    if (verb == ROOT_SIGN)
        return sign(root, a, o->serial, e);
    if (verb == ROOT_REVOKE)
        return revoke(root, &a->id, revoked, e);
    if (verb == ROOT_SHOW || !o->quiet)
        show(root);
    return true;
}

bool command_root(const struct options *o, char **words, int word_count, struct error *e)
{
    struct root_key root;
    struct dsb_attested a = {.word.serial = 0};
    size_t verb;
    if (!words_verb("root", verbs, ROOT_VERB_COUNT, &verb, words, word_count, e) ||
        !parse(&a, verb, o, words, word_count, e) ||
        !(verb == ROOT_NEW ? root_key_new(&root, words[1], e) : root_key_open(&root, words[1], e)))
        return false;
    bool ok = act(&root, verb, &a, o, word_count > 3 ? words[3] : NULL, e);
    root_key_close(&root);
    return ok;
}
