/* SPDX-License-Identifier: Apache-2.0 */
/* A command of the person's, for one stream: pipes at its standard input and output, a process
 * group of its own. */
#ifndef NODE_PROCESS_H
#define NODE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct process {
    pid_t pid;
    int in;  /* what is written here, it reads; does not block */
    int out; /* what it writes; does not block */
};

/* 0, or an errno: of a pipe, of fork, or of the program that cannot be started. `argv` ends with
 * NULL. It is killed when this process dies, whichever way. */
int process_start(struct process *p, char **argv, const char *peer, const char *service);

/* To it and to what it has started. */
void process_signal(pid_t pid, int number);

#endif
