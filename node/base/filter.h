/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which system calls a process may still make, once it has all that it needs. Any other one ends it
 * at once (SIGSYS), and the kernel logs which. With libseccomp; a build without it filters nothing
 * and says so.
 */
#ifndef NODE_FILTER_H
#define NODE_FILTER_H

enum filter_kind {
    FILTER_KEY,    /* read and write FILTER_KEY_FD, exit */
    FILTER_DAEMON, /* sockets, its directory, an inbox, threads; no program, no tracing, no rights
                    */
};

#define FILTER_KEY_FD 0

enum filter_result {
    FILTER_ON,
    FILTER_ABSENT,  /* built without libseccomp */
    FILTER_REFUSED, /* the kernel does not take it */
};

/* For all threads of the process and those to come, for good. */
enum filter_result filter_install(enum filter_kind kind);

/* For a log: "on", or why not. */
const char *filter_text(enum filter_result result);

#endif
