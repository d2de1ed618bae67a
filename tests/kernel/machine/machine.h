/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel on a machine made of arrays: what unit tests, the random system calls and the fuzz
 * targets share. */
#ifndef MACHINE_H
#define MACHINE_H

#include "abi/syscall.h"
#include "abi/system.h"
#include "process.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RAM behind the kernel image: enough for 32 small processes. */
#define MACHINE_RAM_BYTES (16u * 1024 * 1024)

extern uint64_t machine_time;     /* what arch_time() returns */
extern uint64_t machine_timer;    /* last arch_timer_set() */
extern uint32_t machine_irq_line; /* raised by the test, 0 for none; claimed once */
extern uint64_t machine_irq_enabled_mask;
extern uint64_t machine_irq_completed_mask;
extern uint64_t machine_active_root;  /* 0: the kernel's own */
extern char machine_console[8192];    /* the newest output, terminated */
extern uint32_t machine_console_room; /* bytes that the console takes yet; UINT32_MAX: any number */
void machine_console_clear(void);

/* How machine_call() makes the call of a process that would run next, if init were not there: by
 * its handler alone, or as a trap does, the general way or the short one where it can. */
enum machine_way { MACHINE_HANDLER, MACHINE_GENERAL, MACHINE_SHORT };
extern enum machine_way machine_way;
extern uint32_t machine_short_count; /* calls that went the short way */

/* Who would run next, if init were not there; NULL for nobody. */
struct process *machine_next(void);

/* What happens between two pieces of a call that takes several; NULL: nothing. */
extern void (*machine_pause)(void);

/* Where arch_power_off() goes: set by EXPECT_PANIC. */
extern jmp_buf *machine_power_off_jump;

/* True when statement ends in a kernel panic (or power off). */
#define MACHINE_PANICS(statement)                                                                  \
    __extension__({                                                                                \
        jmp_buf machine_jump;                                                                      \
        volatile bool machine_panicked = true;                                                     \
        machine_power_off_jump = &machine_jump;                                                    \
        if (setjmp(machine_jump) == 0) {                                                           \
            statement;                                                                             \
            machine_panicked = false;                                                              \
        }                                                                                          \
        machine_power_off_jump = NULL;                                                             \
        machine_panicked;                                                                          \
    })

/* Boots afresh: empty tables, init (processes[0]) runnable with a bundle of `init` and `data`. */
void machine_boot(void);

/* File slots of init after machine_boot(). */
#define MACHINE_SLOT_IMAGE (ABI_INIT_SLOT_FILE + 0)
#define MACHINE_SLOT_DATA  (ABI_INIT_SLOT_FILE + 1)
#define MACHINE_DATA_LEN   5000u

/* One system call of a process: its status. The process need not be the one that would run. */
int64_t machine_call(struct process *process, uint64_t number, uint64_t a0, uint64_t a1,
                     uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5, uint64_t a6);

/* Creates a process through init's system calls, or starts it as well; *slot is its slot in init's
 * table. */
struct process *machine_create(const char *name, uint32_t priority, uint64_t *slot);
struct process *machine_spawn(const char *name, uint64_t *slot);

/* The same with a capability for an endpoint of init's (a slot of init's) in slot 2. */
#define MACHINE_SLOT_GIVEN 2
struct process *machine_spawn_on(const char *name, uint64_t endpoint, uint64_t rights,
                                 uint64_t badge, uint32_t priority, uint64_t *slot);

/* What a system call left in a register: 0 the status, 1 and 2 its further results. */
int64_t machine_result(const struct process *process, uint32_t number);

/* cmocka's teardown: the tables are in order, whatever the test did. */
int machine_teardown(void **state);

/* Addresses of every process's image, see image.h. */
#define MACHINE_TEXT    0x10000ull /* one page, read and execute */
#define MACHINE_RODATA  0x11000ull /* one page, read */
#define MACHINE_SCRATCH 0x12000ull /* four pages, read and write */

void machine_write(struct process *process, uint64_t addr, const void *bytes, size_t len);
void machine_read(struct process *process, uint64_t addr, void *bytes, size_t len);

#endif
