/* SPDX-License-Identifier: Apache-2.0 */
/* The product: its processes and what each holds, and no other. Priorities: drivers above the
 * servers that call them, servers above their clients; init (7) above all, so that every process is
 * started before any one runs. */
#include "system/system.h"

#include "abi/cap.h"
#include "abi/system.h"
#include "proto/key.h"
#include "proto/net.h"
#include "proto/slots.h"

#include <stddef.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Where the machine has the devices: virtio-mmio-bus.0, .1 and .2. */
#define DEVICE_NET (ABI_DEVICE_VIRTIO0 + 0)
#define DEVICE_RNG (ABI_DEVICE_VIRTIO0 + 1)
#define DEVICE_BLK (ABI_DEVICE_VIRTIO0 + 2)

#define RIGHTS_NOTIFICATION (ABI_RIGHT_RECV | ABI_RIGHT_SEND | ABI_RIGHT_MINT)
#define RIGHTS_DEVICE       (ABI_RIGHT_READ | ABI_RIGHT_WRITE)
#define RIGHTS_DMA          (ABI_RIGHT_READ | ABI_RIGHT_WRITE | ABI_RIGHT_DMA)

const uint64_t system_dma_len[DMA_COUNT] = {
    [DMA_RNGD] = 16 * 1024,
    [DMA_NETSTACKD] = 256 * 1024,
    [DMA_STORED] = 16 * 1024,
};

static const struct grant rngd_grants[] = {
    {GRANT_ENDPOINT, RNGD_SLOT_ENDPOINT, ENDPOINT_RNGD, ABI_RIGHT_RECV, 0, NULL},
    {GRANT_NOTIFICATION, RNGD_SLOT_NOTIFY, NOTIFICATION_RNGD, RIGHTS_NOTIFICATION, 0, NULL},
    {GRANT_DEVICE, RNGD_SLOT_DEVICE, DEVICE_RNG, RIGHTS_DEVICE, 0, NULL},
    {GRANT_IRQ, RNGD_SLOT_IRQ, DEVICE_RNG, ABI_RIGHT_MANAGE, 0, NULL},
    {GRANT_DMA, RNGD_SLOT_DMA, DMA_RNGD, RIGHTS_DMA, 0, NULL},
};

const struct system_process system_rngd = {
    .name = "rngd",
    .program = "rngd",
    .priority = 6,
    .stack_pages = 4,
    .page_quota = 64,
    .console_rights = ABI_RIGHT_WRITE,
    .end = END_RESTART,
    .death_notification = NOTIFICATION_NONE,
    .grants = rngd_grants,
    .grant_count = COUNT_OF(rngd_grants),
};

static const struct grant netstackd_grants[] = {
    {GRANT_ENDPOINT, NETSTACKD_SLOT_ENDPOINT, ENDPOINT_NETSTACKD, ABI_RIGHT_RECV, 0, NULL},
    {GRANT_NOTIFICATION, NETSTACKD_SLOT_NOTIFY, NOTIFICATION_NETSTACKD, RIGHTS_NOTIFICATION, 0,
     NULL},
    {GRANT_DEVICE, NETSTACKD_SLOT_DEVICE, DEVICE_NET, RIGHTS_DEVICE, 0, NULL},
    {GRANT_IRQ, NETSTACKD_SLOT_IRQ, DEVICE_NET, ABI_RIGHT_MANAGE, 0, NULL},
    {GRANT_DMA, NETSTACKD_SLOT_DMA, DMA_NETSTACKD, RIGHTS_DMA, 0, NULL},
    {GRANT_ENDPOINT, NETSTACKD_SLOT_RNG, ENDPOINT_RNGD, ABI_RIGHT_SEND, BADGE_NETSTACKD, NULL},
};

const struct system_process system_netstackd = {
    .name = "netstackd",
    .program = "netstackd",
    .priority = 5,
    .stack_pages = 8,
    .page_quota = 1024,
    .console_rights = ABI_RIGHT_WRITE,
    .arg = 0x0a00020f, /* its address on the wire: 10.0.2.15/24, the gateway is .2 */
    .end = END_RESTART,
    .death_notification = NOTIFICATION_DSOFTBUSD,
    .death_bits = DSOFTBUSD_DEATH_BITS,
    .grants = netstackd_grants,
    .grant_count = COUNT_OF(netstackd_grants),
};

/* Beside dsoftbusd, which waits for it: the network goes on while a key is multiplied. */
#define KEYSTORED_PRIORITY 4

