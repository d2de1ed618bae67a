/* SPDX-License-Identifier: Apache-2.0 */
/* What a person types. */
#include "node/cli/device_words.h"

#include "dsoftbus/key.h"

#include <string.h>

bool device_word_id(struct dsb_device_id *id, const char *word, struct error *e)
{
    if (dsb_device_id_set(id, word, strlen(word)) != DSB_OK)
        return error_set(e, EXIT_USAGE, "\"%s\" is not a device id (1 to %d of a-z 0-9 . -)", word,
                         DSB_DEVICE_ID_MAX);
    return true;
}

bool device_word_key(const char *id_word, const char *key_word, struct error *e)
{
    size_t good_len = strspn(key_word, "0123456789abcdef");
    unsigned char bad = (unsigned char)key_word[good_len];
    if (bad == '\0' && good_len == 2 * DSB_KEY_LEN)
        return true;
    if (bad == '\0')
        return error_set(e, EXIT_USAGE,
                         "the key of %s has %zu digits, not %d: copy it whole from `dsoftbus id`",
                         id_word, good_len, 2 * DSB_KEY_LEN);
    if (bad >= 'A' && bad <= 'F')
        return error_set(e, EXIT_USAGE,
                         "the key of %s has capital letters: write its digits as 0-9 a-f", id_word);
    if (bad <= ' ')
        return error_set(
            e, EXIT_USAGE,
            "the key of %s has a blank or a line's end at place %zu: only its %d digits", id_word,
            good_len + 1, 2 * DSB_KEY_LEN);
    return error_set(e, EXIT_USAGE,
                     "the key of %s has '%c' at place %zu, which is no digit 0-9 a-f", id_word, bad,
                     good_len + 1);
}
