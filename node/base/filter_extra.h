/* SPDX-License-Identifier: Apache-2.0 */
/* What a build needs beside what the program needs: the build chooses a file. */
#ifndef NODE_FILTER_EXTRA_H
#define NODE_FILTER_EXTRA_H

/* Names of calls that the daemon may make besides, NULL behind the last. */
extern const char *const filter_extra_daemon[];

#endif
