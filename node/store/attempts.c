/* SPDX-License-Identifier: Apache-2.0 */
/* Failed pairing attempts, kept over restarts. */
#include "node/store/attempts.h"

#include "dsoftbus/pairing.h"
#include "node/base/number.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX 80

/* "failed N at SECONDS", and nothing else. */
static bool parse(struct attempts *attempts, char *text, size_t text_len)
{
    static const char head[] = "failed ", middle[] = " at ";
    if (text_len == 0 || text[text_len - 1] != '\n' || strncmp(text, head, sizeof head - 1) != 0)
        return false;
    text[text_len - 1] = '\0';
    char *count = text + sizeof head - 1, *at = strstr(count, middle);
    if (at == NULL)
        return false;
    *at = '\0';
    return number_parse(count, 0, UINT32_MAX, &attempts->failed_count) &&
           number_parse(at + sizeof middle - 1, 0, INT64_MAX, &attempts->last_s);
}

bool attempts_read(struct attempts *attempts, const struct confdir *dir, struct error *e)
{
    char text[TEXT_MAX + 1] = "";
    size_t text_len;
    *attempts = (struct attempts){0, 0};
    if (!confdir_exists(dir, ATTEMPTS_FILE))
        return true;
    if (!confdir_read(dir, ATTEMPTS_FILE, text, TEXT_MAX, &text_len, e))
        return false;
    if (!parse(attempts, text, text_len))
        return error_set(e, EXIT_CONFIG, "%s/%s: not a count of attempts (delete it to begin anew)",
                         dir->path, ATTEMPTS_FILE);
    return true;
}

uint64_t attempts_wait_s(const struct attempts *attempts, uint64_t now_s)
{
    uint64_t wait_s = dsb_pairing_wait_s(attempts->failed_count);
    if (now_s < attempts->last_s) /* the clock was set back */
        return wait_s;
    uint64_t passed_s = now_s - attempts->last_s;
    return passed_s < wait_s ? wait_s - passed_s : 0;
}

bool attempts_write(const struct attempts *attempts, const struct confdir *dir, struct error *e)
{
    char text[TEXT_MAX];
    int len =
        snprintf(text, sizeof text, "failed %llu at %llu\n",
                 (unsigned long long)attempts->failed_count, (unsigned long long)attempts->last_s);
    return confdir_write(dir, ATTEMPTS_FILE, text, (size_t)len, CONFDIR_REPLACE, e);
}
