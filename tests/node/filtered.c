/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shuts itself in like the daemon or like the key's process, then makes one system call.
 *
 *     filtered key|daemon CALL        exit 0: it was let; 77: there is no filter
 */
#include "node/base/filter.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *nothing(void *ctx)
{
    return ctx;
}

static void make_thread(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, nothing, NULL) != 0 || pthread_join(thread, NULL) != 0)
        _exit(1);
}

static void *page; /* made before */

static void make_call(const char *name)
{
    static char byte;
    static char program[] = "true";
    static char *argv[] = {program, NULL};
#define CALL(text, what)                                                                           \
    if (strcmp(name, text) == 0) {                                                                 \
        (void)!(what);                                                                             \
        return;                                                                                    \
    }
    CALL("read", read(FILTER_KEY_FD, &byte, 0))
    CALL("write", write(FILTER_KEY_FD, &byte, 0))
    CALL("thread", (make_thread(), 0))
    CALL("socket", socket(AF_INET, SOCK_STREAM, 0))
    CALL("openat", open("/dev/null", O_RDONLY))
    CALL("mprotect", mprotect(page, 4096, PROT_READ))
    CALL("read-other", read(1, &byte, 0))
    CALL("write-other", write(2, &byte, 0))
    CALL("execve", execv("/bin/true", argv))
    CALL("execveat", syscall(SYS_execveat, AT_FDCWD, "/bin/true", argv, NULL, 0))
    CALL("fork", syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0))
    CALL("ptrace", ptrace(PTRACE_TRACEME, 0, 0, 0))
    CALL("process_vm_readv", syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0))
    CALL("kill", kill(getpid(), 0))
    CALL("tgkill-other", syscall(SYS_tgkill, 1, 1, 0))
    CALL("setuid", syscall(SYS_setuid, 0))
    CALL("capset", syscall(SYS_capset, NULL, NULL))
    CALL("prctl", prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
    CALL("prlimit-other", syscall(SYS_prlimit64, 1, 0, NULL, NULL))
    CALL("socket-packet", socket(AF_PACKET, SOCK_RAW, 0))
    CALL("terminal", ioctl(0, TIOCSTI, &byte))
    CALL("mmap-code", mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
    CALL("mprotect-code", mprotect(page, 4096, PROT_READ | PROT_EXEC))
    CALL("chroot", chroot("/"))
    CALL("unshare", unshare(0))
    CALL("bpf", syscall(SYS_bpf, 0, NULL, 0))
    CALL("keyctl", syscall(SYS_keyctl, 0, 0))
    CALL("io_uring_setup", syscall(SYS_io_uring_setup, 1, NULL))
    _exit(2);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    enum filter_result result =
        filter_install(strcmp(argv[1], "key") == 0 ? FILTER_KEY : FILTER_DAEMON);
    if (result != FILTER_ON)
        return 77;
    make_call(argv[2]);
    syscall(SYS_exit_group, 0); /* a sanitizer would look for leaks first */
}
