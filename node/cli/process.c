/* SPDX-License-Identifier: Apache-2.0 */
/* fork and exec; what the child finds is what a shell would give it, but for the two pipes. */
#include "node/cli/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Pairs of descriptors; [0] is read, [1] is written. */
struct pipes {
    int in[2];
    int out[2];
    int fault[2]; /* the errno of exec; closed by an exec that works */
};

static void close_pair(const int pair[2])
{
    if (pair[0] >= 0)
        close(pair[0]);
    if (pair[1] >= 0)
        close(pair[1]);
}

static void close_pipes(const struct pipes *p)
{
    close_pair(p->in);
    close_pair(p->out);
    close_pair(p->fault);
}

static int open_pipes(struct pipes *p)
{
    *p = (struct pipes){{-1, -1}, {-1, -1}, {-1, -1}};
    if (pipe2(p->in, O_CLOEXEC) == 0 && pipe2(p->out, O_CLOEXEC) == 0 &&
        pipe2(p->fault, O_CLOEXEC) == 0 && fcntl(p->in[1], F_SETFL, O_NONBLOCK) == 0 &&
        fcntl(p->out[0], F_SETFL, O_NONBLOCK) == 0)
        return 0;
    int fault = errno;
    close_pipes(p);
    return fault;
}

static bool prepare(const struct pipes *p, pid_t parent, const char *peer, const char *service)
{
    sigset_t none;
    (void)sigemptyset(&none);
    (void)setsid();
    /* It does not outlive this process; should that be killed, its input may end a moment before.
     */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        return false;
    return signal(SIGPIPE, SIG_DFL) != SIG_ERR && signal(SIGXFSZ, SIG_DFL) != SIG_ERR &&
           sigprocmask(SIG_SETMASK, &none, NULL) == 0 && setenv("DSOFTBUS_PEER", peer, 1) == 0 &&
           setenv("DSOFTBUS_SERVICE", service, 1) == 0 && dup2(p->in[0], STDIN_FILENO) >= 0 &&
           dup2(p->out[1], STDOUT_FILENO) >= 0;
}

static void run_child(const struct pipes *p, pid_t parent, char **argv, const char *peer,
                      const char *service)
{
    if (prepare(p, parent, peer, service))
        (void)execvp(argv[0], argv);
    int fault = errno;
    (void)!write(p->fault[1], &fault, sizeof fault);
    _exit(127);
}

/* The child's exec worked when its end of this pipe closes without a word. */
static int exec_fault(const struct pipes *p)
{
    int fault = 0;
    ssize_t got;
    do
        got = read(p->fault[0], &fault, sizeof fault);
    while (got < 0 && errno == EINTR);
    return got == sizeof fault ? fault : 0;
}

int process_start(struct process *p, char **argv, const char *peer, const char *service)
{
    struct pipes pipes;
    pid_t parent = getpid();
    int fault = open_pipes(&pipes);
    if (fault != 0)
        return fault;
    p->pid = fork();
    if (p->pid == 0)
        run_child(&pipes, parent, argv, peer, service);
    fault = p->pid < 0 ? errno : 0;
    close(pipes.in[0]);
    close(pipes.out[1]);
    close(pipes.fault[1]);
    pipes.in[0] = pipes.out[1] = pipes.fault[1] = -1;
    if (fault == 0)
        fault = exec_fault(&pipes);
    if (fault != 0) {
        close_pipes(&pipes); /* a child that could not exec is reaped as any other */
        return fault;
    }
    close(pipes.fault[0]);
    p->in = pipes.in[1];
    p->out = pipes.out[0];
    return 0;
}

void process_signal(pid_t pid, int number)
{
    (void)kill(-pid, number);
}
