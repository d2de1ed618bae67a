/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of bytes: whoever logs puts some in, the upkeep after each event brings some to the
 * console; they stay for readers until newer ones lie over them. */
#include "log.h"

#include "arch.h"
#include "plat.h"
#include "upkeep.h"

/* Drains in vain, in a row, before log_flush() gives up: more than any console takes for a byte. */
#define FLUSH_VAIN_COUNT_MAX 100000u

/* Byte n of the log, counted from the boot, is ring[n % LOG_RING_BYTES] while it is in the ring. */
static char ring[LOG_RING_BYTES];
static uint64_t end_pos;    /* of the next byte */
static uint32_t count;      /* the last so many wait for the console */
static uint64_t lost_bytes; /* since the console last took any */
static uint64_t moved_time; /* when it last took some, or had nothing to take */

static void put(char c)
{
    if (count == LOG_BUFFER_BYTES) {
        lost_bytes++;
        return;
    }
    if (count == 0)
        moved_time = arch_time();
    ring[end_pos++ % LOG_RING_BYTES] = c;
    count++;
    upkeep_needed = true;
}

void log_text(const char *text)
{
    for (; *text; text++)
        put(*text);
}

void log_hex(uint64_t value)
{
    static const char digits[] = "0123456789abcdef";
    int shift = 60;
    log_text("0x");
    while (shift > 0 && (value >> shift) == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        put(digits[(value >> shift) & 0xf]);
}

void log_end(void)
{
    put('\n');
}

bool log_line(const char *bytes, size_t len)
{
    if (LOG_BUFFER_BYTES - count < len + 1 + LOG_RESERVE_BYTES)
        return false;
    for (size_t i = 0; i < len; i++)
        put(bytes[i] >= 0x20 && bytes[i] <= 0x7e ? bytes[i] : '?');
    log_end();
    return true;
}

/* What lies in one piece from there on, at most limit bytes. */
static uint32_t piece(uint64_t pos, uint32_t limit, const char **bytes)
{
    uint32_t at = pos % LOG_RING_BYTES, len = LOG_RING_BYTES - at;
    *bytes = &ring[at];
    if (len > end_pos - pos)
        len = (uint32_t)(end_pos - pos);
    return len < limit ? len : limit;
}

/* Up to limit bytes to the console; returns how many it took. */
static uint32_t move(uint32_t limit)
{
    const char *bytes;
    uint32_t len = piece(end_pos - count, limit, &bytes);
    uint32_t taken = plat_console_write(bytes, len);
    count -= taken;
    return taken;
}

bool log_read(uint64_t *pos, uint32_t limit, const char **bytes, uint32_t *len)
{
    if (*pos > end_pos)
        return false;
    if (end_pos - *pos > LOG_RING_BYTES)
        *pos = end_pos - LOG_RING_BYTES;
    *len = piece(*pos, limit, bytes);
    return true;
}

static void tell_lost(void)
{
    uint64_t lost = lost_bytes;
    lost_bytes = 0;
    log_text("kernel: bytes of the log lost: ");
    log_hex(lost);
    log_end();
}

void log_drain(void)
{
    uint32_t left = LOG_PIECE_BYTES, taken = 1;
    while (left > 0 && count > 0 && taken > 0) {
        taken = move(left);
        left -= taken;
    }
    if (left < LOG_PIECE_BYTES) {
        moved_time = arch_time();
        if (lost_bytes > 0 && count == 0)
            tell_lost();
    } else if (count > 0 && arch_time() - moved_time > LOG_PATIENCE_TICKS) {
        lost_bytes += count;
        count = 0;
    }
}

bool log_pending(void)
{
    return count > 0;
}

void log_flush(void)
{
    uint32_t vain_count = 0;
    while (count > 0 && vain_count < FLUSH_VAIN_COUNT_MAX)
        vain_count = move(count) > 0 ? 0 : vain_count + 1;
}

void panic(const char *what, uint64_t value)
{
    log_text("kernel: panic: ");
    log_text(what);
    log_text(" ");
    log_hex(value);
    log_end();
    log_flush();
    arch_power_off(ABI_OFF_FAILURE);
}
