/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the test images: the product's processes (system/device.c) beside programs that try
 * them, or programs that try the kernel. None of this is in a product image. */
#include "system/system.h"

#include "abi/cap.h"
#include "abi/system.h"
#include "proto/net.h"
#include "proto/store.h"
#include "tests/os/example/uptime.h"
#include "tests/os/system/modes.h"
#include "tests/os/system/slots.h"

#include <stddef.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Callers of netstackd beside the product's own. */
#define BADGE_CLIENT   3
#define BADGE_NET_TEST 4

/* --- selftest-client ------------------------------------------------------------------------- */

/* What every selftest-client holds. */
#define CLIENT_GRANTS                                                                              \
    {GRANT_ENDPOINT, CLIENT_SLOT_NET, ENDPOINT_NETSTACKD, ABI_RIGHT_SEND, BADGE_CLIENT, NULL},     \
        {GRANT_ENDPOINT, CLIENT_SLOT_RNG, ENDPOINT_RNGD, ABI_RIGHT_SEND, BADGE_CLIENT, NULL},      \
        {GRANT_FILE, CLIENT_SLOT_FILE, 0, ABI_RIGHT_READ, 0, "client.identity"},                   \
    {                                                                                              \
        GRANT_FILE, CLIENT_SLOT_FILE + 1, 0, ABI_RIGHT_READ, 0, "client.trust"                     \
    }

static const struct grant client_grants[] = {CLIENT_GRANTS};

/* Looks at the network before it lets dsoftbusd run: a broken network then shows as the network's
 * own missing marker. */
static const struct grant gatekeeper_grants[] = {
    CLIENT_GRANTS,
    {GRANT_NOTIFICATION, CLIENT_SLOT_GATE, NOTIFICATION_INIT, ABI_RIGHT_SEND, SYSTEM_GATE_BITS,
     NULL},
};

/* Whom on the host it dials. */
static const struct grant host_peer_grants[] = {
    CLIENT_GRANTS,
    {GRANT_FILE, CLIENT_SLOT_FILE + 2, 0, ABI_RIGHT_READ, 0, "host.peer"},
};

/* Ends netstackd. */
static const struct grant restart_grants[] = {
    CLIENT_GRANTS,
    {GRANT_PROCESS, RESTART_SLOT_NETSTACKD, 1, ABI_RIGHT_MANAGE, 0, NULL},
};

/* Asks keystored, which does not know its badge. */
static const struct grant key_grants[] = {
    CLIENT_GRANTS,
    {GRANT_ENDPOINT, KEYTEST_SLOT_KEY, ENDPOINT_KEYSTORED, ABI_RIGHT_SEND, BADGE_CLIENT, NULL},
};

/* One entry for each thing that it is asked to do; the argument and the files differ. */
#define SELFTEST_CLIENT(mode, grant_array)                                                         \
    {                                                                                              \
        .name = "selftest-client", .program = "selftest-client", .priority = 3, .stack_pages = 8,  \
        .page_quota = 128, .console_rights = ABI_RIGHT_WRITE, .arg = (mode),                       \
        .end = END_POWERS_OFF, .death_notification = NOTIFICATION_NETSTACKD,                       \
        .death_bits = SERVE_DEATH_MASK(BADGE_CLIENT), .grants = (grant_array),                     \
        .grant_count = COUNT_OF(grant_array),                                                      \
    }

static const struct system_process client_all = SELFTEST_CLIENT(SELFTEST_ALL, gatekeeper_grants);
static const struct system_process client_refused =
    SELFTEST_CLIENT(SELFTEST_REFUSED, client_grants);
static const struct system_process client_no_rng = SELFTEST_CLIENT(SELFTEST_NO_RNG, client_grants);
static const struct system_process client_local =
    SELFTEST_CLIENT(SELFTEST_LOCAL, gatekeeper_grants);
static const struct system_process client_host_peer =
    SELFTEST_CLIENT(SELFTEST_HOST_PEER, host_peer_grants);
