/* SPDX-License-Identifier: Apache-2.0 */
/* What net-test and the clients that it starts agree on. */
#ifndef NET_HELPER_H
#define NET_HELPER_H

#include <stdint.h>

/* Argument of a helper's process. */
enum helper_mode {
    HELPER_HOARD = 1, /* opens sockets until refused, reports how many, sleeps */
    HELPER_FLOOD, /* sends requests, good and bad, as fast as it can; attaches again when it must */
    HELPER_SILENT, /* connects to HELPER_PORT and never reads */
    HELPER_SOURCE, /* connects to HELPER_PORT, writes the pattern, reports blocked writes, closes */
};

#define HELPER_PORT        4001 /* net-test listens */
#define HELPER_REPORT_PORT 4002 /* net-test receives struct helper_report in datagrams */

struct helper_report {
    uint32_t mode;
    uint32_t count;
};

/* The stream that HELPER_SOURCE writes. */
#define PATTERN_BYTES (64ull * 1024 * 1024)

/* Word `word_idx` of an endless pattern that no shift, loss or doubling maps onto itself
 * (splitmix64's output function). */
static inline uint64_t pattern_word(uint64_t word_idx)
{
    uint64_t z = (word_idx + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Byte at position `pos` of the stream. */
static inline uint8_t pattern_byte(uint64_t pos)
{
    return (uint8_t)(pattern_word(pos / 8) >> (8 * (pos % 8)));
}

/* Bytes [pos, pos + len), as one after the other. */
void pattern_fill(uint8_t *bytes, uint64_t pos, uint64_t len);

/* FNV-1a over 64 bits: both ends of a stream hash what they wrote or read. */
#define HASH_START 0xcbf29ce484222325u
uint64_t hash_add(uint64_t hash, const uint8_t *bytes, uint64_t len);

#endif
