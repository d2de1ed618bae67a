/* kernel-fuzz: system calls drawn by lot. Most are nearly right, so that they get past the first
 * check; some are wild. It may well destroy itself: its supervisor starts it again. */
#include "fuzz_protocol.h"
#include "rt/process.h"
#include "rt/syscall.h"
#include "rt/time.h"

#include <stdbool.h>
#include <string.h>

static struct fuzz_state *const state = (struct fuzz_state *)FUZZ_STATE;

/* What pointers point at: messages, the two structures that calls read, room to map. */
static uint8_t buffer[4 * ABI_PAGE_BYTES];
static struct abi_caps caps;
static struct abi_process_config config;

/* What calls gave lately: slots that are worth another call. */
#define RECENT_COUNT 8
static uint32_t recent_slot[RECENT_COUNT];

#define WINDOW              0x2000000000ull
#define WINDOW_PAGES        64
#define WAIT_TICKS_MAX      500 /* 50 us: calls that wait are as many as those that do not */
#define ENDLESS_WAIT_ONE_IN 1024
#define EXIT_ONE_IN         512
#define WILD_ONE_IN         16

/* Kinds of arguments. */
enum kind {
    WILD = 0,
    SLOT,
    POINTER,
    CAPS,
    CONFIG,
    LENGTH,
    LENGTHS,
    DEADLINE,
    RIGHTS,
    BADGE,
    ADDRESS,
    PROTECTION,
    SMALL,
};

static const uint8_t kinds[ABI_SYS_COUNT][7] = {
    [ABI_SYS_LOG] = {SLOT, POINTER, LENGTH},
    [ABI_SYS_EXIT] = {SMALL},
    [ABI_SYS_CALL] = {SLOT, POINTER, POINTER, LENGTHS, CAPS, DEADLINE},
    [ABI_SYS_RECV] = {SLOT, SLOT, POINTER, LENGTHS, CAPS, DEADLINE},
    [ABI_SYS_REPLY] = {SMALL, POINTER, SMALL, LENGTHS, CAPS},
    [ABI_SYS_REPLY_RECV] = {SLOT, SLOT, POINTER, LENGTHS, CAPS, DEADLINE, POINTER},
    [ABI_SYS_NOTIFY] = {SLOT},
    [ABI_SYS_ENDPOINT_CREATE] = {SMALL},
    [ABI_SYS_NOTIFICATION_CREATE] = {SMALL},
    [ABI_SYS_CAP_COPY] = {SLOT, RIGHTS, BADGE},
    [ABI_SYS_CAP_DROP] = {SLOT},
    [ABI_SYS_CAP_INFO] = {SLOT},
    [ABI_SYS_MEMORY_CREATE] = {SLOT, LENGTH},
    [ABI_SYS_MEMORY_PHYS] = {SLOT},
    [ABI_SYS_MAP] = {SLOT, ADDRESS, PROTECTION},
    [ABI_SYS_UNMAP] = {ADDRESS},
    [ABI_SYS_IRQ_BIND] = {SLOT, SLOT},
    [ABI_SYS_IRQ_ACK] = {SLOT},
    [ABI_SYS_PROCESS_CREATE] = {SLOT, CONFIG},
    [ABI_SYS_PROCESS_GIVE] = {SLOT, SLOT, RIGHTS, BADGE, SLOT},
    [ABI_SYS_PROCESS_START] = {SLOT, SMALL},
    [ABI_SYS_PROCESS_KILL] = {SLOT},
    [ABI_SYS_PROCESS_WATCH] = {SLOT, SLOT},
    [ABI_SYS_PROCESS_INFO] = {SLOT, POINTER},
    [ABI_SYS_SYSTEM_INFO] = {SLOT, POINTER},
    [ABI_SYS_SYSTEM_AUDIT] = {SLOT},
    [ABI_SYS_SYSTEM_OFF] = {SLOT, SMALL},
};

static uint64_t draw(void)
{
    state->random ^= state->random >> 12;
    state->random ^= state->random << 25;
    state->random ^= state->random >> 27;
    return state->random * 0x2545f4914f6cdd1dull;
}

static uint64_t below(uint64_t bound)
{
    return (draw() >> 16) % bound;
}

static bool one_in(uint64_t n)
{
    return below(n) == 0;
}

static uint64_t wild(void)
{
    uint64_t value = draw();
    switch (below(4)) {
    case 0:
        return value;
    case 1:
        return value >> below(64);
    case 2:
        return 1ull << (value % 64);
    default:
        return -(value >> below(64));
    }
}

static uint64_t draw_slot(void)
{
    if (one_in(3))
        return recent_slot[below(RECENT_COUNT)];
    return one_in(8) ? below(ABI_SLOT_COUNT + 2) : below(FUZZ_SLOT_COUNT + 8);
}

static uint64_t draw_length(void)
{
    static const uint32_t edges[] = {0, 1, 8, 64, 4095, 4096, 4097, 8192, 65536};
    return one_in(2) ? edges[below(sizeof(edges) / sizeof(edges[0]))] : below(20000);
}