static const struct grant keystored_grants[] = {
    {GRANT_ENDPOINT, KEYSTORED_SLOT_ENDPOINT, ENDPOINT_KEYSTORED, ABI_RIGHT_RECV, 0, NULL},
    {GRANT_FILE, KEYSTORED_SLOT_FILE, 0, ABI_RIGHT_READ, 0, "dsoftbusd.identity"},
};

const struct system_process system_keystored = {
    .name = "keystored",
    .program = "keystored",
    .priority = KEYSTORED_PRIORITY,
    .stack_pages = 2,
    .page_quota = 48,
    .console_rights = ABI_RIGHT_WRITE,
    .arg = KEY_MAY_ASK(BADGE_DSOFTBUSD),
    .end = END_RESTART,
    .death_notification = NOTIFICATION_NONE,
    .grants = keystored_grants,
    .grant_count = COUNT_OF(keystored_grants),
};

static const struct grant keystored_own_grants[] = {
    {GRANT_ENDPOINT, KEYSTORED_SLOT_ENDPOINT, ENDPOINT_KEYSTORED, ABI_RIGHT_RECV, 0, NULL},
    {GRANT_ENDPOINT, KEYSTORED_SLOT_STORE, ENDPOINT_STORED, ABI_RIGHT_SEND, OWNER_KEYSTORED, NULL},
    {GRANT_ENDPOINT, KEYSTORED_SLOT_RNG, ENDPOINT_RNGD, ABI_RIGHT_SEND, BADGE_KEYSTORED, NULL},
};

const struct system_process system_keystored_own = {
    .name = "keystored",
    .program = "keystored",
    .priority = KEYSTORED_PRIORITY,
    .stack_pages = 2,
    .page_quota = 48,
    .console_rights = ABI_RIGHT_WRITE,
    .arg = KEY_MAY_ASK(BADGE_DSOFTBUSD) | KEY_IS_OWN,
    .end = END_RESTART,
    .death_notification = NOTIFICATION_NONE,
    .grants = keystored_own_grants,
    .grant_count = COUNT_OF(keystored_own_grants),
};

static const struct grant stored_grants[] = {
    {GRANT_ENDPOINT, STORED_SLOT_ENDPOINT, ENDPOINT_STORED, ABI_RIGHT_RECV, 0, NULL},
    {GRANT_NOTIFICATION, STORED_SLOT_NOTIFY, NOTIFICATION_STORED, RIGHTS_NOTIFICATION, 0, NULL},
    {GRANT_DEVICE, STORED_SLOT_DEVICE, DEVICE_BLK, RIGHTS_DEVICE, 0, NULL},
    {GRANT_IRQ, STORED_SLOT_IRQ, DEVICE_BLK, ABI_RIGHT_MANAGE, 0, NULL},
    {GRANT_DMA, STORED_SLOT_DMA, DMA_STORED, RIGHTS_DMA, 0, NULL},
};

const struct system_process system_stored = {
    .name = "stored",
    .program = "stored",
    .priority = 6,
    .stack_pages = 4,
    .page_quota = 48,
    .console_rights = ABI_RIGHT_WRITE,
    .end = END_RESTART,
    .death_notification = NOTIFICATION_NONE,
    .grants = stored_grants,
    .grant_count = COUNT_OF(stored_grants),
};

static const struct grant dsoftbusd_grants[] = {
    {GRANT_ENDPOINT, CLIENT_SLOT_NET, ENDPOINT_NETSTACKD, ABI_RIGHT_SEND, BADGE_DSOFTBUSD, NULL},
    {GRANT_ENDPOINT, CLIENT_SLOT_RNG, ENDPOINT_RNGD, ABI_RIGHT_SEND, BADGE_DSOFTBUSD, NULL},
    {GRANT_NOTIFICATION, DSOFTBUSD_SLOT_NOTIFY, NOTIFICATION_DSOFTBUSD,
     RIGHTS_NOTIFICATION | ABI_RIGHT_GRANT, 0, NULL},
    {GRANT_ENDPOINT, DSOFTBUSD_SLOT_KEY, ENDPOINT_KEYSTORED, ABI_RIGHT_SEND, BADGE_DSOFTBUSD, NULL},
    {GRANT_ENDPOINT, DSOFTBUSD_SLOT_BUS, ENDPOINT_BUS, ABI_RIGHT_RECV, 0, NULL},
    {GRANT_FILE, DSOFTBUSD_SLOT_TRUST, 0, ABI_RIGHT_READ, 0, "dsoftbusd.trust"},
    {GRANT_FILE, DSOFTBUSD_SLOT_SERVICES, 0, ABI_RIGHT_READ, 0, "dsoftbusd.services"},
    {GRANT_FILE, DSOFTBUSD_SLOT_ATTESTATION, 0, ABI_RIGHT_READ, 0, "dsoftbusd.attestation"},
    /* Of one that pairs: */
    {GRANT_ENDPOINT, DSOFTBUSD_SLOT_STORE, ENDPOINT_STORED, ABI_RIGHT_SEND, OWNER_DSOFTBUSD, NULL},
    {GRANT_FILE, DSOFTBUSD_SLOT_CODE, 0, ABI_RIGHT_READ, 0, "pairing.code"},
};
#define PAIRING_GRANT_COUNT 2

