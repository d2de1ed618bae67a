/* SPDX-License-Identifier: Apache-2.0 */
/* Every object of the kernel: its struct, its table, and who keeps it alive.
 *
 * A process, with the function that makes each step:
 *
 *   FREE --process_create--> CREATED --wait_start--> RUNNABLE <---- wait_wake, wait_fail ----+
 *    ^                          |                       |                                    |
 *    |                          |                       +-wait_to_send----> SENDING ---------+
 *    |                          |                       |                      | wait_taken  |
 *    |                          |                       |                      v             |
 *    |                          |                       +-wait_for_reply--> AWAITING_REPLY --+
 *    |                          |                       |                      |             |
 *    |                          |                       |       wait_for_token v             |
 *    |                          |                       |                   PARKED ----------+
 *    |                          |                       +-wait_to_receive-> RECEIVING -------+
 *    |                          |                       |                      |
 *    |                          +------------------ wait_end (from any of these)
 *    |                                                  v
 *    +-- object_release_process, object_gone: last -- DEAD
 *
 * process_die() ends it: whom it owes replies and who waits on what it serves are told, interrupts
 * unbound, capabilities dropped, memory given back, watchers told. A process that was not started
 * ends when the last capability to it is dropped (process_reap, after the event).
 *
 * An endpoint, notification or memory object lies in its creator's part of the table. It comes with
 * one capability (memory: one reference of who makes it) and goes with the last reference:
 * capabilities; mappings (memory); watches and bound interrupts (notification). Its creator's place
 * in the table of processes is kept as long. When the last right to receive goes, an endpoint's
 * callers are told and a notification's watches end. */
#ifndef OBJECT_H
#define OBJECT_H

#include "abi/bundle.h"
#include "abi/cap.h"
#include "abi/ipc.h"
#include "abi/memory.h"
#include "abi/process.h"
#include "arch.h"
#include "elf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process;

/* --- parts ------------------------------------------------------------------------------------ */

struct queue {
    struct process *head;
    struct process *tail;
};

struct queue_link {
    struct process *previous;
    struct process *next;
};

struct cap {
    uint8_t type;    /* enum abi_cap_type */
    uint8_t rights;  /* ABI_RIGHT_* */
    uint16_t object; /* index in the table of the type */
    uint64_t badge;
};

/* A message buffer of a process as the kernel sees it. A message is at most one page long, so the
 * buffer has at most two parts. Where they are is remembered from call to call: nobody else changes
 * the process's mappings, and when it takes one away itself it forgets them (space_unmap). */
struct space_buffer {
    uint64_t addr; /* whose place the parts are */
    uint8_t *part[2];
    uint32_t part_len;  /* from addr to its page's end; what is longer goes on in part[1] */
    uint32_t found_len; /* how much from addr on was found; 0: nothing */
    uint32_t len;
};

/* --- endpoints, notifications, memory ---------------------------------------------------------
 * The tables are divided by creator: none can starve another. */

#define ENDPOINT_COUNT (ABI_PROCESS_COUNT_MAX * ABI_PROCESS_ENDPOINTS_MAX)

struct endpoint {
    struct queue senders;     /* processes in state SENDING, by priority */
    struct process *receiver; /* blocked in a receive on it, NULL when nobody is */
    struct process *server;   /* who received on it last, before that who was given it to receive
                                 on before its start; NULL: nobody yet, or not any more */
    bool server_gone;         /* calls fail until the next receive */
    uint32_t ref_count;       /* capabilities; 0: not in use */
    uint32_t recv_count;      /* of these, with RECV */
};

#define NOTIFICATION_COUNT (ABI_PROCESS_COUNT_MAX * ABI_PROCESS_NOTIFICATIONS_MAX)

struct notification {
    uint64_t bits;
    struct process *receiver; /* blocked on it, NULL when nobody is */
    uint32_t ref_count;       /* capabilities, bound interrupts, watches; 0: not in use */
    uint32_t recv_count;      /* of these, capabilities with RECV */
};

/* The table is divided: each process's allowance, then the bundle's files and its header. */
#define MEMORY_BOOT_FIRST (ABI_PROCESS_COUNT_MAX * ABI_PROCESS_MEMORIES_MAX)
#define MEMORY_COUNT      (MEMORY_BOOT_FIRST + ABI_BUNDLE_FILES_MAX + 1)
#define MEMORY_IDX_NONE   MEMORY_COUNT

struct memory {
    uint64_t phys;
    uint64_t len; /* exact length in bytes */
    uint32_t page_count;
    uint32_t ref_count; /* capabilities and mappings; 0: entry not in use */
};

/* --- processes ---------------------------------------------------------------------------------
 */

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
    struct space_buffer caps; /* user's struct abi_caps, of length 0 for none */
    uint32_t cap_capacity;
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

/* --- tables ------------------------------------------------------------------------------------
 */

/* init is created first. The system does not outlive it. */
#define INIT_PROCESS_IDX 0

extern struct process processes[ABI_PROCESS_COUNT_MAX];
extern struct endpoint endpoints[ENDPOINT_COUNT];
extern struct notification notifications[NOTIFICATION_COUNT];
extern struct memory memories[MEMORY_COUNT];

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

/* The results of the system call that it makes, or waits in. */
static inline void process_set_results(struct process *process, int64_t status, uint64_t result1,
                                       uint64_t result2)
{
    process->frame.x[ARCH_REG_A0] = (uint64_t)status;
    process->frame.x[ARCH_REG_A0 + 1] = result1;
    process->frame.x[ARCH_REG_A0 + 2] = result2;
}

static inline uint32_t endpoint_idx(const struct endpoint *endpoint)
{
    return (uint32_t)(endpoint - endpoints);
}

static inline uint32_t notification_idx(const struct notification *notification)
{
    return (uint32_t)(notification - notifications);
}

/* --- references --------------------------------------------------------------------------------
 */

/* A reference to a process came to be or went (see cap_count). */
void object_retain_process(struct process *process);
void object_release_process(struct process *process);

/* An object that the process created came to be or went. */
void object_created(struct process *creator);
void object_gone(struct process *creator);

/* A process in state CREATED that nobody can start any more, NULL when there is none. */
struct process *object_orphan(void);

#endif
