/* SPDX-License-Identifier: Apache-2.0 */
/* The other process of the kernel's figures: answers, wakes, and tells its instruction count. */
#include "peer.h"

#include "rt/log.h"
#include "rt/process.h"
#include "rt/time.h"

static uint8_t buffer[ABI_MESSAGE_BYTES_MAX] __attribute__((aligned(8)));

static void tell(uint64_t instret)
{
    size_t reply_len;
    rt_must(rt_call(PEER_SLOT_ENDPOINT, &instret, sizeof instret, NULL, 0, NULL, ABI_DEADLINE_NONE,
                    &reply_len),
            "bench: tell");
}

static void __attribute__((noreturn)) answer(void)
{
    struct rt_event event;
    rt_must(rt_recv(PEER_SLOT_ENDPOINT, ABI_SLOT_NONE, buffer, sizeof buffer, NULL,
                    ABI_DEADLINE_NONE, &event),
            "bench: receive");
    for (;;)
        rt_must(rt_reply_recv(buffer, event.len, PEER_SLOT_ENDPOINT, ABI_SLOT_NONE, buffer,
                              sizeof buffer, NULL, ABI_DEADLINE_NONE, &event),
                "bench: answer");
}

static void __attribute__((noreturn)) wake(void)
{
    for (;;) {
        struct rt_event event;
        rt_must(rt_recv(ABI_SLOT_NONE, PEER_SLOT_NOTIFY, NULL, 0, NULL, ABI_DEADLINE_NONE, &event),
                "bench: wait");
        tell(rt_instret());
    }
}

int process_main(uint64_t arg)
{
    uint64_t started = rt_instret();
    if (arg == PEER_ANSWER)
        answer();
    if (arg == PEER_WAKE)
        wake();
    tell(started);
    return 0;
}
