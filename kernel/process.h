/* SPDX-License-Identifier: Apache-2.0 */
/* Processes: one address space, one thread, one capability table each. */
#ifndef PROCESS_H
#define PROCESS_H

#include "abi/error.h"
#include "abi/process.h"
#include "object.h"

#include <stdbool.h>
#include <stdint.h>

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

/* Ends a live process: everything it holds is given back, who waits on it is told. process_end()
 * for one that ended by itself: with a line in the log, and the machine's end if it is init. */
void process_end(struct process *process, enum abi_death death, uint64_t addr);
void process_die(struct process *process, enum abi_death death, uint64_t addr);

/* Ends the unstarted processes that lost their last capability since. After every event. */
void process_reap(void);

#endif
