/* SPDX-License-Identifier: Apache-2.0 */
/* Takes the daemon's lines apart. A line that says anything but what its request allows is refused
 * as a whole. */
#include "node/client/packet.h"

#include <string.h>

#define NUMBER_DIGITS_MAX 19 /* of a stream's number: fits 64 bits whatever the digits are */

/* What is left of a line, word by word. */
struct words {
    char *next; /* NULL: none left */
};

/* The next word, "" when there is none or two blanks follow one another. */
static char *word(struct words *w)
{
    static char none[] = "";
    char *begin = w->next;
    if (begin == NULL)
        return none;
    char *blank = strchr(begin, ' ');
    w->next = blank != NULL ? blank + 1 : NULL;
    if (blank != NULL)
        *blank = '\0';
    return begin;
}

/* The rest of the line as text. */
static void take_text(struct words *w, char out[DSBC_TEXT_SIZE])
{
    size_t len = w->next != NULL ? strlen(w->next) : 0;
    if (len >= DSBC_TEXT_SIZE)
        len = DSBC_TEXT_SIZE - 1;
    while (len > 0 && w->next[len] != '\0' && (w->next[len] & 0xc0) == 0x80)
        len--; /* a character is not cut in two */
    if (len > 0)
        memcpy(out, w->next, len);
    out[len] = '\0';
    w->next = NULL;
}

bool packet_is_name(const char *text)
{
    size_t len = strlen(text);
    return len >= 1 && len <= DSBC_NAME_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-") == len;
}

/* Where a device is: "[" an IPv6 address, interface "]:" and port, or a host's name. */
#define PLACE_MAX 272

bool packet_is_target(const char *text)
{
    char name[DSBC_NAME_MAX + 1];
    size_t name_len = strcspn(text, "@");
    if (text[name_len] == '\0')
        return packet_is_name(text);
    size_t place_len = strlen(text + name_len + 1);
    if (name_len > DSBC_NAME_MAX || place_len == 0 || place_len > PLACE_MAX)
        return false;
    memcpy(name, text, name_len);
    name[name_len] = '\0';
    for (const char *at = text + name_len + 1; *at != '\0'; at++)
        if (*at <= ' ' || *at == 0x7f)
            return false;
    return packet_is_name(name);
}

static bool take_name(struct words *w, char out[DSBC_NAME_MAX + 1])
{
    const char *name = word(w);
    if (!packet_is_name(name))
        return false;
    strcpy(out, name);
    return true;
}

static bool take_number(struct words *w, uint64_t *out)
{
    const char *digits = word(w);
    size_t len = strlen(digits);
    if (len == 0 || len > NUMBER_DIGITS_MAX || strspn(digits, "0123456789") != len)
        return false;
    for (*out = 0; *digits != '\0'; digits++)
        *out = *out * 10 + (uint64_t)(*digits - '0');
    return true;
}

static bool is_over(const struct words *w)
{
    return w->next == NULL;
}

static bool parse_ok(struct dsbc_event *event, struct words *w, enum packet_asked asked)
{
    event->kind = DSBC_ANSWER;
    event->result = DSBC_OK;
    switch (asked) {
    case ASKED_NOTHING:
        return false;
    case ASKED_HELLO:
        return strcmp(word(w), "1") == 0 && is_over(w);
    case ASKED_CONNECT:
        return take_number(w, &event->stream) && is_over(w);
    default:
        return is_over(w);
    }
}

static bool parse_error(struct dsbc_event *event, struct words *w, enum packet_asked asked)
{
    const char *reason = word(w);
    event->kind = DSBC_ANSWER;
    event->result = packet_reason(reason);
    take_text(w, event->text);
    return asked != ASKED_NOTHING && packet_is_name(reason);
}

static bool parse_stream(struct dsbc_event *event, struct words *w)
{
    event->kind = DSBC_STREAM;
    return take_number(w, &event->stream) && take_name(w, event->service) &&
           take_name(w, event->device) && is_over(w);
}

static bool parse_end(struct dsbc_event *event, struct words *w)
{
    event->kind = DSBC_END;
    if (!take_number(w, &event->stream))
        return false;
    const char *how = word(w);
    if (strcmp(how, "clean") == 0)
        return is_over(w);
    const char *reason = word(w);
    event->result = packet_reason(reason);
    return strcmp(how, "reset") == 0 && packet_is_name(reason) && is_over(w);
}

static bool parse_peer(struct dsbc_event *event, struct words *w, enum packet_asked asked)
{
    static const char *const states[] = {[DSBC_STATE_OFFLINE] = "offline",
                                         [DSBC_STATE_DIALLING] = "dialling",
                                         [DSBC_STATE_ONLINE] = "online"};
    event->kind = DSBC_PEER;
    if (asked != ASKED_PEERS || !take_name(w, event->device))
        return false;
    const char *state = word(w);
    take_text(w, event->text);
    if (strcmp(event->text, "-") == 0)
        event->text[0] = '\0'; /* no address is known */
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        event->state = (enum dsbc_state)i;
        if (strcmp(states[i], state) == 0)
            return true;
    }
    return false;
}

static bool parse_service(struct dsbc_event *event, struct words *w, enum packet_asked asked)
{
    event->kind = DSBC_SERVICE;
    return asked == ASKED_SERVICES && take_name(w, event->service) && is_over(w);
}

static bool parse_device(struct dsbc_event *event, struct words *w, enum dsbc_kind kind)
{
    event->kind = kind;
    return take_name(w, event->device) && is_over(w);
}

static bool parse_line(struct dsbc_event *event, char *line, enum packet_asked asked)
{
    struct words w = {line};
    const char *first = word(&w);
    if (strcmp(first, "ok") == 0)
        return parse_ok(event, &w, asked);
    if (strcmp(first, "error") == 0)
        return parse_error(event, &w, asked);
    if (asked == ASKED_HELLO)
        return false; /* the greeting comes before anything else */
    if (strcmp(first, "stream") == 0)
        return parse_stream(event, &w);
    if (strcmp(first, "end") == 0)
        return parse_end(event, &w);
    if (strcmp(first, "peer") == 0)
        return parse_peer(event, &w, asked);
    if (strcmp(first, "service") == 0)
        return parse_service(event, &w, asked);
    if (strcmp(first, "online") == 0)
        return parse_device(event, &w, DSBC_ONLINE);
    return strcmp(first, "offline") == 0 && parse_device(event, &w, DSBC_OFFLINE);
}

static bool is_text(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7f)
            return false;
    return true;
}

bool packet_parse(struct dsbc_event *event, bool *wants_fd, const char *bytes, size_t len,
                  unsigned fd_count, enum packet_asked asked)
{
    char line[PACKET_MAX + 1];
    *event = (struct dsbc_event){.fd = -1};
    if (len == 0 || len > PACKET_MAX || !is_text(bytes, len))
        return false;
    memcpy(line, bytes, len);
    line[len] = '\0';
    if (!parse_line(event, line, asked))
        return false;
    *wants_fd = event->kind == DSBC_STREAM ||
                (event->kind == DSBC_ANSWER && event->result == DSBC_OK && asked == ASKED_CONNECT);
    return fd_count == (*wants_fd ? 1 : 0);
}
