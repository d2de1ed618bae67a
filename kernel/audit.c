/* SPDX-License-Identifier: Apache-2.0 */
/* Counts everything a second time, from the tables alone, and compares. */
#include "audit.h"

#include "account.h"
#include "bytes.h"
#include "clock.h"
#include "endpoint.h"
#include "interrupt.h"
#include "memory.h"
#include "notification.h"
#include "pages.h"
#include "reply.h"
#include "sched.h"
#include "sv39.h"

/* --- references ------------------------------------------------------------------------------- */

/* References found in the tables, by object. */
static struct {
    uint32_t memory[MEMORY_COUNT];
    uint32_t endpoint[ENDPOINT_COUNT];
    uint32_t endpoint_recv[ENDPOINT_COUNT]; /* with RECV */
    uint32_t notification[NOTIFICATION_COUNT];
    uint32_t notification_recv[NOTIFICATION_COUNT]; /* with RECV */
    uint32_t process[ABI_PROCESS_COUNT_MAX];
    uint32_t held_token[ABI_PROCESS_COUNT_MAX];  /* by who holds it */
    uint32_t valid_token[ABI_PROCESS_COUNT_MAX]; /* by the caller that it answers */
} found;

static void tally_token(const struct process *holder, const struct cap *token)
{
    const struct process *caller = reply_token_caller(token);
    found.held_token[process_idx(holder)]++;
    if (caller && caller->server == holder)
        found.valid_token[process_idx(caller)]++;
}

static void tally_cap(const struct process *holder, const struct cap *cap)
{
    switch ((enum abi_cap_type)cap->type) {
    case ABI_CAP_MEMORY:
        found.memory[cap->object]++;
        break;
    case ABI_CAP_ENDPOINT:
        found.endpoint[cap->object]++;
        found.endpoint_recv[cap->object] += (cap->rights & ABI_RIGHT_RECV) != 0;
        break;
    case ABI_CAP_NOTIFICATION:
        found.notification[cap->object]++;
        found.notification_recv[cap->object] += (cap->rights & ABI_RIGHT_RECV) != 0;
        break;
    case ABI_CAP_PROCESS:
        found.process[cap->object]++;
        break;
    case ABI_CAP_REPLY:
        tally_token(holder, cap);
        break;
    default:
        break;
    }
}

static void tally(void)
{
    memset(&found, 0, sizeof found);
    for (uint32_t i = 0; i < ABI_PROCESS_COUNT_MAX; i++) {
        const struct process *process = &processes[i];
        for (uint32_t slot = 1; slot < ABI_SLOT_COUNT; slot++)
            tally_cap(process, &process->cap[slot]);
        for (uint32_t k = 0; k < ABI_MAPPING_COUNT_MAX; k++) {
            const struct mapping *mapping = &process->mapping[k];
            if (mapping->addr != 0 && mapping->memory_idx != MEMORY_IDX_NONE)
                found.memory[mapping->memory_idx]++;
        }
        if (process->work.kind == WORK_MEMORY)
            found.memory[process->work.object]++;
        if (process->work.kind == WORK_PROCESS)
            found.process[process->work.object]++;
        for (uint32_t k = 0; k < ABI_WATCH_COUNT_MAX; k++)
            if (process->watch[k].notification)
                found.notification[notification_idx(process->watch[k].notification)]++;
    }
    for (uint32_t device = 0; device < ABI_DEVICE_COUNT; device++)
        if (interrupts[device].binder)
            found.notification[notification_idx(interrupts[device].notification)]++;
    for (uint32_t i = MEMORY_BOOT_FIRST; i < MEMORY_COUNT; i++)
        found.memory[i] += memories[i].ref_count > 0; /* the bundle's own */
}

