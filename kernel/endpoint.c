/* SPDX-License-Identifier: Apache-2.0 */
/* Callers queue here, and are told when nobody can come to take them. */
#include "endpoint.h"

#include "abi/error.h"
#include "log.h"
#include "wait.h"

struct endpoint *endpoint_create(struct process *creator)
{
    struct endpoint *first = &endpoints[process_idx(creator) * ABI_PROCESS_ENDPOINTS_MAX];
    for (uint32_t i = 0; i < ABI_PROCESS_ENDPOINTS_MAX; i++) {
        if (first[i].ref_count == 0) {
            first[i] = (struct endpoint){0};
            object_created(creator);
            return &first[i];
        }
    }
    return NULL;
}

/* Whoever calls is told, until somebody receives here again. */
static void lose_server(struct endpoint *endpoint)
{
    endpoint->server = NULL;
    endpoint->server_gone = true;
    while (endpoint->senders.head)
        wait_fail(endpoint->senders.head, ABI_E_PEER_DIED);
}

void endpoint_retain(struct endpoint *endpoint, uint32_t rights)
{
    endpoint->ref_count++;
    endpoint->recv_count += (rights & ABI_RIGHT_RECV) != 0;
}

static bool can_receive(const struct process *process, const struct endpoint *endpoint)
{
    for (uint32_t slot = 1; slot < ABI_SLOT_COUNT; slot++) {
        const struct cap *cap = &process->cap[slot];
        if (cap->type == ABI_CAP_ENDPOINT && cap->object == endpoint_idx(endpoint) &&
            (cap->rights & ABI_RIGHT_RECV))
            return true;
    }
    return false;
}

void endpoint_release(struct endpoint *endpoint, uint32_t rights, const struct process *holder)
{
    KASSERT(endpoint->ref_count > 0);
    if (rights & ABI_RIGHT_RECV) {
        endpoint->recv_count--;
        bool server_left = endpoint->server == holder && !can_receive(holder, endpoint);
        if (server_left || endpoint->recv_count == 0)
            lose_server(endpoint);
    }
    if (--endpoint->ref_count > 0)
        return;
    KASSERT(endpoint->receiver == NULL && endpoint->senders.head == NULL);
    struct process *creator = &processes[endpoint_idx(endpoint) / ABI_PROCESS_ENDPOINTS_MAX];
    object_gone(creator);
}

void endpoint_given(struct endpoint *endpoint, uint32_t rights, struct process *target)
{
    if ((rights & ABI_RIGHT_RECV) && !endpoint->server && !endpoint->server_gone)
        endpoint->server = target;
}

void endpoint_server_died(const struct process *server)
{
    for (uint32_t i = 0; i < ENDPOINT_COUNT; i++)
        if (endpoints[i].ref_count > 0 && endpoints[i].server == server)
            lose_server(&endpoints[i]);
}
