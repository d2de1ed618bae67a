/* SPDX-License-Identifier: Apache-2.0 */
/* kernel-fuzz: system calls drawn by lot. Most are nearly right, so that they get past the first
 * check; some are wild. It may well destroy itself: its supervisor starts it again. */
#include "fuzz_protocol.h"
#include "rt/process.h"
#include "rt/syscall.h"
#include "rt/time.h"
#include "tests/support/xorshift.h"

#include <stdbool.h>
#include <string.h>

static struct fuzz_state *const state = (struct fuzz_state *)FUZZ_STATE;

/* What pointers point at: messages, the two structures that calls read, room to map. */
static uint8_t buffer[4 * ABI_PAGE_BYTES];
static struct abi_caps caps;
static struct abi_process_config config;

/* What the slots held when they were last looked at. */
#define LOOK_CALL_COUNT 128
static uint8_t slot_type[ABI_SLOT_COUNT];

#define WINDOW              0x2000000000ull
#define WINDOW_PAGES        64
#define WAIT_TICKS_MAX      5000 /* 0.5 ms: long enough for a partner to come */
#define ENDLESS_WAIT_ONE_IN 1024
#define EXIT_ONE_IN         512 /* it is the end */
#define AUDIT_ONE_IN        64  /* slow */
#define PROCESS_ONE_IN      8   /* slow */
#define WILD_ONE_IN         48

/* Kinds of arguments. */
enum kind {
    WILD = 0,
    SLOT,
    CONSOLE,
    ENDPOINT,
    NOTIFICATION,
    MEMORY,
    IRQ,
    PROCESS,
    SYSTEM,
    TOKEN,
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

    KIND_COUNT
};

/* Kinds that name a slot, and what it should hold. */
static const uint8_t kind_type[KIND_COUNT] = {
    [CONSOLE] = ABI_CAP_CONSOLE,
    [ENDPOINT] = ABI_CAP_ENDPOINT,
    [NOTIFICATION] = ABI_CAP_NOTIFICATION,
    [MEMORY] = ABI_CAP_MEMORY,
    [IRQ] = ABI_CAP_IRQ,
    [PROCESS] = ABI_CAP_PROCESS,
    [SYSTEM] = ABI_CAP_SYSTEM,
    [TOKEN] = ABI_CAP_REPLY,
};

static const uint8_t kinds[ABI_SYS_COUNT][7] = {
    [ABI_SYS_LOG] = {CONSOLE, POINTER, LENGTH},
    [ABI_SYS_LOG_READ] = {CONSOLE, SMALL, POINTER, LENGTH},
    [ABI_SYS_EXIT] = {SMALL},
    [ABI_SYS_CALL] = {ENDPOINT, POINTER, POINTER, LENGTHS, CAPS, DEADLINE},
    [ABI_SYS_RECV] = {ENDPOINT, NOTIFICATION, POINTER, LENGTHS, CAPS, DEADLINE},
    [ABI_SYS_REPLY] = {TOKEN, POINTER, SMALL, LENGTHS, CAPS},
    [ABI_SYS_REPLY_RECV] = {ENDPOINT, NOTIFICATION, POINTER, LENGTHS, CAPS, DEADLINE, POINTER},
    [ABI_SYS_NOTIFY] = {NOTIFICATION},
    [ABI_SYS_ENDPOINT_CREATE] = {SMALL},
    [ABI_SYS_NOTIFICATION_CREATE] = {SMALL},
    [ABI_SYS_CAP_COPY] = {SLOT, RIGHTS, BADGE},
    [ABI_SYS_CAP_DROP] = {SLOT},
    [ABI_SYS_CAP_INFO] = {SLOT},
    [ABI_SYS_MEMORY_CREATE] = {SYSTEM, LENGTH},
    [ABI_SYS_MEMORY_PHYS] = {MEMORY},
    [ABI_SYS_MAP] = {MEMORY, ADDRESS, PROTECTION},
    [ABI_SYS_UNMAP] = {ADDRESS},
    [ABI_SYS_IRQ_BIND] = {IRQ, NOTIFICATION},
    [ABI_SYS_IRQ_ACK] = {IRQ},
    [ABI_SYS_PROCESS_CREATE] = {SYSTEM, CONFIG},
    [ABI_SYS_PROCESS_GIVE] = {PROCESS, SLOT, RIGHTS, BADGE, SMALL},
    [ABI_SYS_PROCESS_START] = {PROCESS, SMALL},
    [ABI_SYS_PROCESS_KILL] = {PROCESS},
    [ABI_SYS_PROCESS_WATCH] = {PROCESS, NOTIFICATION},
    [ABI_SYS_PROCESS_INFO] = {PROCESS, POINTER},
    [ABI_SYS_SYSTEM_INFO] = {SYSTEM, POINTER},
    [ABI_SYS_SYSTEM_AUDIT] = {SYSTEM},
    [ABI_SYS_SYSTEM_OFF] = {SYSTEM, SMALL},
    [ABI_SYS_REPLY_LATER] = {SMALL},
    [ABI_SYS_PROCESS_UNWATCH] = {PROCESS, NOTIFICATION},
    [ABI_SYS_IRQ_UNBIND] = {IRQ},
};