static enum audit_result check_object_refs(void)
{
    tally();
    for (uint32_t i = 0; i < MEMORY_COUNT; i++)
        if (memories[i].ref_count != found.memory[i])
            return AUDIT_MEMORY_REFS;
    for (uint32_t i = 0; i < ENDPOINT_COUNT; i++)
        if (endpoints[i].ref_count != found.endpoint[i] ||
            endpoints[i].recv_count != found.endpoint_recv[i])
            return AUDIT_ENDPOINT_REFS;
    for (uint32_t i = 0; i < NOTIFICATION_COUNT; i++)
        if (notifications[i].ref_count != found.notification[i] ||
            notifications[i].recv_count != found.notification_recv[i])
            return AUDIT_NOTIFICATION_REFS;
    return AUDIT_OK;
}

static uint32_t count_objects(uint32_t process_index)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < ABI_PROCESS_MEMORIES_MAX; i++)
        count += memories[process_index * ABI_PROCESS_MEMORIES_MAX + i].ref_count != 0;
    for (uint32_t i = 0; i < ABI_PROCESS_ENDPOINTS_MAX; i++)
        count += endpoints[process_index * ABI_PROCESS_ENDPOINTS_MAX + i].ref_count != 0;
    for (uint32_t i = 0; i < ABI_PROCESS_NOTIFICATIONS_MAX; i++)
        count += notifications[process_index * ABI_PROCESS_NOTIFICATIONS_MAX + i].ref_count != 0;
    return count;
}

static bool watches_ok(const struct process *process)
{
    for (uint32_t i = 0; i < ABI_WATCH_COUNT_MAX; i++) {
        const struct watch *watch = &process->watch[i];
        if (watch->notification && (watch->bits == 0 || watch->notification->recv_count == 0))
            return false;
    }
    return true;
}

/* After check_object_refs(), which counts. */
static enum audit_result check_process_refs(void)
{
    for (uint32_t i = 0; i < ABI_PROCESS_COUNT_MAX; i++) {
        const struct process *process = &processes[i];
        if (process->cap_count != found.process[i] || process->object_count != count_objects(i))
            return AUDIT_PROCESS_REFS;
        if (!watches_ok(process))
            return AUDIT_NOTIFICATION_REFS;
        bool referenced = process->cap_count > 0 || process->object_count > 0;
        if ((process->state == PROCESS_FREE && referenced) ||
            (process->state == PROCESS_DEAD && !referenced))
            return AUDIT_PROCESS_REFS;
    }
    return AUDIT_OK;
}

/* After check_object_refs() too. */
static enum audit_result check_replies(void)
{
    for (uint32_t i = 0; i < ABI_PROCESS_COUNT_MAX; i++) {
        uint32_t expected = processes[i].state == PROCESS_PARKED ? 1 : 0;
        if (found.valid_token[i] != expected || found.held_token[i] != processes[i].reply_count ||
            found.held_token[i] > ABI_PROCESS_REPLIES_MAX)
            return AUDIT_REPLIES;
    }
    return AUDIT_OK;
}

/* --- memory ----------------------------------------------------------------------------------- */

struct leaf_check {
    uint32_t count;
    bool ok;
};

static void check_leaf(void *context, uint64_t addr, uint64_t entry)
{
    struct leaf_check *check = context;
    (void)addr;
    check->count++;
    if (!(entry & PTE_USER) || ((entry & PTE_WRITE) && (entry & PTE_EXEC)))
        check->ok = false;
}

/* Whether each page of the mapping is what it should be. */
static bool mapping_ok(const struct process *process, const struct mapping *mapping)
{
    bool is_device = mapping->memory_idx == MEMORY_IDX_NONE;
    for (uint32_t i = 0; i < mapping->page_count; i++) {
        uint64_t entry = sv39_lookup(process->root_phys, mapping->addr + i * PAGE_BYTES);
        if (!(entry & PTE_VALID) || is_device != ((entry & PTE_DEVICE) != 0) ||
            (!is_device &&
             sv39_entry_phys(entry) != memories[mapping->memory_idx].phys + i * PAGE_BYTES))
            return false;
    }
    return true;
}

