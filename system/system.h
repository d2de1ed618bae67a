/* SPDX-License-Identifier: Apache-2.0 */
/* The system table: which processes exist, what each holds, and what happens when one ends. */
#ifndef INIT_SYSTEM_H
#define INIT_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

/* What the processes of every profile share; init makes those that a profile's grants name. */
enum system_endpoint {
    ENDPOINT_RNGD,
    ENDPOINT_NETSTACKD,
    ENDPOINT_KEYSTORED,
    ENDPOINT_STORED,
    ENDPOINT_BUS,           /* dsoftbusd's, for applications (proto/bus.h) */
    ENDPOINT_PRODUCT_COUNT, /* those behind are free for the tables of the tests */
    ENDPOINT_COUNT = 8,
};

enum system_notification {
    NOTIFICATION_INIT, /* init's own: deaths, and the gate */
    NOTIFICATION_RNGD,
    NOTIFICATION_NETSTACKD,
    NOTIFICATION_DSOFTBUSD,
    NOTIFICATION_STORED,
    NOTIFICATION_LOGD,
    NOTIFICATION_CLOCKD,
    NOTIFICATION_FILED,
    NOTIFICATION_PRODUCT_COUNT, /* those behind are free for the tables of the tests */
    NOTIFICATION_COUNT = 12,
    NOTIFICATION_NONE = NOTIFICATION_COUNT,
};

/* Memory that a device may still write to after its driver died. init keeps it for ever and gives
 * it to the restarted driver, which resets the device before it uses it. */
enum system_dma {
    DMA_RNGD,
    DMA_NETSTACKD,
    DMA_STORED,
    DMA_COUNT,
};

extern const uint64_t system_dma_len[DMA_COUNT]; /* bytes */

enum grant_kind {
    GRANT_ENDPOINT,
    GRANT_NOTIFICATION,
    GRANT_DMA,
    GRANT_DEVICE,
    GRANT_IRQ,
    GRANT_FILE,
    GRANT_SYSTEM,
    GRANT_PROCESS, /* one that the profile starts earlier, as it runs now */
    GRANT_KIND_COUNT,
};

/* One capability of one process. */
struct grant {
    enum grant_kind kind;
    uint32_t slot;    /* in the process's table, proto/slots.h */
    uint32_t object;  /* which endpoint, notification, DMA memory, device (ABI_DEVICE_*), process */
    uint32_t rights;  /* ABI_RIGHT_* */
    uint64_t badge;   /* endpoints: who calls; notifications: which bits; 0: none */
    const char *file; /* GRANT_FILE: name in the bundle */
};

/* What init does when a process ends. */
enum end_policy {
    END_LOGGED, /* one line unless it exited with 0; no restart */
    /* A service: one line, and the process is started again (restart.h), also when it hangs
     * (watchdog.h). When it cannot be kept up the machine reboots. */
    END_RESTART,
    END_POWERS_OFF, /* it was the purpose of the run: the machine goes off */
};

struct system_process {
    const char *name;
    const char *program; /* name in the bundle */
    uint32_t priority;
    uint32_t stack_pages;
    uint32_t page_quota;
    uint64_t arg;            /* of process_main() */
    uint32_t console_rights; /* ABI_RIGHT_*: WRITE to log, READ the log; 0: it has no console */
    enum end_policy end;
    /* Whom init tells of its death: bits of one notification, NOTIFICATION_NONE for nobody. */
    enum system_notification death_notification;
    uint64_t death_bits;
    const struct grant *grants;
    uint32_t grant_count;
};

/* Processes of one profile: bits of init's own notification name them. */
#define SYSTEM_PROCESS_COUNT_MAX 16
/* Whoever is granted NOTIFICATION_INIT with this badge can open the gate, and nothing else. */
#define SYSTEM_GATE_BITS ((uint64_t)1 << SYSTEM_PROCESS_COUNT_MAX)

struct system_profile {
    const char *name;
    const struct system_process *const *processes; /* in the order of their start */
    uint32_t process_count;
    /* Made like the others, but runs only when the gate opens; NULL: all run at once. */
    const struct system_process *gated;
};

/* The product (device.c). */
#define BADGE_NETSTACKD 1 /* to rngd */
#define BADGE_DSOFTBUSD 2 /* to netstackd, rngd and keystored */
#define BADGE_KEYSTORED 5 /* to rngd; the tests' clients are between */
#define OWNER_KEYSTORED 1 /* to stored: whose records, on every disk that there is */
#define OWNER_DSOFTBUSD 2
extern const struct system_process system_rngd;
extern const struct system_process system_netstackd;
extern const struct system_process system_keystored;
extern const struct system_process system_keystored_own; /* of a device that makes its own key */
extern const struct system_process system_stored;
extern const struct system_process system_dsoftbusd;
extern const struct system_process system_dsoftbusd_pairs; /* with a disk to keep whom */
/* Applications, each with the badge by which the bus knows the one name that it may publish; not 1,
 * whose bit of dsoftbusd's notification is netstackd's end. */
#define BADGE_LOGD   2
#define BADGE_CLOCKD 3
#define BADGE_FILED  4
extern const struct system_process system_logd;
extern const struct system_process system_clockd;
extern const struct system_process system_filed;

/* What this init can start: product.c, or the tables of the test images. */
extern const struct system_profile system_profiles[];
extern const uint32_t system_profile_count;

/* The profile that the bundle's file `profile` names; NULL when there is none such. */
const struct system_profile *system_find_profile(const char *name, uint64_t name_len);

#endif
