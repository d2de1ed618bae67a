/* SPDX-License-Identifier: Apache-2.0 */
/* The first steps of a process, before it has read a word. */
#include "node/base/program.h"

#include "node/base/secret.h"
#include "noise/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/*
 * A standard descriptor that the caller left closed would be given to the next file or socket, and
 * a log line be written there. In its place comes one that fails as a closed one does, and swallows
 * errors that nobody wants to see.
 */
static bool fill_standard_descriptors(struct error *e)
{
    static const int modes[] = {
        [STDIN_FILENO] = O_WRONLY, [STDOUT_FILENO] = O_RDONLY, [STDERR_FILENO] = O_RDWR};
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
            return error_set(e, EXIT_LOCAL, "/dev/null: %s", strerror(errno));
    return true;
}

/* An event loop, a session and a file take 13; below that the loop's library ends the process
 * itself. */
#define DESCRIPTOR_COUNT_MIN 32

static bool check_descriptor_limit(struct error *e)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return error_set(e, EXIT_LOCAL, "descriptor limit: %s", strerror(errno));
    if (limit.rlim_cur >= DESCRIPTOR_COUNT_MIN)
        return true;
    limit.rlim_cur = limit.rlim_max;
    if (limit.rlim_max >= DESCRIPTOR_COUNT_MIN && setrlimit(RLIMIT_NOFILE, &limit) == 0)
        return true;
    return error_set(e, EXIT_LOCAL,
                     "the limit of %llu descriptors is too low: raise it to %d or more (ulimit -n)",
                     (unsigned long long)limit.rlim_max, DESCRIPTOR_COUNT_MIN);
}

static bool init_crypto(struct error *e)
{
    switch (noise_init()) {
    case 0:
        return true;
    case NOISE_INIT_UNKNOWN:
        return error_set(e, EXIT_LOCAL, "DSB_CRYPTO: this program has no crypto code of that name");
    case NOISE_INIT_UNFIT:
        return error_set(e, EXIT_LOCAL, "DSB_CRYPTO: this processor cannot run that crypto code");
    default:
        return error_set(e, EXIT_LOCAL, "the crypto library cannot be used");
    }
}

bool program_init(struct error *e)
{
    if (!fill_standard_descriptors(e) || !check_descriptor_limit(e))
        return false;
    /* A closed pipe and a file over its limit are errors of the call, not deaths. */
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
        return error_set(e, EXIT_LOCAL, "signal: %s", strerror(errno));
    if (!init_crypto(e))
        return false;
    return secret_harden_process(e);
}

bool program_flush(struct error *e)
{
    if (fflush(stdout) != 0 || ferror(stdout) != 0)
        return error_set(e, EXIT_LOCAL, "standard output: %s", strerror(errno));
    return true;
}
