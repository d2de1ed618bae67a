# SPDX-License-Identifier: Apache-2.0
"""What a session costs a daemon: system calls, memory while it says nothing, and memory that it leaves behind. On a build
without sanitizers, which keep what was freed."""

import os
import resource
import subprocess
import time

from e2e import *

IN_A_ROW = int(os.environ.get("DSB_SESSIONS", "3000"))
AT_A_TIME = 32
# The pool of buffers, the heap's own tables: made once, by the first sessions.
WARM_UP = 1000
# Of resident memory, however many sessions there were: a page here and there. 3,000 sessions may leave 43 bytes each.
GROWTH_MAX_KIB = 128
IDLE = 10000
IDLE_SESSION_MAX = 2048  # bytes of resident memory for each
OTHER_DESCRIPTORS = 64
# Of a session: 1 accept4, 1 epoll_ctl, 3 recv, 3 send, 1 close. Half a call for the daemon's start and end. Left out is what a turn of the
# loop makes once, however many sessions have theirs in it: waiting, the accept4 that finds nobody, the log's write, and what is
# said with the key's process (the only socket of its kind here).
SESSION_CALLS_MAX = 9.5
COUNTING = """
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
static unsigned long count;
static unsigned long questions; /* to the key's process, of 16 points each */
static int is_of_key(int fd)
{
    int type = 0, kept = errno;
    socklen_t len = sizeof type;
    int failed = (int)syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &type, &len);
    errno = kept;
    return failed == 0 && type == SOCK_SEQPACKET;
}
#define FIRST(first, ...) ((int)(long)(first))
#define COUNTED(type, name, params, ...)                              \\
    type name params                                                  \\
    {                                                                 \\
        static type(*next) params;                                    \\
        if (next == NULL)                                             \\
            *(void **)&next = dlsym(RTLD_NEXT, #name);                \\
        type result = next(__VA_ARGS__);                              \\
        count += (result >= 0 || errno != EAGAIN) && !is_of_key(FIRST(__VA_ARGS__, 0)); \\
        return result;                                                \\
    }
COUNTED(ssize_t, recv, (int fd, void *b, size_t n, int f), fd, b, n, f)
COUNTED(ssize_t, send, (int fd, const void *b, size_t n, int f), fd, b, (questions += n == 8 + 16 * 32, n), f)
COUNTED(int, accept4, (int fd, struct sockaddr *a, socklen_t *n, int f), fd, a, n, f)
COUNTED(int, setsockopt, (int fd, int l, int o, const void *v, socklen_t n), fd, l, o, v, n)
COUNTED(int, getsockopt, (int fd, int l, int o, void *v, socklen_t *n), fd, l, o, v, n)
COUNTED(int, epoll_ctl, (int e, int op, int fd, struct epoll_event *v), e, op, fd, v)
COUNTED(int, ioctl, (int fd, unsigned long r, void *v), fd, r, v)
COUNTED(int, close, (int fd), fd)
COUNTED(ssize_t, getrandom, (void *b, size_t n, unsigned f), b, n, f)
__attribute__((destructor)) static void tell(void)
{
    fprintf(stderr, "calls %lu, questions %lu\\n", count, questions);
}
"""


def messages_that_wait(port):
    """Connections to the port, accepted or not, on which a whole first message has come and was not read."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table][1:]
    return sum(row[1].endswith(f":{port:04X}") and row[4].endswith(f":{50:08X}") for row in rows)


class Memory(TestCase):
    def settled_kib(self, daemon):
        """Resident memory when every session is over."""
        end = time.monotonic() + PATIENCE
        while True:
            counters = daemon.status()
            if counters["sessions"] == "0" and counters["half-open"] == "0" or time.monotonic() > end:
                self.assertEqual((counters["sessions"], counters["half-open"], counters["buffers-in-use"]), ("0",) * 3)
                return int(counters["resident-kib"])
            time.sleep(0.05)

    def churn(self, alpha, daemon, count):
        subprocess.run([f"{TOOLS}/churn", alpha.dir, daemon.device.id, daemon.at, str(count), str(AT_A_TIME)], check=True)

    def test_a_session_takes_few_system_calls(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta, prefix=self.preloaded(COUNTING))
        self.churn(alpha, daemon, WARM_UP)
        self.assertEqual(daemon.terminate(), EXIT_OK)
        calls = int(daemon.wait_line(r"^calls (\d+),").group(1)) / WARM_UP
        self.assertGreater(calls, 8)  # or they were not counted
        self.assertLess(calls, SESSION_CALLS_MAX)
        print(f"{calls:.1f} system calls a session")

    def test_the_key_is_asked_once_for_all_that_wait(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta, prefix=self.preloaded(COUNTING))
        with frozen(daemon):
            churn = self.started(Process([f"{TOOLS}/churn", alpha.dir, beta.id, daemon.at, "32", "32"]))
            end = time.monotonic() + PATIENCE
            while messages_that_wait(daemon.port) < 32 and time.monotonic() < end:
                time.sleep(0.01)
        self.assertEqual(churn.wait(), 0, churn.text())
        self.assertEqual(daemon.terminate(), EXIT_OK)
        self.assertEqual(daemon.wait_line(r"questions (\d+)$").group(1), "2")

    def test_sessions_in_a_row_leave_nothing(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta)
        self.churn(alpha, daemon, WARM_UP)
        before = self.settled_kib(daemon)
        self.churn(alpha, daemon, IN_A_ROW)
        growth = self.settled_kib(daemon) - before
        self.assertEqual(daemon.status()["ended-clean"], str(WARM_UP + IN_A_ROW))
        self.assertLessEqual(growth, GROWTH_MAX_KIB)
        self.assertEqual(daemon.terminate(), EXIT_OK)
        print(f"{IN_A_ROW} sessions in a row: {growth} KiB more than before them, of {before}")

    def test_idle_sessions_cost_little(self):
        if resource.getrlimit(resource.RLIMIT_NOFILE)[1] * 3 // 4 < IDLE + OTHER_DESCRIPTORS + 256:
            self.skipTest(f"the limit of descriptors does not allow {IDLE} sessions")
        alpha, beta = self.pair()
        daemon = self.daemon(beta, "--sessions", str(IDLE), "--peer-sessions", str(IDLE))
        self.churn(alpha, daemon, 1)
        before = self.settled_kib(daemon)
        swarm = self.started(Process([f"{TOOLS}/swarm", alpha.dir, beta.id, daemon.at, str(IDLE), "2"],
                                     stdin=subprocess.PIPE))
        lines = iter(swarm.popen.stdout.readline, b"")
        self.assertIn(b"idle\n", lines, swarm.text())
        counters = daemon.status()
        self.assertEqual((counters["sessions"], counters["buffers-in-use"]), (str(IDLE), "0"))
        each = (int(counters["resident-kib"]) - before) * 1024 / IDLE
        self.assertLess(each, IDLE_SESSION_MAX)
        swarm.popen.stdin.close()
        swarm.popen.stdin = None
        self.assertEqual(next(lines), f"closed {IDLE}\n".encode(), swarm.text())
        self.assertEqual(swarm.wait(), 0, swarm.text())
        self.settled_kib(daemon)
        self.assertEqual(daemon.terminate(), EXIT_OK)
        print(f"{IDLE} idle sessions: {each:.0f} bytes resident each")


if __name__ == "__main__":
    main()
