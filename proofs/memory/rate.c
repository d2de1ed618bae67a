/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What bounds how often something is done for strangers, from any state at any time: token buckets,
 * looks at signatures, and a table of half-open handshakes with room for one, two and three, of
 * which none, some or all is in use. What roots have said is its promise: any answer.
 */
#include "dsoftbus/rate.h"

#include "any.h"
#include "dsoftbus/admission.h"
#include "dsoftbus/hearsay.h"
#include "exact.h"

#include <string.h>

#define ROOM_MAX 3

static struct dsb_hearsay hearsay;
static struct dsb_announce announce;
static struct dsb_trust_store trust;
static struct dsb_identity own;
static struct dsb_answer_rate answers;
static struct dsb_half_open entries[ROOM_MAX];
static struct dsb_admission admission;
static uint64_t sink;

static enum dsb_vouched_result any_result(void)
{
    return (enum dsb_vouched_result)Frama_C_interval(0, 100);
}

enum dsb_vouched_result dsb_vouched_judge(const struct dsb_trust_store *store,
                                          const struct dsb_identity *identity,
                                          const struct dsb_device_id *id,
                                          const uint8_t key[DSB_KEY_LEN],
                                          const struct dsb_attestation *attestation)
{
    (void)store, (void)identity, (void)id, (void)key, (void)attestation;
    return any_result();
}

enum dsb_vouched_result dsb_vouched_take(const struct dsb_trust_store *store,
                                         const struct dsb_identity *identity,
                                         const struct dsb_device_id *id,
                                         const uint8_t key[DSB_KEY_LEN],
                                         const struct dsb_attestation *attestation)
{
    (void)store, (void)identity, (void)id, (void)key, (void)attestation;
    return any_result();
}

static void hear(void)
{
    Frama_C_make_unknown((char *)&hearsay, sizeof hearsay);
    Frama_C_make_unknown((char *)&announce, sizeof announce);
    sink += dsb_hearsay_take(&hearsay, &trust, &own, &announce, any_u32(), any_time());
}

static void any_rate(struct dsb_rate *rate)
{
    Frama_C_make_unknown((char *)rate, sizeof *rate);
    rate->interval_ms = Frama_C_unsigned_int_interval(1, UINT32_MAX);
}

static void answer(void)
{
    struct dsb_rate rate;

    dsb_rate_init(&rate, any_u32(), 1, any_time());
    any_rate(&rate);
    sink += dsb_rate_take(&rate, any_time());
    dsb_answer_rate_init(&answers, any_time());
    sink += dsb_answer_rate_take(&answers, any_u32(), any_time());
    Frama_C_make_unknown((char *)&answers, sizeof answers);
    any_rate(&answers.all);
    sink += dsb_answer_rate_take(&answers, any_u32(), any_time());
}

/* Room for so many at the end of the array, of which so many are in use. */
static void make(size_t count, size_t capacity)
{
    dsb_admission_init(&admission, entries + ROOM_MAX - capacity, capacity);
    admission.count = count;
    admission.prefix_bits = (uint8_t)Frama_C_interval(0, UINT8_MAX);
    memset(entries, 0, sizeof entries);
    Frama_C_make_unknown((char *)admission.entries, capacity * sizeof entries[0]);
    /*@ loop unroll ROOM_MAX + 1; */
    for (size_t i = 0; i < count; i++)
        admission.entries[i].source_count = Frama_C_unsigned_int_interval(1, ROOM_MAX);
}

static void admit(size_t count, size_t capacity)
{
    uint32_t dropped;

    make(count, capacity);
    if (dsb_admission_enter(&admission, any_bytes(DSB_SOURCE_LEN), any_u32(), &dropped))
        sink += dropped;
    /*@ assert entered: admission.count <= capacity; */
    make(count, capacity);
    sink += dsb_admission_leave(&admission, any_u32());
    /*@ assert left: admission.count <= capacity; */
}

int main(void)
{
    hear();
    answer();
    /*@ loop unroll ROOM_MAX + 1; */
    for (size_t capacity = 1; capacity <= ROOM_MAX; capacity++)
        /*@ loop unroll ROOM_MAX + 1; */
        for (size_t count = 0; count <= capacity; count++)
            admit(count, capacity);
    return 0;
}
