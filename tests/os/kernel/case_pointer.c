/* SPDX-License-Identifier: Apache-2.0 */
/* Bad pointers of every kind, in every argument that is a pointer: -ABI_E_ADDRESS, nothing done. */
#include "kt.h"
#include "peer.h"

#include <string.h>

/* Mappings that lie side by side in the window: writable, then read only; a device elsewhere. */
#define WRITABLE_PAGE (KT_WINDOW + 16 * ABI_PAGE_BYTES)
#define CONSTANT_PAGE (KT_WINDOW + 17 * ABI_PAGE_BYTES)
#define DEVICE_PAGE   (KT_WINDOW + 32 * ABI_PAGE_BYTES)

#define KERNEL_LINKED 0xffffffc080200000ull
#define KERNEL_UART   0xffffffc010000000ull

struct pointer_argument {
    const char *what;
    uint64_t number;
    uint32_t pointer_arg;
    uint64_t len;       /* bytes that the kernel accesses there */
    bool write;         /* the memory must be writable */
    bool none_is_valid; /* 0 means "without" */
    uint64_t arg[7];
};

static const struct pointer_argument without_debt[] = {
    {"log", ABI_SYS_LOG, 1, 17, .arg = {RT_SLOT_CONSOLE, 0, 17}},
    {"log read", ABI_SYS_LOG_READ, 2, 17, true, .arg = {RT_SLOT_CONSOLE, 0, 0, 17}},
    {"call, message", ABI_SYS_CALL, 1, 100, .arg = {0, 0, 0, ABI_LENGTHS(100, 0)}},
    {"call, longest message", ABI_SYS_CALL, 1, 4096, .arg = {0, 0, 0, ABI_LENGTHS(4096, 0)}},
    {"call, reply", ABI_SYS_CALL, 2, 100, true, .arg = {0, 0, 0, ABI_LENGTHS(0, 100)}},
    {"call, capabilities", ABI_SYS_CALL, 4, sizeof(struct abi_caps), true, true, .arg = {0}},
    {"receive, message", ABI_SYS_RECV, 2, 100, true, .arg = {0, 0, 0, ABI_LENGTHS(0, 100)}},
    {"receive, capabilities", ABI_SYS_RECV, 4, sizeof(struct abi_caps), true, true, .arg = {0}},
    {"process create", ABI_SYS_PROCESS_CREATE, 1, sizeof(struct abi_process_config),
     .arg = {KTEST_SLOT_SYSTEM}},
    {"process info", ABI_SYS_PROCESS_INFO, 1, sizeof(struct abi_process_info), true, .arg = {0}},
    {"system info", ABI_SYS_SYSTEM_INFO, 1, sizeof(struct abi_system_info), true,
     .arg = {KTEST_SLOT_SYSTEM}},
};

static const struct pointer_argument with_debt[] = {
    {"reply, message", ABI_SYS_REPLY, 1, 100, .arg = {0, 0, 0, ABI_LENGTHS(100, 0)}},
    {"reply, capabilities", ABI_SYS_REPLY, 4, sizeof(struct abi_caps), true, true, .arg = {0}},
    {"reply and receive, reply", ABI_SYS_REPLY_RECV, 6, 100, .arg = {0, 0, 0, ABI_LENGTHS(100, 0)}},
    {"reply and receive, message", ABI_SYS_REPLY_RECV, 2, 100, true,
     .arg = {0, 0, 0, ABI_LENGTHS(0, 100)}},
    {"reply and receive, capabilities", ABI_SYS_REPLY_RECV, 4, sizeof(struct abi_caps), true, true,
     .arg = {0}},
};

static struct {
    rt_slot endpoint;
    rt_slot process;
    uint8_t constant; /* what the read-only page holds */
} made;