static const struct system_process client_restart =
    SELFTEST_CLIENT(SELFTEST_RESTART, restart_grants);
static const struct system_process client_rekey = SELFTEST_CLIENT(SELFTEST_REKEY, client_grants);
static const struct system_process client_wire = SELFTEST_CLIENT(SELFTEST_WIRE, client_grants);
static const struct system_process client_key = SELFTEST_CLIENT(SELFTEST_KEY, key_grants);
static const struct system_process client_bus = SELFTEST_CLIENT(SELFTEST_BUS, client_grants);
static const struct system_process client_hang = SELFTEST_CLIENT(SELFTEST_HANG, client_grants);

/* --- test programs --------------------------------------------------------------------------- */

/* net-test makes further clients, kills them, and kills netstackd. */
static const struct grant net_test_grants[] = {
    {GRANT_ENDPOINT, CLIENT_SLOT_NET, ENDPOINT_NETSTACKD, ABI_RIGHT_SEND, BADGE_NET_TEST, NULL},
    {GRANT_ENDPOINT, CLIENT_SLOT_RNG, ENDPOINT_RNGD, ABI_RIGHT_SEND, BADGE_NET_TEST, NULL},
    {GRANT_SYSTEM, NETTEST_SLOT_SYSTEM, 0, ABI_RIGHT_MANAGE, 0, NULL},
    {GRANT_ENDPOINT, NETTEST_SLOT_ENDPOINT, ENDPOINT_NETSTACKD,
     ABI_RIGHT_SEND | ABI_RIGHT_MINT | ABI_RIGHT_GRANT, 0, NULL},
    {GRANT_NOTIFICATION, NETTEST_SLOT_DEATHS, NOTIFICATION_NETSTACKD,
     ABI_RIGHT_SEND | ABI_RIGHT_MINT, 0, NULL},
    {GRANT_PROCESS, NETTEST_SLOT_NETSTACKD, 1, ABI_RIGHT_MANAGE | ABI_RIGHT_READ, 0, NULL},
    {GRANT_FILE, NETTEST_SLOT_HELPER_FILE, 0, ABI_RIGHT_READ, 0, "net-helper"},
};

/* net-test, in one of its modes. */
#define NET_TEST(mode)                                                                             \
    {                                                                                              \
        .name = "net-test", .program = "net-test", .priority = 3, .stack_pages = 8,                \
        .page_quota = 256, .console_rights = ABI_RIGHTS_ALL, .arg = (mode), .end = END_POWERS_OFF, \
        .death_notification = NOTIFICATION_NETSTACKD,                                              \
        .death_bits = SERVE_DEATH_MASK(BADGE_NET_TEST), .grants = net_test_grants,                 \
        .grant_count = COUNT_OF(net_test_grants),                                                  \
    }

static const struct system_process net_test = NET_TEST(NET_TEST_ALL);
static const struct system_process net_echo = NET_TEST(NET_TEST_ECHO);
static const struct system_process net_bench = NET_TEST(NET_TEST_BENCH);

/* A service that dies at every start. */
static const struct system_process crasher = {
    .name = "crasher",
    .program = "crasher",
    .priority = 5,
    .stack_pages = 1,
    .page_quota = 16,
    .console_rights = ABI_RIGHT_WRITE,
    .end = END_RESTART,
    .death_notification = NOTIFICATION_NONE,
};

/* The worked example of CONTRIBUTING.md: a service and who calls it. */
#define ENDPOINT_UPTIMED    ENDPOINT_PRODUCT_COUNT
#define BADGE_UPTIME_CLIENT 1

static const struct grant uptimed_grants[] = {
    {GRANT_ENDPOINT, UPTIMED_SLOT_ENDPOINT, ENDPOINT_UPTIMED, ABI_RIGHT_RECV, 0, NULL},
};

