/* SPDX-License-Identifier: Apache-2.0 */
/* The ABI is frozen: every number, layout and error is written down here a second time, so that a
 * change is seen and meant. docs/abi.md changes with it. */
#include "abi/bundle.h"
#include "abi/cap.h"
#include "abi/error.h"
#include "abi/ipc.h"
#include "abi/memory.h"
#include "abi/process.h"
#include "abi/syscall.h"
#include "abi/system.h"
#include "test.h"

static void test_system_calls(void **state)
{
    (void)state;
    assert_int_equal(ABI_SYS_LOG, 1);
    assert_int_equal(ABI_SYS_EXIT, 2);
    assert_int_equal(ABI_SYS_CALL, 3);
    assert_int_equal(ABI_SYS_RECV, 4);
    assert_int_equal(ABI_SYS_REPLY, 5);
    assert_int_equal(ABI_SYS_REPLY_RECV, 6);
    assert_int_equal(ABI_SYS_NOTIFY, 7);
    assert_int_equal(ABI_SYS_ENDPOINT_CREATE, 8);
    assert_int_equal(ABI_SYS_NOTIFICATION_CREATE, 9);
    assert_int_equal(ABI_SYS_CAP_COPY, 10);
    assert_int_equal(ABI_SYS_CAP_DROP, 11);
    assert_int_equal(ABI_SYS_CAP_INFO, 12);
    assert_int_equal(ABI_SYS_MEMORY_CREATE, 13);
    assert_int_equal(ABI_SYS_MEMORY_PHYS, 14);
    assert_int_equal(ABI_SYS_MAP, 15);
    assert_int_equal(ABI_SYS_UNMAP, 16);
    assert_int_equal(ABI_SYS_IRQ_BIND, 17);
    assert_int_equal(ABI_SYS_IRQ_ACK, 18);
    assert_int_equal(ABI_SYS_PROCESS_CREATE, 19);
    assert_int_equal(ABI_SYS_PROCESS_GIVE, 20);
    assert_int_equal(ABI_SYS_PROCESS_START, 21);
    assert_int_equal(ABI_SYS_PROCESS_KILL, 22);
    assert_int_equal(ABI_SYS_PROCESS_WATCH, 23);
    assert_int_equal(ABI_SYS_PROCESS_INFO, 24);
    assert_int_equal(ABI_SYS_SYSTEM_INFO, 25);
    assert_int_equal(ABI_SYS_SYSTEM_AUDIT, 26);
    assert_int_equal(ABI_SYS_SYSTEM_OFF, 27);
    assert_int_equal(ABI_SYS_REPLY_LATER, 28);
    assert_int_equal(ABI_SYS_PROCESS_UNWATCH, 29);
    assert_int_equal(ABI_SYS_IRQ_UNBIND, 30);
    assert_int_equal(ABI_SYS_LOG_READ, 31);
    assert_int_equal(ABI_SYS_COUNT, 32);
}

static void test_errors(void **state)
{
    (void)state;
    assert_int_equal(ABI_OK, 0);
    assert_int_equal(ABI_E_SYSCALL, 1);
    assert_int_equal(ABI_E_SLOT, 2);
    assert_int_equal(ABI_E_TYPE, 3);
    assert_int_equal(ABI_E_RIGHTS, 4);
    assert_int_equal(ABI_E_ADDRESS, 5);
    assert_int_equal(ABI_E_ARGUMENT, 6);
    assert_int_equal(ABI_E_STATE, 7);
    assert_int_equal(ABI_E_BUSY, 8);
    assert_int_equal(ABI_E_NO_SLOT, 9);
    assert_int_equal(ABI_E_NO_MEMORY, 10);
    assert_int_equal(ABI_E_NO_OBJECT, 11);
    assert_int_equal(ABI_E_TOO_BIG, 12);
    assert_int_equal(ABI_E_TIMED_OUT, 13);
    assert_int_equal(ABI_E_PEER_DIED, 14);
    assert_int_equal(ABI_E_CANCELLED, 15);
    assert_int_equal(ABI_E_OVERLAP, 16);
    assert_int_equal(ABI_E_IMAGE, 17);
    assert_int_equal(ABI_E_COUNT, 18);
}

static void test_capabilities(void **state)
{
    (void)state;
    assert_int_equal(ABI_CAP_NONE, 0);
    assert_int_equal(ABI_CAP_CONSOLE, 1);
    assert_int_equal(ABI_CAP_ENDPOINT, 2);
    assert_int_equal(ABI_CAP_NOTIFICATION, 3);
    assert_int_equal(ABI_CAP_MEMORY, 4);
    assert_int_equal(ABI_CAP_DEVICE, 5);
    assert_int_equal(ABI_CAP_IRQ, 6);
    assert_int_equal(ABI_CAP_PROCESS, 7);
    assert_int_equal(ABI_CAP_SYSTEM, 8);
    assert_int_equal(ABI_CAP_REPLY, 9);
    assert_int_equal(ABI_CAP_TYPE_COUNT, 10);
    assert_int_equal(ABI_RIGHT_SEND, 0x01);
    assert_int_equal(ABI_RIGHT_RECV, 0x02);
    assert_int_equal(ABI_RIGHT_GRANT, 0x04);
    assert_int_equal(ABI_RIGHT_MINT, 0x08);
    assert_int_equal(ABI_RIGHT_READ, 0x10);
    assert_int_equal(ABI_RIGHT_WRITE, 0x20);
    assert_int_equal(ABI_RIGHT_DMA, 0x40);
    assert_int_equal(ABI_RIGHT_MANAGE, 0x80);
    assert_int_equal(ABI_SLOT_COUNT, 128);
    assert_int_equal(ABI_SLOT_NONE, 0);
}

