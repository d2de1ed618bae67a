/* SPDX-License-Identifier: Apache-2.0 */
/* The parser: a table says which words a request has. The packet is another program's: nothing of
 * it is used but what a word's reader took. */
#include "node/bus/request.h"

#include "node/base/number.h"
#include "node/engine/stream.h"

#include <string.h>

/* v version, d device, s service, n stream, r reason; "a" may be missing. */
static const struct {
    const char *name;
    const char *words;
} requests[] = {
    [REQUEST_HELLO] = {"hello", "v"},      [REQUEST_CONNECT] = {"connect", "ds"},
    [REQUEST_PUBLISH] = {"publish", "sa"}, [REQUEST_UNPUBLISH] = {"unpublish", "s"},
    [REQUEST_ACCEPT] = {"accept", "n"},    [REQUEST_REFUSE] = {"refuse", "nr"},
    [REQUEST_RESET] = {"reset", "n"},      [REQUEST_PEERS] = {"peers", ""},
    [REQUEST_WATCH] = {"watch", ""},       [REQUEST_SERVICES] = {"services", "d"},
};
#define REQUEST_COUNT (sizeof requests / sizeof requests[0])

static bool read_device(struct request *out, const char *word)
{
    const char *at = strchr(word, '@');
    size_t id_len = at == NULL ? strlen(word) : (size_t)(at - word);
    if (at != NULL && (at[1] == '\0' || strlen(at + 1) > REQUEST_HOST_MAX))
        return false;
    if (at != NULL)
        strcpy(out->host, at + 1);
    return dsb_device_id_set(&out->device, word, id_len) == DSB_OK;
}

static bool read_service(struct request *out, const char *word)
{
    if (!dsb_service_name_is_valid(word, strlen(word)))
        return false;
    strcpy(out->service, word);
    return true;
}

static bool read_word(struct request *out, char type, const char *word)
{
    uint64_t number;
    switch (type) {
    case 'v':
        return number_parse(word, 0, UINT32_MAX, &out->version);
    case 'd':
        return read_device(out, word);
    case 's':
        return read_service(out, word);
    case 'a':
        out->all = strcmp(word, "all") == 0;
        return out->all;
    case 'n':
        if (!number_parse(word, 1, UINT32_MAX, &number))
            return false;
        out->stream = (uint32_t)number;
        return true;
    default:
        out->code = stream_reset_code(word);
        return out->code != DSB_RESET_NONE;
    }
}

/* Cuts the first word off; NULL at the end. */
static char *next_word(char **rest)
{
    char *word = *rest;
    if (word == NULL)
        return NULL;
    char *blank = strchr(word, ' ');
    if (blank != NULL)
        *blank++ = '\0';
    *rest = blank;
    return word;
}

static bool read_words(struct request *out, const char *types, char *rest)
{
    for (; *types != '\0'; types++) {
        const char *word = next_word(&rest);
        if (word == NULL)
            return *types == 'a';
        if (!read_word(out, *types, word))
            return false;
    }
    return rest == NULL;
}

bool request_parse(struct request *out, const char *packet, size_t packet_len)
{
    char line[BUS_PACKET_MAX + 1];
    char *rest = line;
    memset(out, 0, sizeof *out);
    if (packet_len == 0 || packet_len > BUS_PACKET_MAX || memchr(packet, '\0', packet_len) != NULL)
        return false;
    memcpy(line, packet, packet_len);
    line[packet_len] = '\0';
    const char *name = next_word(&rest);
    for (size_t i = 0; i < REQUEST_COUNT; i++) {
        out->verb = (enum request_verb)i;
        if (strcmp(name, requests[i].name) == 0)
            return read_words(out, requests[i].words, rest);
    }
    return false;
}