#define DSOFTBUSD                                                                                  \
    .name = "dsoftbusd", .program = "dsoftbusd", .priority = 4, .stack_pages = 8,                  \
    .page_quota = 384, .console_rights = ABI_RIGHT_WRITE, .end = END_RESTART,                      \
    .death_notification = NOTIFICATION_NETSTACKD, .death_bits = SERVE_DEATH_MASK(BADGE_DSOFTBUSD), \
    .grants = dsoftbusd_grants

const struct system_process system_dsoftbusd = {
    DSOFTBUSD,
    .grant_count = COUNT_OF(dsoftbusd_grants) - PAIRING_GRANT_COUNT,
};

const struct system_process system_dsoftbusd_pairs = {
    DSOFTBUSD,
    .arg = DSOFTBUSD_PAIRS,
    .grant_count = COUNT_OF(dsoftbusd_grants),
};

/* --- applications ----------------------------------------------------------------------------- */

#define RIGHTS_APP_NOTIFICATION (ABI_RIGHT_RECV | ABI_RIGHT_SEND | ABI_RIGHT_GRANT)
/* What each holds: the bus, by its badge, and what the bus signals. */
#define APP_GRANTS(name)                                                                           \
    {GRANT_ENDPOINT, APP_SLOT_BUS, ENDPOINT_BUS, ABI_RIGHT_SEND, BADGE_##name, NULL},              \
    {                                                                                              \
        GRANT_NOTIFICATION, APP_SLOT_NOTIFY, NOTIFICATION_##name, RIGHTS_APP_NOTIFICATION, 1, NULL \
    }

static const struct grant logd_grants[] = {APP_GRANTS(LOGD)};

const struct system_process system_logd = {
    .name = "logd",
    .program = "logd",
    .priority = 3,
    .stack_pages = 2,
    .page_quota = 32,
    .console_rights = ABI_RIGHT_WRITE | ABI_RIGHT_READ, /* nobody else reads what all write */
    .end = END_RESTART,
    .death_notification = NOTIFICATION_DSOFTBUSD,
    .death_bits = SERVE_DEATH_MASK(BADGE_LOGD),
    .grants = logd_grants,
    .grant_count = COUNT_OF(logd_grants),
};

static const struct grant clockd_grants[] = {
    APP_GRANTS(CLOCKD),
    {GRANT_DEVICE, CLOCKD_SLOT_DEVICE, ABI_DEVICE_RTC, ABI_RIGHT_READ, 0, NULL},
};

const struct system_process system_clockd = {
    .name = "clockd",
    .program = "clockd",
    .priority = 3,
    .stack_pages = 2,
    .page_quota = 32,
    .console_rights = ABI_RIGHT_WRITE,
    .end = END_RESTART,
    .death_notification = NOTIFICATION_DSOFTBUSD,
    .death_bits = SERVE_DEATH_MASK(BADGE_CLOCKD),
    .grants = clockd_grants,
    .grant_count = COUNT_OF(clockd_grants),
};

static const struct grant filed_grants[] = {APP_GRANTS(FILED)};

const struct system_process system_filed = {
    .name = "filed",
    .program = "filed",
    .priority = 3,
    .stack_pages = 2,
    .page_quota = 192, /* 512 KiB of files */
    .console_rights = ABI_RIGHT_WRITE,
    .end = END_RESTART,
    .death_notification = NOTIFICATION_DSOFTBUSD,
    .death_bits = SERVE_DEATH_MASK(BADGE_FILED),
    .grants = filed_grants,
    .grant_count = COUNT_OF(filed_grants),
};
