/* SPDX-License-Identifier: Apache-2.0 */
/* A virtqueue of every size whose device rewrites the whole shared memory before every call, for
 * ever. */
#include "virtio/virtqueue.h"
#include "__fc_builtin.h"

#define WRITABLE_MAX 0x7fffffff /* the most that a buffer is told to take */

static volatile struct virtqueue_memory shared;
static struct virtqueue queue;

int main(void)
{
    uint16_t size = (uint16_t)(1u << Frama_C_interval(0, 6));
    uint16_t id;
    uint32_t len = 0;

    /*@ split size; */
    virtqueue_init(&queue, &shared, size, Frama_C_interval(0, 1));
    /*@ loop widen_hints "all", WRITABLE_MAX; */
    while (Frama_C_interval(0, 1)) {
        Frama_C_make_unknown((char *)&shared, sizeof shared);
        if (Frama_C_interval(0, 1))
            (void)!virtqueue_submit_chain(&queue, (uint16_t)Frama_C_interval(0, 65535),
                                          Frama_C_unsigned_long_interval(0, -1ul),
                                          Frama_C_unsigned_int_interval(0, WRITABLE_MAX),
                                          Frama_C_unsigned_int_interval(0, WRITABLE_MAX));
        else if (Frama_C_interval(0, 1))
            (void)!virtqueue_submit(&queue, (uint16_t)Frama_C_interval(0, 65535),
                                    Frama_C_unsigned_long_interval(0, -1ul),
                                    Frama_C_unsigned_int_interval(0, WRITABLE_MAX),
                                    Frama_C_interval(0, 1));
        else if (virtqueue_take(&queue, &id, &len) == VIRTQUEUE_OK)
            /*@ assert written: len <= WRITABLE_MAX; */;
    }
    return 0;
}
