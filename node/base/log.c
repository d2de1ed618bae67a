/* SPDX-License-Identifier: Apache-2.0 */
/* The log. A line is whole, and free of what would move a cursor, before any of it is written. */
#include "node/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static enum log_level threshold = LOG_LEVEL_WARNING;
static bool to_journal;

#define LINE_SIZE      (ERROR_TEXT_SIZE + 64) /* the prefix takes 40 bytes at most */
#define COLLECTED_SIZE ((size_t)16 * LINE_SIZE)

static struct {
    bool on;
    size_t len;
    char text[COLLECTED_SIZE];
} collected;

/* JOURNAL_STREAM is inherited by whatever a service starts: it counts only when it names the file
 * that standard error really is (systemd.exec(5)). */
static bool stderr_is_journal(void)
{
    unsigned long long device;
    unsigned long long inode;
    struct stat st;
    const char *stream = getenv("JOURNAL_STREAM");
    return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
           fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void log_open(enum log_level most_verbose)
{
    threshold = most_verbose;
    to_journal = stderr_is_journal();
}

static int write_prefix(char *out, size_t out_size, enum log_level level)
{
    static const struct {
        const char *name;
        int syslog_severity;
    } levels[] = {
        [LOG_LEVEL_ERROR] = {"error", 3},
        [LOG_LEVEL_WARNING] = {"warning", 4},
        [LOG_LEVEL_INFO] = {"info", 6},
        [LOG_LEVEL_DEBUG] = {"debug", 7},
    };
    struct timespec now;
    struct tm utc;
    if (to_journal)
        return snprintf(out, out_size, "<%d>", levels[level].syslog_severity);
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t len = strftime(out, out_size, "%Y-%m-%dT%H:%M:%S", &utc);
    return (int)len + snprintf(out + len, out_size - len, ".%03ldZ %s ", now.tv_nsec / 1000000,
                               levels[level].name);
}

void log_flush(void)
{
    if (collected.len > 0)
        (void)fwrite(collected.text, 1, collected.len, stderr);
    collected.len = 0;
}

void log_collect(bool on)
{
    log_flush();
    collected.on = on;
}

/* A line without its end, which it gets here. */
static void collect(enum log_level level, const char *line)
{
    size_t len = strlen(line);
    if (COLLECTED_SIZE - collected.len < len + 1)
        log_flush();
    memcpy(collected.text + collected.len, line, len);
    collected.text[collected.len + len] = '\n';
    collected.len += len + 1;
    if (!collected.on || level == LOG_LEVEL_ERROR)
        log_flush();
}

void log_line(enum log_level level, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list args;
    if (level > threshold)
        return;
    int prefix_len = write_prefix(line, sizeof line, level);
    va_start(args, format);
    (void)vsnprintf(line + prefix_len, sizeof line - (size_t)prefix_len, format, args);
    va_end(args);
    error_make_printable(line);
    collect(level, line);
}

bool log_budget_take(struct log_budget *b, uint64_t now_ms)
{
    if (b->refilled_ms == 0) {
        b->left_count = LOG_BUDGET_BURST;
        b->refilled_ms = now_ms;
    }
    uint64_t earned = (now_ms - b->refilled_ms) * LOG_BUDGET_PER_SECOND / 1000;
    if (earned > 0) {
        b->refilled_ms = now_ms;
        b->left_count = b->left_count + earned > LOG_BUDGET_BURST
                            ? LOG_BUDGET_BURST
                            : b->left_count + (uint32_t)earned;
    }
    if (b->left_count == 0) {
        b->dropped_count++;
        return false;
    }
    b->left_count--;
    if (b->dropped_count > 0)
        log_line(LOG_LEVEL_WARNING, "%llu lines like the next one left out",
                 (unsigned long long)b->dropped_count);
    b->dropped_count = 0;
    return true;
}
