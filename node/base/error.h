/* SPDX-License-Identifier: Apache-2.0 */
/* One failure of a command: what the person reads (one line) and what the caller's shell gets. */
#ifndef NODE_ERROR_H
#define NODE_ERROR_H

#include <stdbool.h>

#define MUST_CHECK                         __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_idx, first_idx) __attribute__((format(printf, format_idx, first_idx)))

/* Exit codes of dsoftbus and dsoftbusd; dsoftbus(1) lists them, scripts may rely on them. */
enum exit_code {
    EXIT_OK = 0,
    EXIT_LOCAL = 1,   /* this machine: a file, the disk, memory, a system call */
    EXIT_USAGE = 2,   /* the command line */
    EXIT_CONFIG = 3,  /* identity, trust store or their directory: malformed, missing, wrong mode */
    EXIT_NO_PEER = 4, /* the peer is not in the trust store, or discovery did not find it */
    EXIT_UNREACHABLE = 5, /* no TCP connection */
    EXIT_REJECTED = 6,    /* connected, but no authenticated session came of it */
    EXIT_BROKEN = 7,      /* an authenticated session ended without a clean close */
    EXIT_REFUSED = 8,     /* the authenticated peer refused the request, or could not complete it */
    EXIT_LISTEN = 9,      /* the listening address cannot be had */
    EXIT_INTERRUPTED = 10 /* SIGINT or SIGTERM before the work was done */
};

#define ERROR_TEXT_SIZE 512 /* a path, a line number and a sentence; longer text is cut */

struct error {
    enum exit_code code;
    char text[ERROR_TEXT_SIZE];
};

/* Fills *e and returns false, so that a caller can write `return error_set(e, ...)`. */
bool error_set(struct error *e, enum exit_code code, const char *format, ...) PRINTF_LIKE(3, 4);

/* Replaces control bytes by '?': text of others (a path, a peer's word) cannot move the cursor or
 * make a line. */
void error_make_printable(char *text);

/* Writes "<program>: <text>\n" to stderr and returns the code. */
int error_print(struct error *e, const char *program);

#endif
