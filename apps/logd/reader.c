/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is read before what was read is taken: who takes nothing costs nothing, and misses. */
#include "reader.h"

#include "rt/log.h"
#include "rt/syscall.h"

#include <stdio.h>
#include <string.h>

/* Behind a gap what is left of a line belongs to the gap. False when the line goes on. */
static bool drop_rest_of_line(struct reader *reader)
{
    const char *first = reader->held + reader->held_first;
    const char *end = memchr(first, '\n', reader->held_len);
    uint32_t dropped_len = end ? (uint32_t)(end + 1 - first) : reader->held_len;

    reader->held_first += dropped_len;
    reader->held_len -= dropped_len;
    reader->missed_len += dropped_len;
    return end != NULL;
}

/* In front of what is held, where READER_NOTE_SIZE bytes are free. */
static void put_note(struct reader *reader)
{
    char note[READER_NOTE_SIZE];
    int len = snprintf(note, sizeof note, "%slog: %lu bytes missed\n", reader->in_line ? "\n" : "",
                       (unsigned long)reader->missed_len);

    reader->held_first -= (uint32_t)len;
    reader->held_len += (uint32_t)len;
    memcpy(reader->held + reader->held_first, note, (size_t)len);
    reader->missed_len = 0;
}

/* False at the end of the log. */
static bool fill(struct reader *reader)
{
    uint64_t gone_len = 0;
    int64_t len = rt_log_read(RT_SLOT_CONSOLE, &reader->pos, reader->held + READER_NOTE_SIZE,
                              ABI_LOG_READ_BYTES_MAX, &gone_len);

    if (len <= 0)
        return false;
    reader->held_first = READER_NOTE_SIZE;
    reader->held_len = (uint32_t)len;
    reader->missed_len += gone_len;
    if (reader->missed_len > 0 && drop_rest_of_line(reader))
        put_note(reader);
    return true;
}

size_t reader_next(struct reader *reader, const char **bytes)
{
    while (reader->held_len == 0 && fill(reader))
        continue;
    *bytes = reader->held + reader->held_first;
    return reader->held_len;
}

void reader_taken(struct reader *reader, size_t len)
{
    if (len == 0)
        return;
    reader->in_line = reader->held[reader->held_first + len - 1] != '\n';
    reader->held_first += (uint32_t)len;
    reader->held_len -= (uint32_t)len;
}
