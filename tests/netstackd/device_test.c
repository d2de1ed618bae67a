/* SPDX-License-Identifier: Apache-2.0 */
/* The virtio-net driver against a simulated device: starting, serving, and starting anew after
 * every way in which the device breaks the rules. */
#include "netstackd/simulated_device.h"
#include "netstackd/testing.h"
#include "virtio_net.h"

#include <string.h>

#define STATUS_RUNNING     0xfu
#define STATUS_NEEDS_RESET 64u
#define NET_FEATURES       (VIRTIO_FEATURE_NET_MAC_MASK | VIRTIO_FEATURE_NET_STATUS_MASK)
/* A feature that the driver must not accept: checksum offload. */
#define FEATURE_CHECKSUM ((uint64_t)1 << 0)

static struct simulated_device device;
static struct virtio_net net;
static struct net_dma net_dma;

static int begin_net(void **state)
{
    (void)state;
    simulated_device_init(&device, VIRTIO_DEVICE_NET, NET_FEATURES | FEATURE_CHECKSUM);
    memcpy(device.config, "\x52\x54\x00\x12\x34\x56\x01\x00", 8);
    virtio_net_init(&net, simulated_registers(&device), &net_dma, (uintptr_t)&net_dma);
    return 0;
}

static int start_net(void **state)
{
    begin_net(state);
    assert_int_equal(virtio_net_start(&net), VIRTIO_OK);
    return 0;
}

/* The device receives one frame from the wire. */
static void frame_arrives(uint32_t frame_len, uint8_t fill)
{
    struct simulated_buffer buffer;

    assert_true(simulated_take(&device.queues[0], &buffer));
    assert_true(buffer.device_writes);
    memset(buffer.bytes, 0, 12);
    memset(buffer.bytes + 12, fill, frame_len);
    simulated_give(&device.queues[0], buffer.id, 12 + frame_len);
}

static void net_starts(void **state)
{
    (void)state;
    assert_int_equal(virtio_net_start(&net), VIRTIO_OK);
    assert_int_equal(device.status, STATUS_RUNNING);
    assert_int_equal(device.driver_features_mask, NET_FEATURES | VIRTIO_FEATURE_VERSION_1_MASK);
    assert_memory_equal(net.mac, "\x52\x54\x00\x12\x34\x56", 6);
    assert_true(net.link_up);
    assert_int_equal(device.queues[0].size_count, NET_QUEUE_COUNT);
    assert_int_equal(device.queues[1].size_count, NET_QUEUE_COUNT);
}

static void net_takes_no_other_device(void **state)
{
    (void)state;
    device.device_id = VIRTIO_DEVICE_RNG;
    assert_int_equal(virtio_net_start(&net), VIRTIO_NO_DEVICE);
    begin_net(NULL);
    device.device_id = 0; /* an empty slot */
    assert_int_equal(virtio_net_start(&net), VIRTIO_NO_DEVICE);
    begin_net(NULL);
    device.version = 1;
    assert_int_equal(virtio_net_start(&net), VIRTIO_NO_DEVICE);
    begin_net(NULL);
    device.magic = 0;
    assert_int_equal(virtio_net_start(&net), VIRTIO_NO_DEVICE);
    assert_int_not_equal(net.state, VIRTIO_NET_RUNNING);
}

static void net_refuses_an_old_device(void **state)
{
    (void)state;
    device.features_mask &= ~VIRTIO_FEATURE_VERSION_1_MASK;
    assert_int_equal(virtio_net_start(&net), VIRTIO_REFUSED);
}

static void net_refuses_a_device_without_mac(void **state)
{
    (void)state;
    device.features_mask &= ~VIRTIO_FEATURE_NET_MAC_MASK;
    assert_int_equal(virtio_net_start(&net), VIRTIO_REFUSED);
}

static void net_refuses_when_features_do_not_hold(void **state)
{
    (void)state;
    device.refuses_features = true;
    assert_int_equal(virtio_net_start(&net), VIRTIO_REFUSED);
    assert_int_equal(device.status & 4, 0); /* never DRIVER_OK */
}

static void net_refuses_a_short_queue(void **state)
{
    (void)state;
    device.queue_size_max = NET_QUEUE_COUNT - 1;
    assert_int_equal(virtio_net_start(&net), VIRTIO_REFUSED);
}

static void net_gives_up_a_stuck_reset(void **state)
{
    (void)state;
    device.status = 1;
    device.reset_sticks = true;
    assert_int_equal(virtio_net_start(&net), VIRTIO_STUCK);
}