static void test_messages(void **state)
{
    (void)state;
    assert_int_equal(ABI_MESSAGE_BYTES_MAX, 4096);
    assert_int_equal(ABI_MESSAGE_CAPS_MAX, 4);
    assert_int_equal(ABI_PROCESS_REPLIES_MAX, 32);
    assert_int_equal(ABI_EVENT_MESSAGE, 1);
    assert_int_equal(ABI_EVENT_NOTIFICATION, 2);
    assert_int_equal(ABI_LENGTHS(0x11, 0x22), 0x2200000011);
    assert_int_equal(ABI_TICKS_PER_SECOND, 10000000);
    assert_int_equal(ABI_SLICE_TICKS, 100000);
    assert_int_equal(ABI_LOG_BYTES_MAX, 240);
    assert_int_equal(ABI_LOG_READ_BYTES_MAX, 1024);
    assert_int_equal(ABI_DEADLINE_SLACK_TICKS, 20000);
    assert_int_equal(ABI_TICKS_PER_MS, 10000);
    assert_true(ABI_DEADLINE_NONE == UINT64_MAX);
    assert_int_equal(sizeof(struct abi_caps), 60);
    assert_int_equal(offsetof(struct abi_caps, send_count), 0);
    assert_int_equal(offsetof(struct abi_caps, send_slot), 4);
    assert_int_equal(offsetof(struct abi_caps, send_rights), 20);
    assert_int_equal(offsetof(struct abi_caps, recv_capacity), 36);
    assert_int_equal(offsetof(struct abi_caps, recv_count), 40);
    assert_int_equal(offsetof(struct abi_caps, recv_slot), 44);
}

static void test_memory(void **state)
{
    (void)state;
    assert_int_equal(ABI_PAGE_BYTES, 4096);
    assert_int_equal(ABI_MEMORY_BYTES_MAX, 4 * 1024 * 1024);
    assert_int_equal(ABI_USER_BASE, 0x10000);
    assert_int_equal(ABI_USER_END, 0x4000000000);
    assert_int_equal(ABI_STACK_TOP, 0x3fffff0000);
    assert_int_equal(ABI_STACK_PAGES_MAX, 64);
    assert_int_equal(ABI_PROT_READ, 1);
    assert_int_equal(ABI_PROT_WRITE, 2);
    assert_int_equal(ABI_MAPPING_COUNT_MAX, 32);
    assert_int_equal(ABI_PROCESS_ENDPOINTS_MAX, 16);
    assert_int_equal(ABI_PROCESS_NOTIFICATIONS_MAX, 16);
    assert_int_equal(ABI_PROCESS_MEMORIES_MAX, 32);
}

static void test_processes(void **state)
{
    (void)state;
    assert_int_equal(ABI_PROCESS_COUNT_MAX, 32);
    assert_int_equal(ABI_NAME_BYTES, 24);
    assert_int_equal(ABI_WATCH_COUNT_MAX, 8);
    assert_int_equal(ABI_PRIORITY_COUNT, 8);
    assert_int_equal(sizeof(struct abi_process_config), 40);
    assert_int_equal(offsetof(struct abi_process_config, name), 0);
    assert_int_equal(offsetof(struct abi_process_config, image_slot), 24);
    assert_int_equal(offsetof(struct abi_process_config, priority), 28);
    assert_int_equal(offsetof(struct abi_process_config, stack_pages), 32);
    assert_int_equal(offsetof(struct abi_process_config, page_quota), 36);
    assert_int_equal(sizeof(struct abi_process_info), 80);
    assert_int_equal(offsetof(struct abi_process_info, name), 0);
    assert_int_equal(offsetof(struct abi_process_info, state), 24);
    assert_int_equal(offsetof(struct abi_process_info, death), 28);
    assert_int_equal(offsetof(struct abi_process_info, death_pc), 32);
    assert_int_equal(offsetof(struct abi_process_info, death_addr), 40);
    assert_int_equal(offsetof(struct abi_process_info, page_count), 48);
    assert_int_equal(offsetof(struct abi_process_info, page_quota), 52);
    assert_int_equal(offsetof(struct abi_process_info, priority), 56);
    assert_int_equal(offsetof(struct abi_process_info, slot_count), 60);
    assert_int_equal(offsetof(struct abi_process_info, cpu_ticks), 64);
    assert_int_equal(offsetof(struct abi_process_info, receive_time), 72);
    assert_int_equal(ABI_PROCESS_CREATED, 1);
    assert_int_equal(ABI_PROCESS_ALIVE, 2);
    assert_int_equal(ABI_PROCESS_DEAD, 3);
}

