/* SPDX-License-Identifier: Apache-2.0 */
/* The lists. A call that the running system's architecture lacks is no rule there. */
#include "node/base/filter.h"

#include "node/base/filter_extra.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the tests of the daemon were seen to need (strace), and what the C library takes in its
 * place on other machines. Nothing here starts a program, looks into a process, or changes who it
 * is. */
static const char *const daemon_calls[] = {
    /* bytes */
    "read",
    "readv",
    "pread64",
    "preadv",
    "write",
    "writev",
    "pwrite64",
    "pwritev",
    "recvfrom",
    "recvmsg",
    "recvmmsg",
    "sendto",
    "sendmsg",
    "sendmmsg",
    "getrandom",
    /* waiting */
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "poll",
    "ppoll",
    "futex",
    "restart_syscall",
    "nanosleep",
    "clock_nanosleep",
    "sched_yield",
    "inotify_rm_watch",
    /* sockets, beside those of `families` */
    "accept",
    "accept4",
    "bind",
    "connect",
    "getpeername",
    "getsockname",
    "getsockopt",
    "listen",
    "setsockopt",
    "shutdown",
    "socketpair",
    /* files: its directory, the inbox, /proc/self, the time zone */
    "access",
    "close",
    "faccessat",
    "faccessat2",
    "fchmod",
    "fcntl",
    "fcntl64",
    "fdatasync",
    "fgetxattr",
    "flock",
    "fstat",
    "fstat64",
    "fstatat64",
    "fstatfs",
    "fsync",
    "ftruncate",
    "getdents64",
    "linkat",
    "lseek",
    "_llseek",
    "lsetxattr",
    "mkdirat",
    "newfstatat",
    "open",
    "openat",
    "rename",
    "renameat",
    "renameat2",
    "stat",
    "statx",
    "umask",
    "unlink",
    "unlinkat",
    /* memory and threads */
    "brk",
    "exit",
    "exit_group",
    "madvise",
    "mlock",
    "mremap",
    "munmap",
    "rseq",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sched_getaffinity",
    "set_robust_list",
    "sysinfo",
    /* what is asked */
    "clock_gettime",
    "getegid",
    "geteuid",
    "getgid",
    "getpid",
    "gettid",
    "gettimeofday",
    "getuid",
    NULL,
};

static const int families[] = {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK /* the own subnets */};

/* Of a socket; names of network interfaces. */
static const unsigned long controls[] = {FIONBIO, FIONREAD, FIOCLEX, SIOCGIFNAME, SIOCGIFINDEX};

static struct scmp_arg_cmp equals(unsigned argument, scmp_datum_t value)
{
    return (struct scmp_arg_cmp){.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value};
}

static bool allow_if(scmp_filter_ctx filter, int number, struct scmp_arg_cmp condition)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1, condition) == 0;
}

static bool allow(scmp_filter_ctx filter, const char *const *names)
{
    for (; *names != NULL; names++) {
        int number = seccomp_syscall_resolve_name(*names);
        if (number == __NR_SCMP_ERROR || seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0) != 0)
            return false;
    }
    return true;
}

static bool allow_key(scmp_filter_ctx filter)
{
    static const char *const the_end[] = {"exit_group", NULL};
    return allow_if(filter, SCMP_SYS(read), equals(0, FILTER_KEY_FD)) &&
           allow_if(filter, SCMP_SYS(write), equals(0, FILTER_KEY_FD)) && allow(filter, the_end);
}

/* Threads, no processes: what clone3 is asked for cannot be looked at, and the C library takes
 * clone where there is none. */
static bool allow_threads(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
           allow_if(filter, SCMP_SYS(clone),
                    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)) &&
           allow_if(filter, SCMP_SYS(prlimit64), equals(0, 0)) &&
           allow_if(filter, SCMP_SYS(tgkill), equals(0, (scmp_datum_t)getpid()));
}

/* What is written to is never run. */
static bool allow_memory(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp no_code = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    return allow_if(filter, SCMP_SYS(mmap), no_code) &&
           allow_if(filter, SCMP_SYS(mmap2), no_code) &&
           allow_if(filter, SCMP_SYS(mprotect), no_code);
}

static bool allow_daemon(scmp_filter_ctx filter)
{
    bool ok = allow_threads(filter) && allow_memory(filter) && allow(filter, daemon_calls) &&
              allow(filter, filter_extra_daemon);
    for (size_t i = 0; ok && i < sizeof families / sizeof families[0]; i++)
        ok = allow_if(filter, SCMP_SYS(socket), equals(0, (scmp_datum_t)families[i]));
    for (size_t i = 0; ok && i < sizeof controls / sizeof controls[0]; i++)
        ok = allow_if(filter, SCMP_SYS(ioctl), equals(1, controls[i]));
    return ok;
}

enum filter_result filter_install(enum filter_kind kind)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    bool ok = filter != NULL && seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
              seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 &&
              (kind == FILTER_KEY ? allow_key(filter) : allow_daemon(filter)) &&
              seccomp_load(filter) == 0;
    if (filter != NULL)
        seccomp_release(filter);
    return ok ? FILTER_ON : FILTER_REFUSED;
}
