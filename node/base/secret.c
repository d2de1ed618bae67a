/* SPDX-License-Identifier: Apache-2.0 */
/* Locked memory: mlock keeps a key out of swap, MADV_DONTDUMP out of dumps, wiping out of what is
 * used next. */
#include "node/base/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>

bool secret_harden_process(struct error *e)
{
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return error_set(e, EXIT_LOCAL, "cannot forbid core dumps: %s", strerror(errno));
    return true;
}

void *secret_alloc(size_t len, struct error *e)
{
    void *memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        error_set(e, EXIT_LOCAL, "cannot allocate memory for keys: %s", strerror(errno));
        return NULL;
    }
    if (mlock(memory, len) != 0 || madvise(memory, len, MADV_DONTDUMP) != 0 ||
        madvise(memory, len, MADV_WIPEONFORK) != 0) {
        error_set(e, EXIT_LOCAL, "cannot lock memory for keys: %s (see ulimit -l)",
                  strerror(errno));
        munmap(memory, len);
        return NULL;
    }
    return memory;
}

void secret_free(void *memory, size_t len)
{
    if (memory == NULL)
        return;
    secret_wipe(memory, len);
    munmap(memory, len);
}

void secret_wipe(void *memory, size_t len)
{
    explicit_bzero(memory, len);
}

#define DEAD_STACK_LEN 16384

__attribute__((noinline)) void secret_wipe_dead_stack(void)
{
    uint8_t dead[DEAD_STACK_LEN];
    secret_wipe(dead, sizeof dead);
}

static void fetch_random(uint8_t *out, size_t len)
{
    while (len > 0) {
        ssize_t got = getrandom(out, len, 0);
        if (got < 0 && errno != EINTR)
            abort();
        if (got > 0) {
            out += got;
            len -= (size_t)got;
        }
    }
}

#define STOCK_LEN 1024 /* bytes: 32 ephemeral keys */

/* A child finds zeros here (MADV_WIPEONFORK), which is an empty stock. */
struct stock {
    size_t left;
    uint8_t bytes[STOCK_LEN];
};

void random_bytes(uint8_t *out, size_t len)
{
    static struct stock *stock;
    struct error e;
    if (stock == NULL)
        stock = secret_alloc(sizeof *stock, &e);
    if (stock == NULL || len > STOCK_LEN) {
        fetch_random(out, len);
        return;
    }
    if (stock->left < len) {
        fetch_random(stock->bytes, STOCK_LEN);
        stock->left = STOCK_LEN;
    }
    stock->left -= len;
    memcpy(out, stock->bytes + stock->left, len);
    secret_wipe(stock->bytes + stock->left, len);
}
