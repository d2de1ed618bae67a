/* SPDX-License-Identifier: Apache-2.0 */
/* What strangers on a wire once ended or silenced the device with, each as a case with a name. */
#ifndef WIRE_CASES_H
#define WIRE_CASES_H

/* Every case in its order; the machine's log hears when each begins and that it is passed. */
void cases_run(void);

#endif
