/* SPDX-License-Identifier: Apache-2.0 */
/* Processes, as their supervisor sees them. */
#ifndef ABI_PROCESS_H
#define ABI_PROCESS_H

#include <stdint.h>

#define ABI_PROCESS_COUNT_MAX 32
/* Name of a process with its terminating zero: [a-z0-9-], at least one. */
#define ABI_NAME_BYTES 24
/* Notifications that one process's death sets, each with any number of bits. */
#define ABI_WATCH_COUNT_MAX 8

/* Fixed priorities, the highest number runs first; equal ones share in turns of ABI_SLICE_TICKS. */
#define ABI_PRIORITY_COUNT 8
#define ABI_SLICE_TICKS    (10 * 10000ull) /* 10 ms */

/* Argument of PROCESS_CREATE. */
struct abi_process_config {
    char name[ABI_NAME_BYTES];
    uint32_t image_slot;  /* memory capability with READ: the program's ELF file */
    uint32_t priority;    /* < ABI_PRIORITY_COUNT */
    uint32_t stack_pages; /* 1 .. ABI_STACK_PAGES_MAX */
    uint32_t page_quota;  /* pages the process may use, page tables, image and stack included */
};

enum abi_process_state {
    ABI_PROCESS_CREATED = 1, /* may be given capabilities, does not run */
    ABI_PROCESS_ALIVE = 2,
    ABI_PROCESS_DEAD = 3,
};

/* Why a process died. */
enum abi_death {
    ABI_DEATH_NONE = 0,
    ABI_DEATH_EXIT = 1,   /* EXIT, or return from process_main; addr is the exit code */
    ABI_DEATH_KILLED = 2, /* PROCESS_KILL */
    ABI_DEATH_LOAD = 3,   /* load from addr */
    ABI_DEATH_STORE = 4,  /* store to addr */
    ABI_DEATH_FETCH = 5,  /* instruction fetch from addr */
    ABI_DEATH_ILLEGAL_INSTRUCTION = 6,
    ABI_DEATH_BREAKPOINT = 7,
    ABI_DEATH_OTHER = 8,

    ABI_DEATH_COUNT = 9
};

/* How logs name it. */
static inline const char *abi_death_name(uint32_t death)
{
    static const char *const names[ABI_DEATH_COUNT] = {
        [ABI_DEATH_NONE] = "none",
        [ABI_DEATH_EXIT] = "exit",
        [ABI_DEATH_KILLED] = "killed",
        [ABI_DEATH_LOAD] = "bad load",
        [ABI_DEATH_STORE] = "bad store",
        [ABI_DEATH_FETCH] = "bad fetch",
        [ABI_DEATH_ILLEGAL_INSTRUCTION] = "illegal instruction",
        [ABI_DEATH_BREAKPOINT] = "breakpoint",
        [ABI_DEATH_OTHER] = "unexpected trap",
    };
    return death < ABI_DEATH_COUNT ? names[death] : "unknown";
}

/* Result of PROCESS_INFO. */
struct abi_process_info {
    char name[ABI_NAME_BYTES];
    uint32_t state;      /* enum abi_process_state */
    uint32_t death;      /* enum abi_death */
    uint64_t death_pc;   /* program counter at death */
    uint64_t death_addr; /* see enum abi_death */
    uint32_t page_count; /* pages charged to the process now */
    uint32_t page_quota;
    uint32_t priority;
    uint32_t slot_count;   /* capabilities it holds */
    uint64_t cpu_ticks;    /* how long it has run, system calls included */
    uint64_t receive_time; /* when it was last in a RECV or REPLY_RECV: now while it waits in one,
                              otherwise when its last one ended, or its start */
};

/* Why PROCESS_CREATE refuses an image (a1 beside ABI_E_IMAGE). */
enum abi_image_fault {
    ABI_IMAGE_OK = 0,
    ABI_IMAGE_TRUNCATED = 1,        /* a header or a segment ends behind the file */
    ABI_IMAGE_MAGIC = 2,            /* not ELF */
    ABI_IMAGE_CLASS = 3,            /* not 64 bit little endian, version 1 */
    ABI_IMAGE_TYPE = 4,             /* not a static executable */
    ABI_IMAGE_MACHINE = 5,          /* not RISC-V, or flags that need hardware floating point */
    ABI_IMAGE_HEADER_SIZE = 6,      /* header or program header entries of an unknown size */
    ABI_IMAGE_SEGMENT_COUNT = 7,    /* no loadable segment, or too many headers */
    ABI_IMAGE_SEGMENT_TYPE = 8,     /* interpreter, dynamic linking */
    ABI_IMAGE_SEGMENT_FLAGS = 9,    /* unreadable, or writable and executable */
    ABI_IMAGE_SEGMENT_SIZE = 10,    /* empty, larger in the file than in memory, or
                                          all together more than ABI_MEMORY_BYTES_MAX */
    ABI_IMAGE_SEGMENT_ALIGN = 11,   /* does not start on a page */
    ABI_IMAGE_SEGMENT_RANGE = 12,   /* outside user addresses or touching the stack */
    ABI_IMAGE_SEGMENT_OVERLAP = 13, /* segments share a page or are not ascending */
    ABI_IMAGE_ENTRY = 14,           /* entry point outside the executable segment */

    ABI_IMAGE_FAULT_COUNT = 15
};

_Static_assert(sizeof(struct abi_process_config) == 40, "part of the ABI");
_Static_assert(sizeof(struct abi_process_info) == 80, "part of the ABI");

#endif
