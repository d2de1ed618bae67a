/* SPDX-License-Identifier: Apache-2.0 */
/* A line is silent from its claim until its binder acknowledges it: a driver sets its own pace. */
#include "interrupt.h"

#include "notification.h"
#include "plat.h"

struct interrupt interrupts[ABI_DEVICE_COUNT];

static void unbind(uint32_t device)
{
    struct interrupt *interrupt = &interrupts[device];
    uint32_t line = plat_devices[device].irq_line;
    if (interrupt->in_service)
        plat_irq_complete(line); /* before disabling: the controller ignores it after */
    plat_irq_disable(line);
    struct notification *notification = interrupt->notification;
    *interrupt = (struct interrupt){0};
    notification_release(notification);
}

enum abi_error interrupt_bind(uint32_t device, struct process *binder,
                              struct notification *notification, uint64_t bits)
{
    struct interrupt *interrupt = &interrupts[device];
    if (interrupt->binder && interrupt->binder != binder)
        return ABI_E_BUSY;
    if (interrupt->binder)
        unbind(device);
    notification->ref_count++;
    *interrupt = (struct interrupt){.binder = binder, .notification = notification, .bits = bits};
    plat_irq_enable(plat_devices[device].irq_line);
    return ABI_OK;
}

enum abi_error interrupt_unbind(uint32_t device, const struct process *process)
{
    if (interrupts[device].binder != process)
        return ABI_E_STATE;
    unbind(device);
    return ABI_OK;
}

enum abi_error interrupt_acknowledge(uint32_t device, const struct process *process)
{
    struct interrupt *interrupt = &interrupts[device];
    if (interrupt->binder != process || !interrupt->in_service)
        return ABI_E_STATE;
    interrupt->in_service = false;
    plat_irq_complete(plat_devices[device].irq_line);
    return ABI_OK;
}

static void deliver(uint32_t line)
{
    for (uint32_t device = 0; device < ABI_DEVICE_COUNT; device++) {
        struct interrupt *interrupt = &interrupts[device];
        if (plat_devices[device].irq_line == line && interrupt->binder) {
            interrupt->in_service = true;
            notification_signal(interrupt->notification, interrupt->bits);
            return;
        }
    }
    plat_irq_complete(line); /* unbound between its claim and now: cannot be, and does no harm */
}

void interrupt_dispatch(void)
{
    /* Each line is claimed once at most: it stays silent until it is acknowledged. */
    for (uint32_t i = 0; i < ABI_DEVICE_COUNT; i++) {
        uint32_t line = plat_irq_claim();
        if (line == 0)
            return;
        deliver(line);
    }
}

void interrupt_unbind_all(const struct process *binder)
{
    for (uint32_t device = 0; device < ABI_DEVICE_COUNT; device++)
        if (interrupts[device].binder == binder)
            unbind(device);
}