static uint64_t draw_pointer(void)
{
    static const uint32_t word = 1;
    switch (below(12)) {
    case 0:
        return 0;
    case 1:
        return (uintptr_t)&word; /* constants */
    case 2:
        return (uintptr_t)&draw_pointer; /* text */
    case 3:
        return ABI_STACK_TOP - 8 - below(ABI_PAGE_BYTES);
    case 4:
        return WINDOW + below(WINDOW_PAGES * ABI_PAGE_BYTES);
    case 5:
        return ABI_USER_END - below(10000);
    default:
        return (uintptr_t)buffer + below(sizeof(buffer));
    }
}

/* Segments and stack are mappings too; taking one away is rare, since it is the end. */
static uint64_t draw_address(void)
{
    if (one_in(256))
        return one_in(2) ? ABI_USER_BASE : ABI_STACK_TOP - 2 * ABI_PAGE_BYTES;
    return WINDOW + below(WINDOW_PAGES) * ABI_PAGE_BYTES + (one_in(16) ? below(4096) : 0);
}

static uint64_t draw_caps(void)
{
    if (one_in(3))
        return 0;
    caps.send_count = (uint32_t)below(ABI_MESSAGE_CAPS_MAX + 2);
    caps.recv_capacity = (uint32_t)below(ABI_MESSAGE_CAPS_MAX + 2);
    for (uint32_t i = 0; i < ABI_MESSAGE_CAPS_MAX; i++) {
        caps.send_slot[i] = (uint32_t)draw_slot();
        caps.send_rights[i] = (uint32_t)draw();
    }
    return (uintptr_t)&caps;
}

static uint64_t draw_config(void)
{
    memset(config.name, 0, sizeof(config.name));
    memcpy(config.name, "fuzz-child", 11);
    if (one_in(16))
        config.name[below(sizeof("fuzz-child"))] = 'X'; /* never a name that the markers lack */
    config.image_slot = (uint32_t)(one_in(4) ? draw_slot() : FUZZ_SLOT_IMAGE);
    config.priority = (uint32_t)below(3);
    config.stack_pages = (uint32_t)below(8);
    config.page_quota = (uint32_t)(one_in(16) ? draw() : below(64));
    return (uintptr_t)&config;
}

static uint64_t draw_argument(enum kind kind)
{
    if (one_in(WILD_ONE_IN))
        return wild();
    switch (kind) {
    case SLOT:
        return draw_slot();
    case POINTER:
        return draw_pointer();
    case CAPS:
        return draw_caps();
    case CONFIG:
        return draw_config();
    case LENGTH:
        return draw_length();
    case LENGTHS:
        return ABI_LENGTHS(draw_length(), draw_length());
    case DEADLINE:
        return one_in(2) ? 0 : ABI_DEADLINE_NONE;
    case RIGHTS:
        return one_in(2) ? ABI_RIGHTS_ALL : draw();
    case BADGE:
        return one_in(2) ? 0 : draw();
    case ADDRESS:
        return draw_address();
    case PROTECTION:
        return below(5);
    case SMALL:
        return below(4);
    case WILD:
        break;
    }
    return wild();
}

static uint64_t draw_number(void)
{
    if (one_in(64))
        return wild();
    uint64_t number = 1 + below(ABI_SYS_COUNT - 1);
    return number == ABI_SYS_EXIT && !one_in(EXIT_ONE_IN) ? ABI_SYS_RECV : number;
}

static bool makes_slot(uint64_t number)
{
    return number == ABI_SYS_ENDPOINT_CREATE || number == ABI_SYS_NOTIFICATION_CREATE ||
           number == ABI_SYS_CAP_COPY || number == ABI_SYS_MEMORY_CREATE ||
           number == ABI_SYS_PROCESS_CREATE;
}

static void one_call(void)
{
    uint64_t number = draw_number();
    uint64_t arg[7], r1, r2;
    for (uint32_t i = 0; i < 7; i++)
        arg[i] = draw_argument(number < ABI_SYS_COUNT ? (enum kind)kinds[number][i] : WILD);
    bool waits = number == ABI_SYS_CALL || number == ABI_SYS_RECV || number == ABI_SYS_REPLY_RECV;
    if (waits && arg[5] != 0 && !one_in(ENDLESS_WAIT_ONE_IN))
        arg[5] = rt_ticks() + below(WAIT_TICKS_MAX);
    state->count++;
    int64_t status = rt_syscall(number, arg, &r1, &r2);
    if (makes_slot(number) && status > 0)
        recent_slot[below(RECENT_COUNT)] = (uint32_t)status;
}

int process_main(uint64_t arg)
{
    (void)arg;
    if (rt_map(FUZZ_SLOT_STATE, FUZZ_STATE, ABI_PROT_READ | ABI_PROT_WRITE) < 0 ||
        state->magic != FUZZ_MAGIC)
        return 0; /* a child of the lot: it was given nothing to go on with */
    (void)rt_cap_drop(FUZZ_SLOT_STATE);
    while (state->count < state->limit)
        one_call();
    return 0;
}