static const struct system_process uptimed = {
    .name = "uptimed",
    .program = "uptimed",
    .priority = 5,
    .stack_pages = 2,
    .page_quota = 32,
    .console_rights = ABI_RIGHT_WRITE,
    .end = END_RESTART,
    .death_notification = NOTIFICATION_NONE,
    .grants = uptimed_grants,
    .grant_count = COUNT_OF(uptimed_grants),
};

static const struct grant uptime_client_grants[] = {
    {GRANT_ENDPOINT, CLIENT_SLOT_UPTIME, ENDPOINT_UPTIMED, ABI_RIGHT_SEND, BADGE_UPTIME_CLIENT,
     NULL},
};

static const struct system_process uptime_client = {
    .name = "uptime-client",
    .program = "uptime-client",
    .priority = 4,
    .stack_pages = 2,
    .page_quota = 32,
    .console_rights = ABI_RIGHT_WRITE,
    .end = END_POWERS_OFF,
    .death_notification = NOTIFICATION_NONE,
    .grants = uptime_client_grants,
    .grant_count = COUNT_OF(uptime_client_grants),
};

/* Two owners of records: one that keeps some, and one that must see nothing of them. */
#define STORE_CLIENT_GRANT(badge)                                                                  \
    {                                                                                              \
        GRANT_ENDPOINT, CLIENT_SLOT_STORE + (badge)-1, ENDPOINT_STORED, ABI_RIGHT_SEND, (badge),   \
            NULL                                                                                   \
    }

static const struct grant store_client_grants[] = {STORE_CLIENT_GRANT(1), STORE_CLIENT_GRANT(2),
                                                   STORE_CLIENT_GRANT(STORE_OWNERS_MAX + 1)};

static const struct system_process store_client = {
    .name = "store-client",
    .program = "store-client",
    .priority = 4,
    .stack_pages = 8,
    .page_quota = 64,
    .console_rights = ABI_RIGHT_WRITE,
    .end = END_POWERS_OFF,
    .death_notification = NOTIFICATION_NONE,
    .grants = store_client_grants,
    .grant_count = COUNT_OF(store_client_grants),
};

/* Applications beside a stand-in for dsoftbusd, whose peers are its own (tests/os/apps). */

static const struct grant bus_peer_grants[] = {
    {GRANT_ENDPOINT, BUSPEER_SLOT_ENDPOINT, ENDPOINT_BUS, ABI_RIGHT_RECV, 0, NULL},
    {GRANT_NOTIFICATION, BUSPEER_SLOT_NOTIFY, NOTIFICATION_DSOFTBUSD, ABI_RIGHT_RECV, 0, NULL},
};

static const struct system_process bus_peer = {
    .name = "bus-peer",
    .program = "bus-peer",
    .priority = 4,
    .stack_pages = 4,
    .page_quota = 64,
    .console_rights = ABI_RIGHT_WRITE,
    .end = END_POWERS_OFF,
    .death_notification = NOTIFICATION_NONE,
    .grants = bus_peer_grants,
    .grant_count = COUNT_OF(bus_peer_grants),
};

