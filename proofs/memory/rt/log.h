/* SPDX-License-Identifier: Apache-2.0 */
/* The log, for what runs without its system calls: a promise of the driver's. */
#ifndef RT_LOG_H
#define RT_LOG_H

void rt_logf(const char *format, ...);

#endif
