/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/program.h"

#include "linux/secret.h"
#include "noise/crypto.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

bool program_init(struct error *e)
{
    /* A closed pipe and a file over its limit are errors of the call, not deaths. */
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
        return error_set(e, EXIT_LOCAL, "signal: %s", strerror(errno));
    if (crypto_init() != 0)
        return error_set(e, EXIT_LOCAL, "the crypto library cannot be used");
    return secret_harden_process(e);
}

bool program_flush(struct error *e)
{
    if (fflush(stdout) != 0 || ferror(stdout) != 0)
        return error_set(e, EXIT_LOCAL, "standard output: %s", strerror(errno));
    return true;
}
