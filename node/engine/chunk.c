/* SPDX-License-Identifier: Apache-2.0 */
/* The pool: freed chunks are kept up to a number, so that a busy transfer asks the heap for
 * nothing. */
#include "node/engine/chunk.h"

#include <assert.h>
#include <stdlib.h>

struct chunk *chunk_take(struct chunk_pool *pool)
{
    struct chunk *chunk = pool->free;
    if (chunk != NULL) {
        pool->free = chunk->next_free;
        pool->free_count--;
    } else {
        chunk = malloc(sizeof *chunk);
        if (chunk == NULL)
            abort();
    }
    chunk->next_free = NULL;
    chunk->ref_count = 1;
    pool->taken_count++;
    return chunk;
}

void chunk_ref(struct chunk *chunk)
{
    assert(chunk->ref_count > 0);
    chunk->ref_count++;
}

void chunk_unref(struct chunk_pool *pool, struct chunk *chunk)
{
    if (chunk == NULL)
        return;
    assert(chunk->ref_count > 0);
    if (--chunk->ref_count > 0)
        return;
    pool->taken_count--;
    if (pool->free_count == CHUNK_KEEP_COUNT) {
        free(chunk);
        return;
    }
    chunk->next_free = pool->free;
    pool->free = chunk;
    pool->free_count++;
}

void chunk_pool_free(struct chunk_pool *pool)
{
    assert(pool->taken_count == 0);
    while (pool->free != NULL) {
        struct chunk *chunk = pool->free;
        pool->free = chunk->next_free;
        free(chunk);
    }
    pool->free_count = 0;
}
