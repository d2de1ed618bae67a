/* SPDX-License-Identifier: Apache-2.0 */
#include "endpoint.h"

#include "abi/error.h"
#include "ipc.h"
#include "log.h"
#include "process.h"

struct endpoint endpoints[ENDPOINT_COUNT];

struct endpoint *endpoint_create(struct process *creator)
{
    struct endpoint *first = &endpoints[process_idx(creator) * ABI_PROCESS_ENDPOINTS_MAX];
    for (uint32_t i = 0; i < ABI_PROCESS_ENDPOINTS_MAX; i++) {
        if (first[i].ref_count == 0) {
            first[i] = (struct endpoint){0};
            creator->object_count++;
            return &first[i];
        }
    }
    return NULL;
}

void endpoint_release(struct endpoint *endpoint)
{
    KASSERT(endpoint->ref_count > 0);
    if (--endpoint->ref_count > 0)
        return;
    KASSERT(endpoint->receiver == NULL && endpoint->senders.head == NULL);
    struct process *creator = &processes[endpoint_idx(endpoint) / ABI_PROCESS_ENDPOINTS_MAX];
    creator->object_count--;
    process_unreferenced(creator);
}

void endpoint_server_died(const struct process *server)
{
    for (uint32_t i = 0; i < ENDPOINT_COUNT; i++) {
        struct endpoint *endpoint = &endpoints[i];
        if (endpoint->ref_count == 0 || endpoint->server != server)
            continue;
        endpoint->server = NULL;
        endpoint->server_died = true;
        while (endpoint->senders.head)
            ipc_fail(endpoint->senders.head, ABI_E_PEER_DIED);
    }
}