static void net_gives_up_a_moving_config(void **state)
{
    (void)state;
    device.config_moves = true;
    assert_int_equal(virtio_net_start(&net), VIRTIO_REFUSED);
}

static void net_link_is_up_without_the_status_feature(void **state)
{
    (void)state;
    device.features_mask &= ~VIRTIO_FEATURE_NET_STATUS_MASK;
    device.config[6] = 0;
    assert_int_equal(virtio_net_start(&net), VIRTIO_OK);
    assert_true(net.link_up);
}

static void net_follows_the_link(void **state)
{
    (void)state;
    device.config[6] = 0;
    device.generation++;
    device.interrupt_mask = VIRTIO_INTERRUPT_CONFIG_MASK;
    virtio_net_interrupt(&net);
    assert_false(net.link_up);
    assert_int_equal(device.interrupt_mask, 0);
}

/* One step of a device's misbehaviour, and what the driver says to it. */
static void assert_net_restarts(void)
{
    uint32_t reset_count = device.reset_count;
    size_t frame_len;

    assert_int_equal(net.state, VIRTIO_NET_FAILED);
    assert_false(net.link_up);
    assert_int_equal(device.status, 0); /* stopped at once */
    assert_null(virtio_net_transmit_buffer(&net));
    assert_null(virtio_net_receive(&net, &frame_len));
    assert_int_equal(virtio_net_start(&net), VIRTIO_OK);
    assert_int_equal(device.reset_count, reset_count + 1);
    frame_arrives(60, 0xcc);
    const uint8_t *frame = virtio_net_receive(&net, &frame_len);
    assert_int_equal(frame_len, 60);
    assert_int_equal(frame[0], 0xcc);
    virtio_net_give_back(&net);
}

static void net_receives(void **state)
{
    uint8_t *frame;
    size_t frame_len;

    (void)state;
    frame_arrives(60, 0xaa);
    frame_arrives(NET_FRAME_BYTES_MAX, 0xbb);
    frame = virtio_net_receive(&net, &frame_len);
    assert_int_equal(frame_len, 60);
    assert_int_equal(frame[59], 0xaa);
    virtio_net_give_back(&net);
    frame = virtio_net_receive(&net, &frame_len);
    assert_int_equal(frame_len, NET_FRAME_BYTES_MAX);
    assert_int_equal(frame[NET_FRAME_BYTES_MAX - 1], 0xbb);
    virtio_net_give_back(&net);
    assert_null(virtio_net_receive(&net, &frame_len));
}

/* Buffers that the device could write the next frames into. */
static uint32_t free_count(void)
{
    struct simulated_buffer buffer;
    uint32_t count = 0;

    while (simulated_take(&device.queues[0], &buffer))
        count++;
    return count;
}

static void net_keeps_a_frame_until_it_is_given_back(void **state)
{
    size_t frame_len;

    (void)state;
    frame_arrives(60, 0xaa);
    assert_non_null(virtio_net_receive(&net, &frame_len));
    assert_int_equal(free_count(), NET_QUEUE_COUNT - 1);
    virtio_net_give_back(&net);
    assert_int_equal(free_count(), 1);
    virtio_net_give_back(&net); /* no second time */
    assert_int_equal(free_count(), 0);
    assert_int_equal(net.state, VIRTIO_NET_RUNNING);
}

/* The frame is being looked at, and an answer to it finds the transmit queue broken. */
static void net_fails_while_a_frame_is_out(void **state)
{
    size_t frame_len;

    (void)state;
    frame_arrives(60, 0xaa);
    assert_non_null(virtio_net_receive(&net, &frame_len));
    simulated_give(&device.queues[1], 5, 0);
    assert_null(virtio_net_transmit_buffer(&net));
    uint32_t notify_count = device.notify_count;
    virtio_net_give_back(&net);
    assert_int_equal(device.notify_count, notify_count); /* it is reset, and is told nothing */
    assert_net_restarts();
    virtio_net_give_back(&net);
    assert_non_null(virtio_net_transmit_buffer(&net));
    assert_int_equal(free_count(), NET_QUEUE_COUNT);
}

static void net_swallows_runts(void **state)
{
    struct simulated_buffer buffer;
    size_t frame_len;

    (void)state;
    for (uint32_t written_len = 0; written_len < 12 + 14; written_len++) {
        assert_true(simulated_take(&device.queues[0], &buffer));
        simulated_give(&device.queues[0], buffer.id, written_len);
        assert_non_null(virtio_net_receive(&net, &frame_len));
        assert_int_equal(frame_len, 0);
        virtio_net_give_back(&net);
    }
}

