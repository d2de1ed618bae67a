/* SPDX-License-Identifier: Apache-2.0 */
/* A table of half-open handshakes, and whom a newcomer drops. */
#include "dsoftbus/admission.h"

#include <string.h>

void dsb_admission_init(struct dsb_admission *table, struct dsb_half_open *entries, size_t capacity)
{
    table->entries = entries;
    table->capacity = capacity;
    table->count = 0;
    table->next_order = 0;
    table->prefix_bits = DSB_SOURCE_PREFIX_BITS;
}

/* What counts as one source: an IPv4 address whole, of an IPv6 address its prefix. */
static void make_source(const struct dsb_admission *table, uint8_t out[DSB_SOURCE_LEN],
                        const uint8_t address[DSB_SOURCE_LEN])
{
    static const uint8_t ipv4_mapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    bool is_ipv4 = memcmp(address, ipv4_mapped, sizeof ipv4_mapped) == 0;

    for (unsigned i = 0; i < DSB_SOURCE_LEN; i++) {
        unsigned bits = is_ipv4 || table->prefix_bits >= 8 * (i + 1) ? 8
                        : table->prefix_bits > 8 * i                 ? table->prefix_bits - 8 * i
                                                                     : 0;
        out[i] = address[i] & (uint8_t)(0xff00U >> bits);
    }
}

/* Adds by to the count of every entry of the source; returns how many entries that were. */
static uint32_t recount(struct dsb_admission *table, const uint8_t source[DSB_SOURCE_LEN], int by)
{
    uint32_t found = 0;

    for (size_t i = 0; i < table->count; i++) {
        struct dsb_half_open *entry = &table->entries[i];

        if (memcmp(entry->source, source, DSB_SOURCE_LEN) == 0) {
            entry->source_count = (uint32_t)((int64_t)entry->source_count + by);
            found++;
        }
    }
    return found;
}

static void remove_at(struct dsb_admission *table, size_t idx)
{
    (void)recount(table, table->entries[idx].source, -1);
    table->count--;
    table->entries[idx] = table->entries[table->count];
}

/* The oldest entry of the source that holds the most. */
static size_t find_victim(const struct dsb_admission *table)
{
    size_t victim = 0;

    for (size_t i = 1; i < table->count; i++) {
        const struct dsb_half_open *entry = &table->entries[i];
        const struct dsb_half_open *best = &table->entries[victim];

        if (entry->source_count > best->source_count ||
            (entry->source_count == best->source_count && entry->order < best->order))
            victim = i;
    }
    return victim;
}

bool dsb_admission_enter(struct dsb_admission *table, const uint8_t address[DSB_SOURCE_LEN],
                         uint32_t handle, uint32_t *dropped)
{
    uint8_t source[DSB_SOURCE_LEN];
    bool full = table->count == table->capacity;

    make_source(table, source, address);
    if (full) {
        size_t victim = find_victim(table);

        *dropped = table->entries[victim].handle;
        remove_at(table, victim);
    }
    uint32_t others = recount(table, source, 1);
    struct dsb_half_open *entry = &table->entries[table->count++];

    memcpy(entry->source, source, DSB_SOURCE_LEN);
    entry->order = table->next_order++;
    entry->handle = handle;
    entry->source_count = others + 1;
    return full;
}

bool dsb_admission_leave(struct dsb_admission *table, uint32_t handle)
{
    for (size_t i = 0; i < table->count; i++) {
        if (table->entries[i].handle == handle) {
            remove_at(table, i);
            return true;
        }
    }
    return false;
}
