/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bad link between two network namespaces: packets are delayed, some are lost, some overtaken.
 *
 *     lossy_link NETNS_A NETNS_B DELAY_MS LOSS_PERMILLE SEED
 *
 * Makes a device tun0 in each namespace (names under /run/netns) and carries packets between them
 * until it is killed. What is lost and what comes late follows from SEED and the order of the
 * packets. Exits with 77 when the system has no such devices. (The kernel's own netem would do; it
 * is often left out of kernels.)
 */
#include "tests/support/xorshift.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define PACKET_MAX    2048
#define QUEUE_COUNT   4096 /* packets on their way in one queue; more are lost, as on a real link */
#define LATE_PERMILLE 20   /* packets that take three times as long, so that others overtake them */
#define NOT_ALLOWED   77

struct packet {
    uint64_t due_ns;
    size_t len;
    uint8_t bytes[PACKET_MAX];
};

/* Packets of one delay leave in the order in which they came. */
struct queue {
    struct packet packets[QUEUE_COUNT];
    size_t first;
    size_t count;
};

struct direction {
    int from_fd;
    int to_fd;
    struct queue prompt;
    struct queue late;
};

static struct direction directions[2];

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

/* Loss needs no better randomness, but the same for the same seed. */
static uint32_t permille(uint64_t *state)
{
    return (uint32_t)(xorshift64(state) % 1000);
}

static int open_tun(const char *netns)
{
    char path[256];
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    (void)snprintf(path, sizeof path, "/run/netns/%s", netns);
    int ns = open(path, O_RDONLY | O_CLOEXEC);
    if (ns < 0 || setns(ns, CLONE_NEWNET) != 0) {
        perror(path);
        exit(NOT_ALLOWED);
    }
    close(ns);
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    strcpy(request.ifr_name, "tun0");
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) != 0) {
        perror("/dev/net/tun");
        exit(NOT_ALLOWED);
    }
    return fd;
}

static void take_in(struct direction *d, uint64_t delay_ns, uint32_t loss, uint64_t *random)
{
    for (;;) {
        uint8_t bytes[PACKET_MAX];
        ssize_t len = read(d->from_fd, bytes, sizeof bytes);
        if (len <= 0)
            return;
        bool lost = permille(random) < loss;
        bool late = permille(random) < LATE_PERMILLE;
        struct queue *q = late ? &d->late : &d->prompt;
        if (lost || q->count == QUEUE_COUNT)
            continue;
        struct packet *p = &q->packets[(q->first + q->count++) % QUEUE_COUNT];
        p->due_ns = now_ns() + (late ? 3 * delay_ns : delay_ns);
        p->len = (size_t)len;
        memcpy(p->bytes, bytes, p->len);
    }
}

/* Delivers what is due; returns when the next packet is. */
static uint64_t deliver(struct queue *q, int to_fd, uint64_t next_ns)
{
    while (q->count > 0 && q->packets[q->first].due_ns <= now_ns()) {
        const struct packet *p = &q->packets[q->first];
        (void)!write(to_fd, p->bytes, p->len);
        q->first = (q->first + 1) % QUEUE_COUNT;
        q->count--;
    }
    if (q->count > 0 && q->packets[q->first].due_ns < next_ns)
        return q->packets[q->first].due_ns;
    return next_ns;
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        (void)fprintf(stderr, "usage: lossy_link NETNS_A NETNS_B DELAY_MS LOSS_PERMILLE SEED\n");
        return 2;
    }
    uint64_t delay_ns = strtoull(argv[3], NULL, 10) * 1000000U;
    uint32_t loss = (uint32_t)strtoul(argv[4], NULL, 10);
    uint64_t random = strtoull(argv[5], NULL, 10) * 2 + 1;
    int a = open_tun(argv[1]);
    int b = open_tun(argv[2]);
    directions[0].from_fd = directions[1].to_fd = a;
    directions[1].from_fd = directions[0].to_fd = b;
    (void)fprintf(stderr, "link up\n");
    for (;;) {
        struct pollfd fds[2] = {{.fd = a, .events = POLLIN}, {.fd = b, .events = POLLIN}};
        uint64_t next_ns = UINT64_MAX;
        for (int i = 0; i < 2; i++) {
            next_ns = deliver(&directions[i].prompt, directions[i].to_fd, next_ns);
            next_ns = deliver(&directions[i].late, directions[i].to_fd, next_ns);
        }
        uint64_t now = now_ns();
        uint64_t wait_ns = next_ns <= now ? 0 : next_ns == UINT64_MAX ? 1000000000U : next_ns - now;
        struct timespec wait = {.tv_sec = (time_t)(wait_ns / 1000000000U),
                                .tv_nsec = (long)(wait_ns % 1000000000U)};
        if (ppoll(fds, 2, &wait, NULL) < 0 && errno != EINTR)
            return 1;
        for (int i = 0; i < 2; i++)
            take_in(&directions[i], delay_ns, loss, &random);
    }
}