static void net_transmits_until_the_device_holds_every_buffer(void **state)
{
    struct simulated_buffer buffer;
    uint8_t *frame;

    (void)state;
    for (uint32_t i = 0; i < NET_QUEUE_COUNT; i++) {
        frame = virtio_net_transmit_buffer(&net);
        assert_non_null(frame);
        memset(frame, (int)i, 100);
        virtio_net_transmit(&net, 100);
    }
    assert_null(virtio_net_transmit_buffer(&net));
    for (uint32_t i = 0; i < NET_QUEUE_COUNT; i++) {
        assert_true(simulated_take(&device.queues[1], &buffer));
        assert_false(buffer.device_writes);
        assert_int_equal(buffer.len, 12 + 100);
        assert_int_equal(buffer.bytes[0], 0); /* the header */
        assert_int_equal(buffer.bytes[12], i);
        simulated_give(&device.queues[1], buffer.id, 0);
    }
    assert_non_null(virtio_net_transmit_buffer(&net));
}

static void net_restarts_after_a_bad_id(void **state)
{
    size_t frame_len;

    (void)state;
    simulated_give(&device.queues[0], 0xdeadbeef, 60);
    assert_null(virtio_net_receive(&net, &frame_len));
    assert_net_restarts();
}

static void net_restarts_after_a_bad_length(void **state)
{
    size_t frame_len;

    (void)state;
    simulated_give(&device.queues[0], 0, 12 + NET_FRAME_BYTES_MAX + 1);
    assert_null(virtio_net_receive(&net, &frame_len));
    assert_net_restarts();
}

static void net_restarts_when_the_device_asks(void **state)
{
    (void)state;
    device.status |= STATUS_NEEDS_RESET;
    device.interrupt_mask = VIRTIO_INTERRUPT_CONFIG_MASK;
    virtio_net_interrupt(&net);
    assert_net_restarts();
}

static void net_notices_a_broken_transmit_queue(void **state)
{
    (void)state;
    assert_non_null(virtio_net_transmit_buffer(&net));
    virtio_net_transmit(&net, 60);
    simulated_give(&device.queues[1], 5, 0);
    assert_null(virtio_net_transmit_buffer(&net));
    virtio_net_interrupt(&net);
    assert_net_restarts();
}

/* Any number of failures: a device that recovers is used again. */
static void net_starts_as_often_as_it_is_asked(void **state)
{
    size_t frame_len;

    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(virtio_net_start(&net), VIRTIO_OK);
        simulated_give(&device.queues[0], 99, 60);
        assert_null(virtio_net_receive(&net, &frame_len));
        assert_int_equal(net.state, VIRTIO_NET_FAILED);
        assert_int_equal(device.status, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(net_starts, begin_net),
        cmocka_unit_test_setup(net_takes_no_other_device, begin_net),
        cmocka_unit_test_setup(net_refuses_an_old_device, begin_net),
        cmocka_unit_test_setup(net_refuses_a_device_without_mac, begin_net),
        cmocka_unit_test_setup(net_refuses_when_features_do_not_hold, begin_net),
        cmocka_unit_test_setup(net_refuses_a_short_queue, begin_net),
        cmocka_unit_test_setup(net_gives_up_a_stuck_reset, begin_net),
        cmocka_unit_test_setup(net_gives_up_a_moving_config, begin_net),
        cmocka_unit_test_setup(net_link_is_up_without_the_status_feature, begin_net),
        cmocka_unit_test_setup(net_follows_the_link, start_net),
        cmocka_unit_test_setup(net_receives, start_net),
        cmocka_unit_test_setup(net_keeps_a_frame_until_it_is_given_back, start_net),
        cmocka_unit_test_setup(net_fails_while_a_frame_is_out, start_net),
        cmocka_unit_test_setup(net_swallows_runts, start_net),
        cmocka_unit_test_setup(net_transmits_until_the_device_holds_every_buffer, start_net),
        cmocka_unit_test_setup(net_restarts_after_a_bad_id, start_net),
        cmocka_unit_test_setup(net_restarts_after_a_bad_length, start_net),
        cmocka_unit_test_setup(net_restarts_when_the_device_asks, start_net),
        cmocka_unit_test_setup(net_notices_a_broken_transmit_queue, start_net),
        cmocka_unit_test_setup(net_starts_as_often_as_it_is_asked, begin_net),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
