/* SPDX-License-Identifier: Apache-2.0 */
/* Every state that a model can reach, breadth first, each step by the product's own code. A state
 * is brought about by the steps that led there, from a picture of the memory taken at the start;
 * two states are one when their keys are the same. */
#ifndef SEARCH_H
#define SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEARCH_KEY_MAX 512 /* bytes */

struct search_model {
    unsigned step_count;
    /* Whether a step can be made now. */
    bool (*can)(unsigned step);
    void (*step)(unsigned step);
    /* What is wrong with what is now, and with the step that led here; NULL: nothing. */
    const char *(*wrong)(void);
    /* What is wrong with the end that a new state comes to when it goes on by itself; it may leave
     * any state behind. NULL when nothing is asked of the end. */
    const char *(*ends)(void);
    /* All that the future depends on; its length. */
    size_t (*key)(uint8_t *out);
    const char *(*name)(unsigned step);
    /* Of the RAM of tests/kernel/machine, that much may change; 0 when there is none. */
    size_t ram_len;
    uint8_t *ram;
    size_t ram_whole_len;
};

/* 0 when nothing is wrong in any state; says how many there are. */
int search(const struct search_model *model);

#endif
