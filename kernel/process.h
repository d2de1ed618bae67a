/* SPDX-License-Identifier: Apache-2.0 */
/* Processes: one address space, one thread, one capability table each. */
#ifndef PROCESS_H
#define PROCESS_H

#include "abi/cap.h"
#include "abi/ipc.h"
#include "abi/memory.h"
#include "abi/process.h"
#include "arch.h"
#include "cap.h"
#include "elf.h"
#include "queue.h"
#include "space.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct endpoint;
struct notification;

enum process_state {
    PROCESS_FREE = 0,
    PROCESS_CREATED,        /* loaded, not started */
    PROCESS_RUNNABLE,       /* in the run queue of its priority */
    PROCESS_SENDING,        /* in the queue of an endpoint: nobody took its call yet */
    PROCESS_AWAITING_REPLY, /* its call is the one that `server` received last */
    PROCESS_PARKED,         /* `server` holds a reply token for its call */
    PROCESS_RECEIVING,      /* waits for a message, bits or its deadline */
    PROCESS_DEAD,           /* holds nothing; its slot waits for the last reference */
};

/* A mapping: a whole memory object or device at addr. */
struct mapping {
    uint64_t addr; /* 0: entry not in use */
    uint32_t page_count;
    uint32_t memory_idx; /* MEMORY_IDX_NONE for a device */
};

/* What a process asks to send, checked when it asked. */
struct outgoing {
    struct space_buffer buffer;
    uint32_t cap_count;
    uint32_t cap_slot[ABI_MESSAGE_CAPS_MAX];
    uint32_t cap_rights[ABI_MESSAGE_CAPS_MAX];
    uint64_t badge;
};

/* Where a process asks to receive, checked when it asked. */
struct incoming {
    struct space_buffer buffer;
    uint32_t cap_capacity;
    uint64_t caps_addr; /* user's struct abi_caps, 0 for none */
};

/* A system call that is done in pieces: between two of them interrupts are taken and others may
 * run, and then the process makes the same call again. */
enum work_kind {
    WORK_NONE = 0,
    WORK_MEMORY,  /* object: memory that is being cleared, with a reference; done: pages */
    WORK_PROCESS, /* object: process that is being loaded, with a reference */
    WORK_AUDIT,   /* done: checks */
    WORK_LOG,     /* waits for room in the log */
};

struct work {
    enum work_kind kind;
    uint32_t object;
    uint32_t done;
};

/* How far a process in state CREATED is loaded. Its mappings are those of the segments, then that
 * of the stack, in order. */
struct load {
    const uint8_t *file;
    struct elf_image image;
    uint32_t part; /* segment, or their count for the stack */
    uint32_t page; /* within the part */
};

/* Whom the process's death notifies. */
struct watch {
    struct notification *notification; /* NULL: entry not in use */
    uint64_t bits;
};

struct process {
    struct arch_frame frame; /* first: entry.S finds the registers by the process's address */
    enum process_state state;
    uint32_t priority;
    struct queue_link link;
    uint64_t slice_left;   /* ticks of its turn that it has not run yet */
    uint64_t cpu_ticks;    /* how long it ran; the stretch that goes on is not in it */
    uint64_t receive_time; /* end of its last receive, or its start */
    char name[ABI_NAME_BYTES];

    /* References keep the slot: capabilities to the process, and live objects that it created. */
    uint32_t cap_count;
    uint32_t object_count;

    /* Memory. */
    uint64_t root_phys;  /* page table, 0 once dead */
    uint32_t page_count; /* charged now: tables, and memory objects that it created */
    uint32_t page_quota;

    /* Messages. endpoint and notification: what it is blocked on. */
    struct outgoing outgoing;
    struct incoming incoming;
    struct endpoint *endpoint;
    struct notification *notification;
    struct process *server; /* AWAITING_REPLY, PARKED: who owes the reply */
    struct process *caller; /* whom this process owes a reply, NULL when that one has gone */
    bool owes_reply;
    uint32_t reply_count;  /* reply tokens in its table */
    uint64_t reply_serial; /* PARKED: badge of the token that answers it */

    /* Deadline of the wait, and the list of all that have one. */
    uint64_t deadline; /* ticks; ABI_DEADLINE_NONE: not in the list */
    struct queue_link deadline_link;

    struct work work;

    enum abi_death death;
    uint64_t death_pc;
    uint64_t death_addr;

    /* The large tables are last: what a call touches is then near its start. */
    struct cap cap[ABI_SLOT_COUNT];
    struct mapping mapping[ABI_MAPPING_COUNT_MAX];
    struct watch watch[ABI_WATCH_COUNT_MAX];
    struct load load;
};

/* init is created first. The system does not outlive it. */
#define INIT_PROCESS_IDX 0

extern struct process processes[ABI_PROCESS_COUNT_MAX];

static inline uint32_t process_idx(const struct process *process)
{
    return (uint32_t)(process - processes);
}

static inline bool process_is_live(const struct process *process)
{
    return process->state != PROCESS_FREE && process->state != PROCESS_DEAD;
}

static inline bool process_is_blocked(const struct process *process)
{
    return process->state == PROCESS_SENDING || process->state == PROCESS_AWAITING_REPLY ||
           process->state == PROCESS_PARKED || process->state == PROCESS_RECEIVING;
}

/* Makes a process in state CREATED with all the memory that its image needs. Returns 0 and
 * *created, with one reference, or an ABI_E_* with nothing left behind; for ABI_E_IMAGE *fault says
 * why. The configuration's values are checked. */
enum abi_error process_create(const struct abi_process_config *config, const uint8_t *file,
                              uint64_t file_len, struct process **created,
                              enum abi_image_fault *fault);

/* Loads up to PAGES_PIECE pages of it; false while there are more. */
bool process_load(struct process *process);

/* CREATED -> RUNNABLE. */
void process_start(struct process *process, uint64_t arg);

/* Ends a live process: everything it holds is given back, who waits on it is told. */
void process_die(struct process *process, enum abi_death death, uint64_t addr);

/* A reference (see cap_count, object_count) was dropped: frees what nobody can name any more. */
void process_unreferenced(struct process *process);

/* Ends the unstarted processes that lost their last capability since. After every event. */
void process_reap(void);

#endif
