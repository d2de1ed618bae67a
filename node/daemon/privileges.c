/* SPDX-License-Identifier: Apache-2.0 */
/* From root to a user, for good: groups, group, user in this order, then a try to get back, which
 * must fail. */
#include "node/daemon/privileges.h"

#include "node/base/number.h"
#include "node/base/secret.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

bool privileges_drop(const char *user, struct error *e)
{
    uint64_t number;
    const struct passwd *entry = getpwnam(user);
    if (entry == NULL && number_parse(user, 0, UINT32_MAX - 1, &number))
        entry = getpwuid((uid_t)number);
    if (entry == NULL)
        return error_set(e, EXIT_USAGE, "--user %s: no user of that name or number", user);
    /* The default directory is that user's, not root's. */
    if (setenv("HOME", entry->pw_dir, 1) != 0 || unsetenv("XDG_CONFIG_HOME") != 0)
        return error_set(e, EXIT_LOCAL, "--user %s: %s", user, strerror(errno));
    uid_t uid = entry->pw_uid;
    gid_t gid = entry->pw_gid;
    if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0)
        return error_set(e, EXIT_LOCAL, "--user %s: %s", user, strerror(errno));
    if (uid != 0 && setresuid(0, 0, 0) == 0)
        return error_set(e, EXIT_LOCAL, "--user %s: privileges could be taken back", user);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return error_set(e, EXIT_LOCAL, "--user %s: %s", user, strerror(errno));
    return secret_harden_process(e); /* a change of user had undone it */
}
