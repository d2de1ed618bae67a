/* SPDX-License-Identifier: Apache-2.0 */
/* The words of dsoftbus receive. */
#include "node/cli/receive.h"

#include "node/cli/progress.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Can a new file of this path be made? */
static bool check_directory(const char *path, struct error *e)
{
    char directory[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    if (slash != NULL)
        (void)snprintf(directory, sizeof directory, "%.*s", slash == path ? 1 : (int)(slash - path),
                       path);
    if (access(directory, W_OK | X_OK) != 0)
        return error_set(e, EXIT_LOCAL, "%s: %s", directory, strerror(errno));
    return true;
}

bool receive_check_target(const char *path, bool force, struct error *e)
{
    struct stat st;
    if (strcmp(path, "-") == 0)
        return true;
    if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode) && stat(path, &st) != 0)
        return error_set(e, EXIT_LOCAL, "%s: a link that leads nowhere", path);
    if (stat(path, &st) != 0)
        return check_directory(path, e);
    if (S_ISDIR(st.st_mode))
        return error_set(e, EXIT_LOCAL, "%s: %s", path, strerror(EISDIR));
    if (S_ISREG(st.st_mode) && !force)
        return error_set(e, EXIT_LOCAL, "%s: exists already (--force overwrites it)", path);
    return true;
}

bool receive_tell(const struct options *o, const char *path, const char *peer,
                  enum inbound_outcome outcome, uint64_t received_len, int system_error,
                  struct error *e)
{
    char size[16];
    progress_format_bytes(received_len, size);
    switch (outcome) {
    case INBOUND_STORED:
        if (!o->quiet)
            (void)fprintf(stderr, "dsoftbus: %s received from %s (%s)\n", path, peer, size);
        return true;
    case INBOUND_TRUNCATED:
        return error_set(e, EXIT_BROKEN, "%s: truncated, not kept: %s sent %s and not the end",
                         path, peer, size);
    case INBOUND_LENGTH:
        return error_set(e, EXIT_BROKEN, "%s: not kept: %s sent another length than it announced",
                         path, peer);
    case INBOUND_TOO_LONG: /* no bound was set */
    case INBOUND_STORAGE:
        break;
    }
    return error_set(e, EXIT_LOCAL, "%s: not kept: %s", path, strerror(system_error));
}
