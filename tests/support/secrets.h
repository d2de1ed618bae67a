/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets under valgrind: memory marked undefined is a secret, and valgrind reports each branch and
 * each index that depends on it. secrets.c also makes public, by the linker's --wrap, what each
 * peer sees by the failure of a handshake: the point, the outcome of a DH, of a comparison, of a
 * tag.
 */
#ifndef TESTS_SUPPORT_SECRETS_H
#define TESTS_SUPPORT_SECRETS_H

#include <stddef.h>

void make_secret(void *data, size_t len);
void make_public(const void *data, size_t len);

/* What secrets_main.c runs: the test's. It ends the process when something does not work. */
void run_with_secrets(void);

#endif
