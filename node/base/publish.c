/* SPDX-License-Identifier: Apache-2.0 */
/* link(2) where there are hard links, else a placeholder and rename(2): see publish.h. */
#include "node/base/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int publish_by_placeholder(int dir_fd, const char *temporary, const char *name)
{
    int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return errno;
    close(fd);
    if (renameat(dir_fd, temporary, dir_fd, name) == 0)
        return 0;
    int fault = errno;
    (void)unlinkat(dir_fd, name, 0);
    return fault;
}

int publish_new(int dir_fd, const char *temporary, const char *name)
{
    if (linkat(dir_fd, temporary, dir_fd, name, 0) == 0) {
        (void)unlinkat(dir_fd, temporary, 0);
        return 0;
    }
    /* What file systems without hard links answer: EPERM (vfat, exFAT), EOPNOTSUPP, ENOSYS (FUSE).
     */
    if (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS)
        return publish_by_placeholder(dir_fd, temporary, name);
    return errno;
}
