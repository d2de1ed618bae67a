/* SPDX-License-Identifier: Apache-2.0 */
/* The search. All that it remembers is on the heap, where the picture of the memory does not reach;
 * the picture is of the program's data, linked at a fixed place. */
#include "search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char __data_start[], _end[];

#define STATE_MAX  4000000u
#define TABLE_SIZE (1u << 23)
#define DEPTH_MAX  255

struct found {
    uint32_t from; /* the state before */
    uint8_t step, depth;
};

struct piece {
    char *at;
    size_t len;
    char *picture;
};

struct memory {
    const struct search_model *model;
    struct piece piece[3];
    struct found *found;
    uint64_t *keys; /* 128 bits each, a table with open places */
    uint32_t count;
    uint64_t transitions;
    uint8_t deepest;
};

static void take(struct piece *piece, char *at, char *end)
{
    piece->at = at;
    piece->len = (size_t)(end - at);
    piece->picture = malloc(piece->len);
    memcpy(piece->picture, at, piece->len);
}

static void take_picture(struct memory *memory)
{
    const struct search_model *model = memory->model;
    char *ram = model->ram_len != 0 ? (char *)model->ram : _end;

    take(&memory->piece[0], __data_start, ram);
    take(&memory->piece[1], ram, ram + model->ram_len);
    take(&memory->piece[2], ram + model->ram_whole_len, _end);
}

static void go_to(const struct memory *memory, uint32_t state)
{
    uint8_t path[DEPTH_MAX];
    size_t len = 0;

    for (uint32_t at = state; at != 0; at = memory->found[at].from)
        path[len++] = memory->found[at].step;
    for (size_t i = 0; i < 3; i++)
        memcpy(memory->piece[i].at, memory->piece[i].picture, memory->piece[i].len);
    while (len > 0)
        memory->model->step(path[--len]);
}

static uint64_t mix(uint64_t hash, uint8_t byte, uint64_t prime)
{
    hash = (hash ^ byte) * prime;
    return hash ^ hash >> 31;
}

/* Two hashes of 64 bits stand for the key. */
static bool is_new(struct memory *memory)
{
    uint8_t key[SEARCH_KEY_MAX];
    uint64_t a = 0x9e3779b97f4a7c15, b = 0xd1b54a32d192ed03;
    size_t len = memory->model->key(key);

    for (size_t i = 0; i < len; i++) {
        a = mix(a, key[i], 0x100000001b3);
        b = mix(b, key[i], 0xff51afd7ed558ccd);
    }
    uint64_t *at = &memory->keys[2 * (a % TABLE_SIZE)];
    while (at[0] != 0 || at[1] != 0) {
        if (at[0] == a && at[1] == b)
            return false;
        at = at == &memory->keys[2 * (TABLE_SIZE - 1)] ? memory->keys : at + 2;
    }
    at[0] = a;
    at[1] = b;
    return true;
}

static void tell(const struct memory *memory, uint32_t state)
{
    if (state == 0)
        return;
    tell(memory, memory->found[state].from);
    fprintf(stderr, " %s", memory->model->name(memory->found[state].step));
}

static bool is_right(const struct memory *memory, uint32_t state, unsigned step, const char *wrong)
{
    if (wrong == NULL)
        return true;
    fprintf(stderr, "%s:", wrong);
    tell(memory, state);
    fprintf(stderr, " %s\n", memory->model->name(step));
    return false;
}

/* Whether the step was right. */
static bool try_step(struct memory *memory, uint32_t state, unsigned step)
{
    go_to(memory, state);
    if (!memory->model->can(step))
        return true;
    memory->model->step(step);
    memory->transitions++;
    if (!is_right(memory, state, step, memory->model->wrong()))
        return false;
    if (!is_new(memory))
        return true;
    uint8_t depth = (uint8_t)(memory->found[state].depth + 1);
    if (memory->count == STATE_MAX || depth == DEPTH_MAX) {
        fprintf(stderr, "more states than there is room for\n");
        return false;
    }
    memory->found[memory->count++] =
        (struct found){.from = state, .step = (uint8_t)step, .depth = depth};
    memory->deepest = depth;
    return memory->model->ends == NULL || is_right(memory, state, step, memory->model->ends());
}

int search(const struct search_model *model)
{
    struct memory *memory = calloc(1, sizeof *memory);

    memory->model = model;
    memory->found = calloc(STATE_MAX, sizeof *memory->found);
    memory->keys = calloc(TABLE_SIZE, 2 * sizeof *memory->keys);
    memory->count = 1;
    (void)is_new(memory);
    fflush(NULL);
    take_picture(memory);
    for (uint32_t state = 0; state < memory->count; state++)
        for (unsigned step = 0; step < model->step_count; step++)
            if (!try_step(memory, state, step))
                return 1;
    printf("%u states, %llu transitions, depth %u, complete\n", memory->count,
           (unsigned long long)memory->transitions, memory->deepest);
    return 0;
}
