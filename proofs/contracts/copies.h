/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in for memcpy(). */
#ifndef PROOFS_CONTRACTS_COPIES_H
#define PROOFS_CONTRACTS_COPIES_H

#include "promises.h"

/* Of bytes. */
/*@ requires len == 0 || (\valid(to + (0 .. len - 1)) && \valid_read(from + (0 .. len - 1)));
    requires \separated(to + (0 .. len - 1), from + (0 .. len - 1));
    terminates \true;
    assigns to[0 .. len - 1];
    ensures \forall integer i; 0 <= i < len ==> to[i] == \old(from[i]); */
void copy_bytes(uint8_t *to, const uint8_t *from, size_t len)
{
    /*@ loop invariant 0 <= i <= len;
        loop invariant \forall integer k; 0 <= k < i ==> to[k] == \at(from[k], Pre);
        loop invariant \forall integer k; 0 <= k < len ==> from[k] == \at(from[k], Pre);
        loop assigns i, to[0 .. len - 1];
        loop variant len - i; */
    for (size_t i = 0; i < len; i++)
        to[i] = from[i];
}

/* By what matters where nothing looks at what it writes: it reads, and has room for, len bytes. */
/*@ requires len <= room_len && is_there(from, len);
    terminates \true;
    assigns \nothing; */
void copied(size_t room_len, const uint8_t *from, size_t len)
{
    uint8_t byte;

    /*@ loop invariant 0 <= i <= len;
        loop assigns i, byte;
        loop variant len - i; */
    for (size_t i = 0; i < len; i++)
        byte = from[i];
}

#endif
