/* SPDX-License-Identifier: Apache-2.0 */
/* Mixes the fields that mean something, table by table. */
#include "digest.h"

#include "clock.h"
#include "machine.h"
#include "reply.h"
#include "sched.h"
#include "space.h"

static uint64_t sum;

static void mix(uint64_t word)
{
    sum = (sum ^ word) * 0x9e3779b97f4a7c15u;
    sum ^= sum >> 29;
}

static void mix_pointer(const void *pointer)
{
    mix((uintptr_t)pointer);
}

static void mix_buffer(const struct space_buffer *buffer)
{
    mix(buffer->len);
    if (buffer->len == 0)
        return;
    mix_pointer(buffer->part[0]);
    mix(buffer->part_len);
    if (buffer->len > buffer->part_len)
        mix_pointer(buffer->part[1]);
}

static void mix_cap(const struct cap *cap)
{
    mix(cap->type);
    if (cap->type == ABI_CAP_NONE)
        return;
    mix(cap->rights);
    mix(cap->object);
    if (cap->type == ABI_CAP_REPLY)
        mix_pointer(reply_token_caller(cap));
    else
        mix(cap->badge);
}

/* What a blocked process asked for. */
static void mix_message(const struct process *process)
{
    const struct outgoing *outgoing = &process->outgoing;
    const struct incoming *incoming = &process->incoming;
    mix_buffer(&incoming->buffer);
    mix_buffer(&incoming->caps);
    mix(incoming->cap_capacity);
    if (process->state != PROCESS_SENDING)
        return;
    mix_buffer(&outgoing->buffer);
    mix(outgoing->badge);
    mix(outgoing->cap_count);
    for (uint32_t i = 0; i < outgoing->cap_count; i++)
        mix((uint64_t)outgoing->cap_slot[i] << 32 | outgoing->cap_rights[i]);
}

static void mix_wait(const struct process *process)
{
    mix_pointer(process->link.previous);
    mix_pointer(process->link.next);
    mix_pointer(process->endpoint);
    mix_pointer(process->notification);
    mix_pointer(process->server);
    mix_pointer(process->caller);
    mix(process->owes_reply);
    mix(process->reply_count);
    mix(process->deadline);
    mix_pointer(process->deadline_link.previous);
    mix_pointer(process->deadline_link.next);
    mix(process->receive_time);
    mix(process->cpu_ticks);
    if (process->state == PROCESS_RUNNABLE)
        mix(process->slice_left);
}

/* A blocked process's first result comes when it wakes. */
static void mix_frame(const struct process *process)
{
    for (uint32_t i = 0; i < 32; i++)
        if (i != ARCH_REG_A0 || !process_is_blocked(process))
            mix(process->frame.x[i]);
}

static void mix_memory(const struct process *process, uint64_t addr, uint64_t len)
{
    static uint64_t words[4096 / sizeof(uint64_t)];
    for (; process->root_phys && len > 0; addr += sizeof words, len -= sizeof words) {
        bool is_there = space_copy_in(process, words, addr, sizeof words);
        mix(is_there);
        for (uint32_t i = 0; is_there && i < sizeof words / sizeof words[0]; i++)
            mix(words[i]);
    }
}

static void mix_process(const struct process *process, uint64_t addr, uint64_t len)
{
    mix(process->state);
    if (process->state == PROCESS_FREE)
        return;
    mix(process->cap_count);
    mix(process->object_count);
    mix(process->page_count);
    mix_wait(process);
    mix_frame(process);
    if (process_is_blocked(process))
        mix_message(process);
    for (uint32_t slot = 0; slot < ABI_SLOT_COUNT; slot++)
        mix_cap(&process->cap[slot]);
    for (uint32_t i = 0; i < ABI_MAPPING_COUNT_MAX; i++)
        mix(process->mapping[i].addr);
    mix_memory(process, addr, len);
}

uint64_t digest_of_machine(uint64_t addr, uint64_t len)
{
    sum = 0;
    for (uint32_t i = 0; i < ABI_PROCESS_COUNT_MAX; i++)
        mix_process(&processes[i], addr, len);
    for (uint32_t i = 0; i < ENDPOINT_COUNT; i++) {
        const struct endpoint *endpoint = &endpoints[i];
        if (endpoint->ref_count == 0)
            continue;
        mix_pointer(endpoint->senders.head);
        mix_pointer(endpoint->senders.tail);
        mix_pointer(endpoint->receiver);
        mix_pointer(endpoint->server);
        mix(endpoint->server_gone);
        mix((uint64_t)endpoint->ref_count << 32 | endpoint->recv_count);
    }
    for (uint32_t i = 0; i < NOTIFICATION_COUNT; i++) {
        mix(notifications[i].ref_count ? notifications[i].bits : 0);
        mix_pointer(notifications[i].ref_count ? notifications[i].receiver : NULL);
    }
    for (uint32_t priority = 0; priority < ABI_PRIORITY_COUNT; priority++) {
        mix_pointer(sched_queue(priority)->head);
        mix_pointer(sched_queue(priority)->tail);
    }
    mix_pointer(clock_first());
    mix(machine_timer);
    mix(sched_charged_until);
    return sum;
}
