/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of what applications may do: whatever it is, nobody may more than what a line of it
 * says, word for word; and after a faulty one nobody may anything.
 */
#include "limits.h"
#include "rights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX 1500 /* bytes that are looked at: any badge with any two words of them */
#define BADGES   (BUS_CLIENT_MAX + 3)

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* The text, and an end to it. */
static char text[TEXT_MAX + 1];

static bool has_line(unsigned badge, const char *head, const char *word, const char *tail)
{
    char line[TEXT_MAX + 64];

    (void)snprintf(line, sizeof line, "\n%u %s%s%s", badge, head, word, tail);
    return strstr(text, line) != NULL;
}

static bool has_peer(const char *word)
{
    char line[TEXT_MAX + 64];

    (void)snprintf(line, sizeof line, "\npeer %s ", word);
    return strstr(text, line) != NULL;
}

/* A word of the text as the name of a device and of a service, and a device that no text names. */
static void ask(const char *word, bool is_good)
{
    static const struct dsb_device_id stranger = {8, "stranger"};
    struct net_address address;
    struct dsb_device_id id;
    const size_t len = strlen(word);
    bool is_id = dsb_device_id_set(&id, word, len) == DSB_OK;

    for (unsigned badge = 0; badge < BADGES; badge++) {
        if (rights_may_publish(badge, word, len))
            must(is_good && has_line(badge, "publish ", word, "\n"));
        if (rights_may_connect(badge, &stranger, word, len))
            must(is_good && (has_line(badge, "connect */", word, "\n") ||
                             has_line(badge, "connect */*", "", "\n") ||
                             has_line(badge, "connect stranger/", "", "")));
        if (is_id && rights_may_watch(badge, &id))
            must(is_good &&
                 (has_line(badge, "connect ", word, "/") || has_line(badge, "connect */", "", "")));
    }
    if (is_id && rights_address(&id, 0, &address))
        must(is_good && has_peer(word));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char words[TEXT_MAX + 1];
    struct dsb_text_error error;

    if (size > TEXT_MAX || memchr(data, '\0', size) != NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    strcpy(words, text);
    bool is_good = rights_read(text, size, &error);
    must(is_good == (error.fault == DSB_TEXT_NO_FAULT));
    for (char *word = strtok(words, " /\n"); word != NULL; word = strtok(NULL, " /\n"))
        ask(word, is_good);
    return 0;
}