static void make_objects(void)
{
    made.endpoint = kt_endpoint();
    made.process = peer_create("examined")->process;
    rt_slot writable = kt_memory(ABI_PAGE_BYTES), constant = kt_memory(ABI_PAGE_BYTES);
    kt_map(writable, WRITABLE_PAGE, ABI_PROT_READ | ABI_PROT_WRITE);
    kt_map(constant, CONSTANT_PAGE, ABI_PROT_READ | ABI_PROT_WRITE);
    memset(kt_at(CONSTANT_PAGE), 'c', ABI_PAGE_BYTES);
    kt_unmap(CONSTANT_PAGE);
    kt_map(constant, CONSTANT_PAGE, ABI_PROT_READ);
    kt_map(KTEST_SLOT_DEVICE, DEVICE_PAGE, ABI_PROT_READ | ABI_PROT_WRITE);
}

static int64_t call_with(const struct pointer_argument *row, uint64_t pointer)
{
    uint64_t arg[7], r1, r2;
    memcpy(arg, row->arg, sizeof arg);
    if (row->number == ABI_SYS_CALL || row->number == ABI_SYS_RECV ||
        row->number == ABI_SYS_REPLY_RECV)
        arg[0] = made.endpoint;
    if (row->number == ABI_SYS_PROCESS_INFO)
        arg[0] = made.process;
    arg[row->pointer_arg] = pointer;
    return rt_syscall(row->number, arg, &r1, &r2);
}

static void refuse(const struct pointer_argument *row, const char *kind, uint64_t pointer)
{
    kt_step(kind, pointer);
    kt_eq(row->what, -ABI_E_ADDRESS, call_with(row, pointer));
}

static void bad_for_all(const struct pointer_argument *row)
{
    const uint64_t len = row->len;
    if (!row->none_is_valid)
        refuse(row, "null", 0);
    refuse(row, "first page", 8);
    refuse(row, "below user memory", ABI_USER_BASE - len);
    refuse(row, "into user memory", ABI_USER_BASE - 1);
    refuse(row, "unmapped", KT_WINDOW);
    refuse(row, "kernel", KERNEL_LINKED);
    refuse(row, "kernel's console", KERNEL_UART);
    refuse(row, "not canonical", ABI_USER_END);
    refuse(row, "not canonical, high", 1ull << 63);
    refuse(row, "largest positive", INT64_MAX);
    refuse(row, "high bits over a good one", 1ull << 40 | KT_BUFFER);
    refuse(row, "sign bits over a good one", 0xffffff8000000000ull | KT_BUFFER);
    refuse(row, "wraps to zero", -len);
    refuse(row, "wraps to one", -len + 1);
    refuse(row, "last address", UINT64_MAX);
    refuse(row, "into the end of user memory", ABI_USER_END - 1);
    refuse(row, "up to the end of user memory", ABI_USER_END - len);
    refuse(row, "last byte mapped", KT_BUFFER + KT_BUFFER_BYTES - 1);
    refuse(row, "last byte unmapped", KT_BUFFER + KT_BUFFER_BYTES - len + 1);
    refuse(row, "first byte unmapped", KT_BUFFER - 1);
    refuse(row, "only last byte mapped", KT_BUFFER - len + 1);
    refuse(row, "behind the stack", ABI_STACK_TOP);
    refuse(row, "out of the stack", ABI_STACK_TOP - len + 1);
    refuse(row, "under the stack", ABI_STACK_TOP - (ABI_STACK_PAGES_MAX + 1) * ABI_PAGE_BYTES);
    refuse(row, "device", DEVICE_PAGE);
    refuse(row, "into a device", DEVICE_PAGE - 1);
    refuse(row, "device's last bytes", DEVICE_PAGE + ABI_PAGE_BYTES - len);
}

static void bad_to_write(const struct pointer_argument *row)
{
    static const char constant[4096] = "constant";
    refuse(row, "text", (uintptr_t)bad_to_write);
    refuse(row, "constants", (uintptr_t)constant);
    refuse(row, "read-only memory", CONSTANT_PAGE);
    refuse(row, "into read-only memory", CONSTANT_PAGE - 1);
    refuse(row, "out of writable memory", CONSTANT_PAGE - row->len + 1);
    kt_eq("constants are unchanged", 0, strcmp(constant, "constant"));
    for (uint32_t i = 0; i < ABI_PAGE_BYTES; i++)
        kt_eq("read-only memory is unchanged", 'c', kt_at(CONSTANT_PAGE)[i]);
    for (uint32_t i = 0; i < ABI_PAGE_BYTES; i++)
        kt_eq("nothing was written before it", 0, kt_at(WRITABLE_PAGE)[i]);
}