static uint64_t draw(void)
{
    return xorshift64_star(&state->random);
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

/* Looks again at what is in the slots; these calls do not count. */
static void look_at_slots(void)
{
    for (rt_slot slot = 0; slot < ABI_SLOT_COUNT; slot++) {
        uint64_t rights, value;
        int64_t type = rt_cap_info(slot, &rights, &value);
        slot_type[slot] = type < 0 ? ABI_CAP_NONE : (uint8_t)type;
    }
}

/* Mostly one that holds, or held lately, the type; ABI_CAP_NONE: any. */
static uint64_t draw_slot(uint8_t type)
{
    uint64_t slot = below(ABI_SLOT_COUNT);
    if (one_in(8))
        return slot;
    if (one_in(2)) /* what was given is shared with others: there is somebody to talk to */
        slot = 0;
    if (one_in(8))
        return ABI_SLOT_NONE;
    for (uint64_t i = 0; i < ABI_SLOT_COUNT; i++) {
        uint64_t at = (slot + i) % ABI_SLOT_COUNT;
        if (slot_type[at] == type || (type == ABI_CAP_NONE && slot_type[at] != ABI_CAP_NONE))
            return at;
    }
    return slot;
}

static uint64_t draw_length(void)
{
    static const uint32_t edges[] = {0, 1, 8, 64, 4095, 4096, 4097, 8192, 65536};
    if (one_in(4))
        return below(20000);
    return one_in(3) ? edges[below(sizeof edges / sizeof edges[0])] : below(64);
}

static uint64_t draw_pointer(void)
{
    static const uint32_t word = 1;
    switch (below(32)) {
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
        return (uintptr_t)buffer + below(sizeof buffer);
    }
}

/* Mostly a short message and room for it. */
static uint64_t draw_lengths(void)
{
    if (one_in(8))
        return ABI_LENGTHS(draw_length(), draw_length());
    return ABI_LENGTHS(below(64), one_in(4) ? ABI_MESSAGE_BYTES_MAX : 64 + below(64));
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
    if (!one_in(3))
        return 0;
    caps.send_count = (uint32_t)below(ABI_MESSAGE_CAPS_MAX + 2);
    caps.recv_capacity = (uint32_t)below(ABI_MESSAGE_CAPS_MAX + 2);
    for (uint32_t i = 0; i < ABI_MESSAGE_CAPS_MAX; i++) {
        caps.send_slot[i] = (uint32_t)draw_slot(ABI_CAP_NONE);
        caps.send_rights[i] = (uint32_t)draw();
    }
    return (uintptr_t)&caps;
}

static uint64_t draw_config(void)
{
    memset(config.name, 0, sizeof config.name);
    memcpy(config.name, "fuzz-child", 11);
    if (one_in(16))
        config.name[below(sizeof("fuzz-child"))] = 'X'; /* never a name that the markers lack */
    config.image_slot = (uint32_t)(one_in(4) ? draw_slot(ABI_CAP_MEMORY) : FUZZ_SLOT_IMAGE);
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
    case CONSOLE:
    case ENDPOINT:
    case NOTIFICATION:
    case MEMORY:
    case IRQ:
    case PROCESS:
    case SYSTEM:
    case TOKEN:
        return draw_slot(kind_type[kind]);
    case POINTER:
        return draw_pointer();
    case CAPS:
        return draw_caps();
    case CONFIG:
        return draw_config();
    case LENGTH:
        return draw_length();
    case LENGTHS:
        return draw_lengths();
    case DEADLINE:
        return one_in(8) ? 0 : ABI_DEADLINE_NONE;
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
    case KIND_COUNT:
        break;
    }
    return wild();
}

static uint64_t draw_number(void)
{
    if (one_in(64))
        return wild();
    uint64_t number = 1 + below(ABI_SYS_COUNT - 1);
    if ((number == ABI_SYS_EXIT && !one_in(EXIT_ONE_IN)) ||
        (number == ABI_SYS_SYSTEM_AUDIT && !one_in(AUDIT_ONE_IN)) ||
        (number == ABI_SYS_PROCESS_CREATE && !one_in(PROCESS_ONE_IN))) {
        static const uint8_t instead[] = {ABI_SYS_CALL, ABI_SYS_RECV, ABI_SYS_REPLY_RECV};
        return instead[below(sizeof instead)];
    }
    return number;
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
    if (status >= 0 && number < ABI_SYS_COUNT)
        state->done_count[number]++;
    if (state->count % LOOK_CALL_COUNT == 0)
        look_at_slots();
}

int process_main(uint64_t arg)
{
    (void)arg;
    if (rt_map(FUZZ_SLOT_STATE, FUZZ_STATE, ABI_PROT_READ | ABI_PROT_WRITE) < 0 ||
        state->magic != FUZZ_MAGIC)
        return 0; /* a child of the lot: it was given nothing to go on with */
    (void)rt_cap_drop(FUZZ_SLOT_STATE);
    look_at_slots();
    while (state->count < state->limit)
        one_call();
    return 0;
}
