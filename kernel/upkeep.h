/* SPDX-License-Identifier: Apache-2.0 */
/* Work that an event leaves behind and that is done after it, in pieces: unstarted processes to
 * end, freed pages to clear, bytes for the console. */
#ifndef UPKEEP_H
#define UPKEEP_H

#include <stdbool.h>

/* Set by whoever leaves work; looked at after every event. */
extern bool upkeep_needed;

#endif