static void test_deaths_and_image_faults(void **state)
{
    (void)state;
    assert_int_equal(ABI_DEATH_NONE, 0);
    assert_int_equal(ABI_DEATH_EXIT, 1);
    assert_int_equal(ABI_DEATH_KILLED, 2);
    assert_int_equal(ABI_DEATH_LOAD, 3);
    assert_int_equal(ABI_DEATH_STORE, 4);
    assert_int_equal(ABI_DEATH_FETCH, 5);
    assert_int_equal(ABI_DEATH_ILLEGAL_INSTRUCTION, 6);
    assert_int_equal(ABI_DEATH_BREAKPOINT, 7);
    assert_int_equal(ABI_DEATH_OTHER, 8);
    assert_int_equal(ABI_DEATH_COUNT, 9);
    assert_int_equal(ABI_IMAGE_OK, 0);
    assert_int_equal(ABI_IMAGE_TRUNCATED, 1);
    assert_int_equal(ABI_IMAGE_MAGIC, 2);
    assert_int_equal(ABI_IMAGE_CLASS, 3);
    assert_int_equal(ABI_IMAGE_TYPE, 4);
    assert_int_equal(ABI_IMAGE_MACHINE, 5);
    assert_int_equal(ABI_IMAGE_HEADER_SIZE, 6);
    assert_int_equal(ABI_IMAGE_SEGMENT_COUNT, 7);
    assert_int_equal(ABI_IMAGE_SEGMENT_TYPE, 8);
    assert_int_equal(ABI_IMAGE_SEGMENT_FLAGS, 9);
    assert_int_equal(ABI_IMAGE_SEGMENT_SIZE, 10);
    assert_int_equal(ABI_IMAGE_SEGMENT_ALIGN, 11);
    assert_int_equal(ABI_IMAGE_SEGMENT_RANGE, 12);
    assert_int_equal(ABI_IMAGE_SEGMENT_OVERLAP, 13);
    assert_int_equal(ABI_IMAGE_ENTRY, 14);
    assert_int_equal(ABI_IMAGE_FAULT_COUNT, 15);
}

static void test_system(void **state)
{
    (void)state;
    assert_int_equal(sizeof(struct abi_system_info), 56);
    assert_int_equal(offsetof(struct abi_system_info, page_total), 0);
    assert_int_equal(offsetof(struct abi_system_info, page_free), 8);
    assert_int_equal(offsetof(struct abi_system_info, page_unreserved), 16);
    assert_int_equal(offsetof(struct abi_system_info, entry_instret), 24);
    assert_int_equal(offsetof(struct abi_system_info, entry_time), 32);
    assert_int_equal(offsetof(struct abi_system_info, process_count), 40);
    assert_int_equal(offsetof(struct abi_system_info, endpoint_count), 44);
    assert_int_equal(offsetof(struct abi_system_info, notification_count), 48);
    assert_int_equal(offsetof(struct abi_system_info, memory_count), 52);
    assert_int_equal(ABI_OFF_SUCCESS, 0);
    assert_int_equal(ABI_OFF_FAILURE, 1);
    assert_int_equal(ABI_OFF_REBOOT, 2);
    assert_int_equal(ABI_OFF_COUNT, 3);
    assert_int_equal(ABI_DEVICE_VIRTIO0, 0);
    assert_int_equal(ABI_DEVICE_RTC, 8);
    assert_int_equal(ABI_DEVICE_COUNT, 9);
    assert_int_equal(ABI_INIT_SLOT_CONSOLE, 1);
    assert_int_equal(ABI_INIT_SLOT_SYSTEM, 2);
    assert_int_equal(ABI_INIT_SLOT_BUNDLE, 3);
    assert_int_equal(ABI_INIT_SLOT_DEVICE, 4);
    assert_int_equal(ABI_INIT_SLOT_IRQ, 13);
    assert_int_equal(ABI_INIT_SLOT_FILE, 22);
}

static void test_bundle(void **state)
{
    (void)state;
    assert_int_equal(ABI_BUNDLE_MAGIC, 0x31454c444e554244);
    assert_int_equal(ABI_BUNDLE_FILES_MAX, 48);
    assert_int_equal(sizeof(struct abi_bundle_file), 56);
    assert_int_equal(offsetof(struct abi_bundle_file, name), 0);
    assert_int_equal(offsetof(struct abi_bundle_file, offset), 40);
    assert_int_equal(offsetof(struct abi_bundle_file, len), 48);
    assert_int_equal(offsetof(struct abi_bundle_header, magic), 0);
    assert_int_equal(offsetof(struct abi_bundle_header, bundle_len), 8);
    assert_int_equal(offsetof(struct abi_bundle_header, file_count), 16);
    assert_int_equal(offsetof(struct abi_bundle_header, file), 24);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_system_calls),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_capabilities),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_processes),
        cmocka_unit_test(test_deaths_and_image_faults),
        cmocka_unit_test(test_system),
        cmocka_unit_test(test_bundle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
