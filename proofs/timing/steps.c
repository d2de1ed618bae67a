/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What trace.c does in QEMU, done on the host's own processor: between the marks the process runs
 * in single steps (the trap flag), and a signal handler takes down each step: program counter and
 * stack pointer, and the address of each operand in memory, which the table of operands (steps.py)
 * and the registers tell; of an access under a mask the mask, too. One line for each stretch, as
 * trace.c's, and where it first differs from the stretch before it.
 */
#define _GNU_SOURCE
#include "marks.h"
#include "operand.h"
#include "rv64/machine.h"

#include "noise/crypto_provider.h"

#include <cpuid.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <x86intrin.h>

#define TRAP_FLAG     0x100U
#define SEVERAL_COUNT 5
#define EVENTS_MAX    (1U << 21) /* in one stretch; a multiplication has about a quarter of it */
#define XSAVE_BITS    512        /* byte at which XSAVE says which parts are there */
#define XSAVE_MASKS   5          /* the part of the mask registers */
#define HANDLER_STACK 65536

/* All lanes of a vector, some of them left over; a point of low order. */
static void run_several(uint8_t *secret)
{
    static const uint8_t points[SEVERAL_COUNT][NOISE_CRYPTO_KEY_LEN] = {{9}, {2}, {0}, {4}, {5}};
    static uint8_t shared[SEVERAL_COUNT][NOISE_CRYPTO_KEY_LEN];
    const uint8_t *scalars[SEVERAL_COUNT] = {secret, secret + 32, secret + 64, secret, secret};

    timing_begin();
    noise_x25519_several(shared, scalars, points, SEVERAL_COUNT);
    timing_end();
}

const struct timing_operation timing_more[] = {{"several", run_several}};
const size_t timing_more_count = 1;

struct event {
    uint64_t pc;
    uint64_t value; /* stack pointer, address, or mask */
};

static struct event stretches[2][EVENTS_MAX];
static struct event *now = stretches[0], *before = stretches[1];
static size_t now_count, before_count, step_count;
static const struct operand *operands;
static size_t operand_count;
static size_t masks_offset;
static bool leaves_multiplications, leaves_all_multiplications;
static uint64_t refused_pc;

static void add(uint64_t pc, uint64_t value)
{
    if (now_count < EVENTS_MAX)
        now[now_count] = (struct event){pc, value};
    now_count++;
}

/* By the numbers of the instruction set, which operand.h uses. */
static const int registers[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                REG_R12, REG_R13, REG_R14, REG_R15};

static uint64_t value_of(const ucontext_t *context, uint8_t reg)
{
    return reg == OPERAND_NONE ? 0 : (uint64_t)context->uc_mcontext.gregs[registers[reg]];
}

/* A part that is not there is zero. */
static uint64_t mask_of(const ucontext_t *context, uint8_t mask)
{
    const uint8_t *saved = (const uint8_t *)context->uc_mcontext.fpregs;
    uint64_t bits, value = 0;

    memcpy(&bits, saved + XSAVE_BITS, sizeof bits);
    if (bits >> XSAVE_MASKS & 1)
        memcpy(&value, saved + masks_offset + mask * sizeof value, sizeof value);
    return value;
}

static const struct operand *first_at(uint64_t pc)
{
    size_t low = 0, high = operand_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (operands[middle].pc < pc)
            low = middle + 1;
        else
            high = middle;
    }
    return operands + low;
}

static void step(int number, siginfo_t *info, void *raw)
{
    const ucontext_t *context = raw;
    uint64_t pc = (uint64_t)context->uc_mcontext.gregs[REG_RIP];

    (void)number, (void)info;
    step_count++;
    add(pc, value_of(context, OPERAND_STACK_POINTER));
    for (const struct operand *o = first_at(pc); o < operands + operand_count && o->pc == pc; o++) {
        if (o->scale == 0)
            refused_pc = pc;
        add(pc, value_of(context, o->base) + value_of(context, o->index) * o->scale +
                    (uint64_t)(int64_t)o->displacement);
        if (o->mask != OPERAND_NONE)
            add(pc, mask_of(context, o->mask));
    }
}

static void must_not(bool fault, const char *what, uint64_t value)
{
    if (!fault)
        return;
    printf("failed: %s %" PRIx64 "\n", what, value);
    exit(1);
}

static void trap(bool on)
{
    uint64_t flags = __readeflags();

    atomic_signal_fence(memory_order_seq_cst);
    __writeeflags(on ? flags | TRAP_FLAG : flags & ~(uint64_t)TRAP_FLAG);
    atomic_signal_fence(memory_order_seq_cst);
}

