/* SPDX-License-Identifier: Apache-2.0 */
/* The inbox. What a peer has is counted when it offers more: the directory is the only record, and
 * whoever takes files out makes room. */
#include "node/daemon/inbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define SENDER "user.dsoftbus.sender"

/* Whether files there can be marked: the directory itself takes such an attribute. */
static bool can_mark(const char *path)
{
    if (setxattr(path, SENDER, "", 0, 0) != 0)
        return false;
    (void)removexattr(path, SENDER);
    return true;
}

bool inbox_check(const struct inbox *inbox, struct error *e)
{
    struct stat st;
    const char *path = inbox->path;
    if (path == NULL)
        return true;
    if (stat(path, &st) != 0)
        return error_set(e, EXIT_LOCAL, "--inbox %s: %s", path, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return error_set(e, EXIT_LOCAL, "--inbox %s: not a directory", path);
    if (access(path, W_OK | X_OK) != 0)
        return error_set(e, EXIT_LOCAL, "--inbox %s: %s", path, strerror(errno));
    if (inbox->peer_len_max != 0 && !can_mark(path))
        return error_set(e, EXIT_LOCAL, "--peer-bytes: files in %s cannot be marked: %s", path,
                         strerror(errno));
    return true;
}

enum message_refusal inbox_place(const struct inbox *inbox, const char *name, char path[PATH_MAX],
                                 char kept[MESSAGE_NAME_MAX + 1])
{
    char there[MESSAGE_NAME_MAX + 1];
    if (!message_name_is_valid(name))
        return REFUSAL_NAME;
    message_name_in_inbox(there, name);
    if (snprintf(path, PATH_MAX, "%s/%s", inbox->path, there) >= PATH_MAX)
        return REFUSAL_NAME;
    kept[0] = '\0';
    if (strcmp(there, name) != 0)
        strcpy(kept, there);
    return 0;
}

/* Length of the file if it bears this id. */
static uint64_t marked_len(int dir_fd, const char *name, const struct dsb_device_id *peer)
{
    char sender[DSB_DEVICE_ID_MAX];
    struct stat st;
    uint64_t len = 0;
    int fd = openat(dir_fd, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t sender_len = fgetxattr(fd, SENDER, sender, sizeof sender);
    if (sender_len == peer->len && memcmp(sender, peer->text, peer->len) == 0 &&
        fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        len = (uint64_t)st.st_size;
    close(fd);
    return len;
}

uint64_t inbox_used_len(const struct inbox *inbox, const struct dsb_device_id *peer)
{
    uint64_t len = 0;
    DIR *directory = opendir(inbox->path);
    if (directory == NULL)
        return UINT64_MAX; /* what cannot be counted is not allowed */
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
        len += marked_len(dirfd(directory), entry->d_name, peer);
    (void)closedir(directory);
    return len;
}

void inbox_mark(const struct inbox *inbox, const char *name, const struct dsb_device_id *peer)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", inbox->path, name) < PATH_MAX)
        (void)!lsetxattr(path, SENDER, peer->text, peer->len, 0);
}
