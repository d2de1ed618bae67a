/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract of the choice in lib/dsoftbus/admission.c, which is included unchanged: who makes room
 * for a newcomer holds as much as any source does, and is the oldest of those that do.
 */
#include "dsoftbus/admission.h"

/*@ predicate yields{L}(struct dsb_half_open *victim, struct dsb_half_open *other) =
        victim->source_count > other->source_count ||
        (victim->source_count == other->source_count && victim->order <= other->order); */

#include "../../lib/dsoftbus/admission.c"

/*@ requires \valid_read(table) && table->count > 0;
    requires \valid_read(table->entries + (0 .. table->count - 1));
    terminates \true;
    assigns \nothing;
    ensures \result < table->count;
    ensures \forall integer k; 0 <= k < table->count ==>
        yields(table->entries + \result, table->entries + k); */
static size_t find_victim(const struct dsb_admission *table);