void timing_begin(void)
{
    struct event *other = before;

    /* ipsec-mb's ring of jobs begins anew: how many messages there were is no secret. */
    must_not(noise_provider_use(noise_provider_in_use()) != 0, "no provider", 0);
    before = now, before_count = now_count;
    now = other, now_count = step_count = 0;
    trap(true);
}

void timing_begin_around_multiplications(void)
{
    leaves_multiplications = true;
    timing_begin();
}

static uint64_t hash(void)
{
    uint64_t value = 0;

    for (size_t i = 0; i < now_count; i++) {
        value = (value ^ now[i].pc) * 0x9e3779b97f4a7c15;
        value = (value ^ value >> 29 ^ now[i].value) * 0x9e3779b97f4a7c15;
        value ^= value >> 29;
    }
    return value;
}

void timing_end(void)
{
    trap(false);
    leaves_multiplications = leaves_all_multiplications;
    must_not(now_count > EVENTS_MAX, "a stretch of so many events:", now_count);
    must_not(refused_pc != 0, "its operand is not understood:", refused_pc);
    printf("stretch %zu %016" PRIx64 " %zu\n", step_count, hash(), now_count - step_count);
    for (size_t i = 0; i < now_count && i < before_count; i++)
        if (memcmp(&now[i], &before[i], sizeof now[i]) != 0) {
            printf("difference %" PRIx64 " %" PRIx64 "\n", before[i].pc, now[i].pc);
            break;
        }
}

/* The linker turns every call of NAME into __wrap_NAME; __real_NAME is the library's. */
int __real_noise_x25519(uint8_t *out, const uint8_t *scalar, const uint8_t *point);
int __wrap_noise_x25519(uint8_t *out, const uint8_t *scalar, const uint8_t *point);
void __real_noise_x25519_base(uint8_t *out, const uint8_t *scalar);
void __wrap_noise_x25519_base(uint8_t *out, const uint8_t *scalar);
void __real_noise_x25519_several(uint8_t *out, const uint8_t *const scalars[],
                                 const uint8_t *points, size_t count);
void __wrap_noise_x25519_several(uint8_t *out, const uint8_t *const scalars[],
                                 const uint8_t *points, size_t count);

int __wrap_noise_x25519(uint8_t *out, const uint8_t *scalar, const uint8_t *point)
{
    bool leaves = leaves_multiplications;

    if (leaves)
        trap(false);
    int result = __real_noise_x25519(out, scalar, point);
    if (leaves)
        trap(true);
    return result;
}

void __wrap_noise_x25519_base(uint8_t *out, const uint8_t *scalar)
{
    bool leaves = leaves_multiplications;

    if (leaves)
        trap(false);
    __real_noise_x25519_base(out, scalar);
    if (leaves)
        trap(true);
}

void __wrap_noise_x25519_several(uint8_t *out, const uint8_t *const scalars[],
                                 const uint8_t *points, size_t count)
{
    bool leaves = leaves_multiplications;

    if (leaves)
        trap(false);
    __real_noise_x25519_several(out, scalars, points, count);
    if (leaves)
        trap(true);
}

void machine_print(const char *text)
{
    fputs(text, stdout);
}

void machine_off(void)
{
    exit(0);
}

static void load(const char *path)
{
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;

    must_not(file < 0 || fstat(file, &status) != 0 || status.st_size == 0, "no operands", 0);
    void *table = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    must_not(table == MAP_FAILED, "no operands", 0);
    operands = table;
    operand_count = (size_t)status.st_size / sizeof operands[0];
}

/* Before main: program.c knows nothing of this. */
__attribute__((constructor)) static void prepare(void)
{
    static uint8_t stack[HANDLER_STACK];
    stack_t handler_stack = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_sigaction = step, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    unsigned size, offset, c, d;

    load(getenv("STEPS_OPERANDS"));
    leaves_all_multiplications = getenv("STEPS_WITHOUT_CURVE") != NULL;
    leaves_multiplications = leaves_all_multiplications;
    if (__get_cpuid_count(0xd, XSAVE_MASKS, &size, &offset, &c, &d) != 0)
        masks_offset = offset;
    must_not(sigaltstack(&handler_stack, NULL) != 0, "no stack", 0);
    must_not(sigaction(SIGTRAP, &action, NULL) != 0, "no handler", 0);
}