static void check_rows(const struct pointer_argument *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)kt_buffer();
        bad_for_all(&rows[i]);
        if (rows[i].write)
            bad_to_write(&rows[i]);
        for (uint32_t k = 0; k < KT_BUFFER_BYTES; k++)
            kt_eq("nothing was written to the buffer", 0, kt_at(KT_BUFFER)[k]);
    }
}

static void every_argument(void)
{
    make_objects();
    check_rows(without_debt, sizeof without_debt / sizeof without_debt[0]);
}

/* Those of replies: the kernel looks at them only when a reply is owed. A refused one stays owed.
 */
static void every_argument_of_replies(void)
{
    make_objects();
    struct peer *client = peer_create("client");
    peer_give(client, made.endpoint, ABI_RIGHT_SEND, 0, HELPER_SLOT_CASE);
    peer_start(client);
    peer_begin_call(client, HELPER_SLOT_CASE, 0, 100, false, ABI_DEADLINE_NONE);
    struct rt_event event;
    kt_eq(
        "receive", ABI_EVENT_MESSAGE,
        rt_recv(made.endpoint, ABI_SLOT_NONE, NULL, 0, NULL, rt_deadline_ms(PEER_WAIT_MS), &event));
    check_rows(with_debt, sizeof with_debt / sizeof with_debt[0]);
    kt_true("the client waits", !peer_is_done(client));
    kt_eq("reply", 0, rt_reply("good", 4, NULL));
    kt_eq("call", 0, peer_wait(client));
    kt_eq("its reply", 0, memcmp(client->data + PEER_REPLY_OFFSET, "good", 4));
}

/* Good pointers at the edges are good; read-only memory is good to send; nothing is read or
 * written for a length of zero. */
static void good_edges(void)
{
    make_objects();
    for (size_t i = 0; i < sizeof without_debt / sizeof without_debt[0]; i++) {
        const struct pointer_argument *row = &without_debt[i];
        if (row->number == ABI_SYS_PROCESS_CREATE || row->number == ABI_SYS_LOG)
            continue; /* they look into it */
        (void)kt_buffer();
        const uint64_t good[] = {KT_BUFFER,
                                 KT_BUFFER + 1,
                                 KT_BUFFER + KT_BUFFER_BYTES - row->len,
                                 KT_BUFFER + ABI_PAGE_BYTES - 1,
                                 CONSTANT_PAGE + ABI_PAGE_BYTES - row->len,
                                 CONSTANT_PAGE - 1};
        for (size_t k = 0; k < (row->write ? 4 : 6); k++) {
            kt_step("good", good[k]);
            kt_true(row->what, call_with(row, good[k]) != -ABI_E_ADDRESS);
        }
    }
    static const uint64_t bad[] = {0, 8, KT_WINDOW, KERNEL_LINKED, 1ull << 63, UINT64_MAX};
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        kt_step("empty", bad[k]);
        uint64_t r1, r2;
        kt_eq("call of nothing", -ABI_E_TIMED_OUT,
              rt_syscall(ABI_SYS_CALL, (uint64_t[7]){made.endpoint, bad[k], bad[k]}, &r1, &r2));
        kt_eq("receive of nothing", -ABI_E_TIMED_OUT,
              rt_syscall(ABI_SYS_RECV, (uint64_t[7]){made.endpoint, 0, bad[k]}, &r1, &r2));
    }
}

static const struct kt_case cases[] = {
    {"pointer-every-argument", every_argument},
    {"pointer-every-argument-of-replies", every_argument_of_replies},
    {"pointer-good-edges", good_edges},
};

const struct kt_group kt_group_pointer = KT_GROUP(cases);