/* Applications of the tests: what each holds, by a badge that dsoftbusd.services names. */
#define APPLICATION(program_name, badge, notification)                                             \
    static const struct grant program_name##_grants[] = {                                          \
        {GRANT_ENDPOINT, APP_SLOT_BUS, ENDPOINT_BUS, ABI_RIGHT_SEND, (badge), NULL},               \
        {GRANT_NOTIFICATION, APP_SLOT_NOTIFY, (notification),                                      \
         ABI_RIGHT_RECV | ABI_RIGHT_SEND | ABI_RIGHT_GRANT, 1, NULL},                              \
    };                                                                                             \
    static const struct system_process program_name = {                                            \
        .name = #program_name,                                                                     \
        .program = #program_name,                                                                  \
        .priority = 3,                                                                             \
        .stack_pages = 2,                                                                          \
        .page_quota = 32,                                                                          \
        .console_rights = ABI_RIGHT_WRITE,                                                         \
        .end = END_RESTART,                                                                        \
        .death_notification = NOTIFICATION_DSOFTBUSD,                                              \
        .death_bits = SERVE_DEATH_MASK(badge),                                                     \
        .grants = program_name##_grants,                                                           \
        .grant_count = COUNT_OF(program_name##_grants),                                            \
    }

/* Each beside others: the worked example of CONTRIBUTING.md, and one that reaches other devices. */
#define BADGE_TEST_APP 5
APPLICATION(echo, BADGE_TEST_APP, NOTIFICATION_PRODUCT_COUNT);
APPLICATION(relay, BADGE_TEST_APP, NOTIFICATION_PRODUCT_COUNT);

/* The kernel's tests and benchmark supervise processes of their own. */
#define DEVICE_UNUSED (ABI_DEVICE_VIRTIO0 + 7)

static const struct grant kernel_test_grants[] = {
    {GRANT_SYSTEM, KTEST_SLOT_SYSTEM, 0, ABI_RIGHTS_ALL, 0, NULL},
    {GRANT_DEVICE, KTEST_SLOT_RTC, ABI_DEVICE_RTC, ABI_RIGHTS_ALL, 0, NULL},
    {GRANT_IRQ, KTEST_SLOT_RTC_IRQ, ABI_DEVICE_RTC, ABI_RIGHTS_ALL, 0, NULL},
    {GRANT_DEVICE, KTEST_SLOT_DEVICE, DEVICE_UNUSED, ABI_RIGHTS_ALL, 0, NULL},
    {GRANT_IRQ, KTEST_SLOT_DEVICE_IRQ, DEVICE_UNUSED, ABI_RIGHTS_ALL, 0, NULL},
    {GRANT_FILE, KTEST_SLOT_HELPER_FILE, 0, ABI_RIGHTS_ALL, 0, "kernel-helper"},
    {GRANT_FILE, KTEST_SLOT_FUZZ_FILE, 0, ABI_RIGHTS_ALL, 0, "kernel-fuzz"},
};

static const struct system_process kernel_test = {
    .name = "kernel-test",
    .program = "kernel-test",
    .priority = 5,
    .stack_pages = 16,
    .page_quota = 6000,
    .console_rights = ABI_RIGHTS_ALL,
    .end = END_POWERS_OFF,
    .death_notification = NOTIFICATION_NONE,
    .grants = kernel_test_grants,
    .grant_count = COUNT_OF(kernel_test_grants),
};

static const struct grant kernel_bench_grants[] = {
    {GRANT_SYSTEM, KTEST_SLOT_SYSTEM, 0, ABI_RIGHTS_ALL, 0, NULL},
    {GRANT_FILE, KTEST_SLOT_HELPER_FILE, 0, ABI_RIGHTS_ALL, 0, "kernel-bench-peer"},
    {GRANT_FILE, KTEST_SLOT_FUZZ_FILE, 0, ABI_RIGHTS_ALL, 0, "kernel-bench-client"},
};

static const struct system_process kernel_bench = {
    .name = "kernel-bench",
    .program = "kernel-bench",
    /* It starts peers of 6. */
    .priority = 6,
    .stack_pages = 4,
    .page_quota = 64,
    .console_rights = ABI_RIGHTS_ALL,
    .end = END_POWERS_OFF,
    .death_notification = NOTIFICATION_NONE,
    .grants = kernel_bench_grants,
    .grant_count = COUNT_OF(kernel_bench_grants),
};

/* --- profiles -------------------------------------------------------------------------------- */

static const struct system_process *const net_processes[] = {&system_rngd, &system_netstackd,
                                                             &net_test};
static const struct system_process *const net_echo_processes[] = {&system_rngd, &system_netstackd,
                                                                  &net_echo};
static const struct system_process *const net_bench_processes[] = {&system_rngd, &system_netstackd,
                                                                   &net_bench};
static const struct system_process *const kernel_processes[] = {&kernel_test};
static const struct system_process *const bench_kernel_processes[] = {&kernel_bench};

static const struct system_process *const example_processes[] = {&uptimed, &uptime_client};

static const struct system_process *const apps_processes[] = {&bus_peer, &system_logd,
                                                              &system_clockd, &system_filed, &echo};
static const struct system_process *const store_processes[] = {&system_stored, &store_client};

static const struct system_process *const restart_limit_processes[] = {&crasher};

/* What every image with sessions runs; the last process is the one that the profile is about. */
#define SESSION_PROCESSES(client)                                                                  \
    {                                                                                              \
        &system_rngd, &system_netstackd, &system_keystored, &system_dsoftbusd, (client)            \
    }
#define SESSION_PROCESS_COUNT 5

static const struct system_process *const all[] = SESSION_PROCESSES(&client_all);
static const struct system_process *const refused[] = SESSION_PROCESSES(&client_refused);
static const struct system_process *const no_rng[] = SESSION_PROCESSES(&client_no_rng);
static const struct system_process *const local[] = SESSION_PROCESSES(&client_local);
static const struct system_process *const host_peer[] = SESSION_PROCESSES(&client_host_peer);
static const struct system_process *const restart[] = SESSION_PROCESSES(&client_restart);
static const struct system_process *const rekey[] = SESSION_PROCESSES(&client_rekey);
static const struct system_process *const watchdog[] = SESSION_PROCESSES(&client_hang);
static const struct system_process *const key_restart[] = SESSION_PROCESSES(&client_key);
static const struct system_process *const bus_inside[] = {
    &system_rngd, &system_netstackd, &system_keystored, &system_dsoftbusd,
    &system_logd, &system_clockd,    &system_filed,     &client_bus};
static const struct system_process *const bus[] = {
    &system_rngd, &system_netstackd, &system_keystored, &system_dsoftbusd,
    &system_logd, &system_clockd,    &system_filed,     &relay};
static const struct system_process *const hostile_wire[] = SESSION_PROCESSES(&client_wire);

const struct system_profile system_profiles[] = {
    {"default", all, SESSION_PROCESS_COUNT, &system_dsoftbusd},
    {"no-trust", refused, SESSION_PROCESS_COUNT, NULL},
    {"wrong-trust", refused, SESSION_PROCESS_COUNT, NULL},
    {"empty-trust", refused, SESSION_PROCESS_COUNT, NULL},
    {"no-rng", no_rng, SESSION_PROCESS_COUNT, NULL},
    {"rekey", rekey, SESSION_PROCESS_COUNT, NULL},
    {"deterministic", local, SESSION_PROCESS_COUNT, &system_dsoftbusd},
    {"hostile-wire", hostile_wire, SESSION_PROCESS_COUNT, NULL},
    {"host-peer", host_peer, SESSION_PROCESS_COUNT, NULL},
    {"restart", restart, SESSION_PROCESS_COUNT, NULL},
    {"key-restart", key_restart, SESSION_PROCESS_COUNT, NULL},
    {"bus-inside", bus_inside, COUNT_OF(bus_inside), NULL},
    {"bus", bus, COUNT_OF(bus), NULL},
    {"watchdog", watchdog, COUNT_OF(watchdog), NULL},
    {"restart-limit", restart_limit_processes, COUNT_OF(restart_limit_processes), NULL},
    {"net", net_processes, COUNT_OF(net_processes), NULL},
    {"net-echo", net_echo_processes, COUNT_OF(net_echo_processes), NULL},
    {"net-bench", net_bench_processes, COUNT_OF(net_bench_processes), NULL},
    {"example", example_processes, COUNT_OF(example_processes), NULL},
    {"apps", apps_processes, COUNT_OF(apps_processes), NULL},
    {"store", store_processes, COUNT_OF(store_processes), NULL},
    {"kernel", kernel_processes, COUNT_OF(kernel_processes), NULL},
    {"bench-kernel", bench_kernel_processes, COUNT_OF(bench_kernel_processes), NULL},
};

const uint32_t system_profile_count = COUNT_OF(system_profiles);