static uint32_t memory_pages(uint32_t process_index)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < ABI_PROCESS_MEMORIES_MAX; i++) {
        const struct memory *memory = &memories[process_index * ABI_PROCESS_MEMORIES_MAX + i];
        count += memory->ref_count ? memory->page_count : 0;
    }
    return count;
}

/* Mappings do not overlap, so as many leaves as their pages means that each leaf belongs to one. */
static enum audit_result check_space(const struct process *process)
{
    struct leaf_check check = {.count = 0, .ok = true};
    uint32_t mapped = 0, expected = memory_pages(process_idx(process));
    if (process->root_phys)
        expected += sv39_walk(process->root_phys, check_leaf, &check);
    for (uint32_t i = 0; i < ABI_MAPPING_COUNT_MAX; i++)
        mapped += process->mapping[i].addr != 0 ? process->mapping[i].page_count : 0;
    if (!check.ok || check.count != mapped)
        return AUDIT_MAPPINGS;
    if (process->page_count != expected || process->page_count > process->page_quota)
        return AUDIT_PROCESS_PAGES;
    return AUDIT_OK;
}

/* One of the process's AUDIT_PROCESS_STEPS: each of its mappings, and the whole. */
static enum audit_result check_process(const struct process *process, uint32_t part)
{
    if (part == ABI_MAPPING_COUNT_MAX)
        return check_space(process);
    return mapping_ok(process, &process->mapping[part]) ? AUDIT_OK : AUDIT_MAPPINGS;
}

static bool is_empty(const struct process *process, uint32_t part)
{
    bool is_whole = part == ABI_MAPPING_COUNT_MAX;
    return process->state == PROCESS_FREE || (!is_whole && process->mapping[part].addr == 0);
}

static enum audit_result check_memory(void)
{
    if (!pages_audit())
        return AUDIT_PAGE_BITS;
    uint32_t charged = 0, promised = account_unreserved();
    for (uint32_t i = 0; i < ABI_PROCESS_COUNT_MAX; i++) {
        if (processes[i].state == PROCESS_FREE)
            continue;
        charged += processes[i].page_count;
        promised += processes[i].page_quota;
    }
    if (charged + pages_free_count() != pages_total() || promised != pages_total())
        return AUDIT_PAGE_ACCOUNT;
    return AUDIT_OK;
}

/* --- queues and waits ------------------------------------------------------------------------- */

static uint32_t count_state(enum process_state state)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < ABI_PROCESS_COUNT_MAX; i++)
        count += processes[i].state == state;
    return count;
}

/* Members of a queue whose links are sound and whose state is as given; UINT32_MAX otherwise. */
static uint32_t count_queue(const struct queue *queue, enum process_state state)
{
    uint32_t count = 0;
    const struct process *previous = NULL;
    for (const struct process *process = queue->head; process; process = process->link.next) {
        if (process->link.previous != previous || process->state != state ||
            ++count > ABI_PROCESS_COUNT_MAX)
            return UINT32_MAX;
        previous = process;
    }
    return queue->tail == previous ? count : UINT32_MAX;
}

static enum audit_result check_queues(void)
{
    uint32_t runnable = 0, sending = 0;
    for (uint32_t priority = 0; priority < ABI_PRIORITY_COUNT; priority++) {
        const struct queue *queue = sched_queue(priority);
        uint32_t count = count_queue(queue, PROCESS_RUNNABLE);
        if (count == UINT32_MAX)
            return AUDIT_RUN_QUEUE;
        for (const struct process *process = queue->head; process; process = process->link.next)
            if (process->priority != priority)
                return AUDIT_RUN_QUEUE;
        runnable += count;
    }
    for (uint32_t i = 0; i < ENDPOINT_COUNT; i++) {
        if (endpoints[i].ref_count == 0)
            continue;
        uint32_t count = count_queue(&endpoints[i].senders, PROCESS_SENDING);
        if (count == UINT32_MAX)
            return AUDIT_SENDERS;
        sending += count;
    }
    if (runnable != count_state(PROCESS_RUNNABLE))
        return AUDIT_RUN_QUEUE;
    return sending == count_state(PROCESS_SENDING) ? AUDIT_OK : AUDIT_SENDERS;
}

static bool wait_ok(const struct process *process)
{
    const struct endpoint *endpoint = process->endpoint;
    const struct notification *notification = process->notification;
    if (process->caller && (!process->owes_reply || process->caller->server != process ||
                            process->caller->state != PROCESS_AWAITING_REPLY))
        return false;
    switch (process->state) {
    case PROCESS_SENDING:
        return endpoint && endpoint->recv_count > 0 && !endpoint->server_gone;
    case PROCESS_AWAITING_REPLY:
        return process->server && process->server->caller == process;
    case PROCESS_PARKED:
        return process->server && !endpoint && !notification;
    case PROCESS_RECEIVING:
        return (!endpoint || (!process->owes_reply && endpoint->receiver == process &&
                              endpoint->server == process && !endpoint->server_gone)) &&
               (!notification || notification->receiver == process);
    default:
        return !endpoint && !notification && !process->server;
    }
}

static enum audit_result check_waits(void)
{
    for (uint32_t i = 0; i < ABI_PROCESS_COUNT_MAX; i++)
        if (!wait_ok(&processes[i]))
            return AUDIT_WAITS;
    for (uint32_t i = 0; i < ENDPOINT_COUNT; i++) {
        const struct process *receiver = endpoints[i].ref_count ? endpoints[i].receiver : NULL;
        if (receiver && receiver->endpoint != &endpoints[i])
            return AUDIT_WAITS;
    }
    for (uint32_t i = 0; i < NOTIFICATION_COUNT; i++) {
        const struct process *receiver =
            notifications[i].ref_count ? notifications[i].receiver : NULL;
        if (receiver && receiver->notification != &notifications[i])
            return AUDIT_WAITS;
    }
    return AUDIT_OK;
}

static enum audit_result check_deadlines(void)
{
    uint32_t listed = 0, expected = 0;
    const struct process *previous = NULL;
    for (const struct process *process = clock_first(); process;
         process = process->deadline_link.next) {
        if (process->deadline_link.previous != previous || !process_is_blocked(process) ||
            (previous && previous->deadline > process->deadline) ||
            ++listed > ABI_PROCESS_COUNT_MAX)
            return AUDIT_DEADLINES;
        previous = process;
    }
    for (uint32_t i = 0; i < ABI_PROCESS_COUNT_MAX; i++)
        expected += process_is_live(&processes[i]) && processes[i].deadline != ABI_DEADLINE_NONE;
    return listed == expected ? AUDIT_OK : AUDIT_DEADLINES;
}

/* What is counted once for all of them. */
static enum audit_result check_refs(void)
{
    static enum audit_result (*const checks[])(void) = {check_object_refs, check_process_refs,
                                                        check_replies};
    enum audit_result result = AUDIT_OK;
    for (uint32_t i = 0; i < sizeof checks / sizeof checks[0] && result == AUDIT_OK; i++)
        result = checks[i]();
    return result;
}

enum audit_result audit_step(uint32_t *step)
{
    static enum audit_result (*const checks[AUDIT_TABLE_STEPS])(void) = {
        check_memory, check_refs, check_queues, check_waits, check_deadlines};
    if (*step < AUDIT_TABLE_STEPS)
        return checks[(*step)++]();
    for (uint32_t at = *step - AUDIT_TABLE_STEPS; at < AUDIT_STEP_COUNT - AUDIT_TABLE_STEPS; at++) {
        const struct process *process = &processes[at / AUDIT_PROCESS_STEPS];
        uint32_t part = at % AUDIT_PROCESS_STEPS;
        *step = AUDIT_TABLE_STEPS + at + 1;
        if (!is_empty(process, part))
            return check_process(process, part);
    }
    return AUDIT_OK;
}

enum audit_result audit_walk(void)
{
    enum audit_result result = AUDIT_OK;
    for (uint32_t step = 0; step < AUDIT_STEP_COUNT && result == AUDIT_OK;)
        result = audit_step(&step);
    return result;
}
