/* SPDX-License-Identifier: Apache-2.0 */
/* virtio-net and virtio-rng drivers against a simulated device: starting, serving, and starting
 * anew after every way in which the device breaks the rules. */
#include "netstackd/simulated_device.h"
#include "netstackd/testing.h"
#include "source.h"
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
static struct rng_source source;
static struct rng_dma rng_dma;

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

static void net_receives(void **state)
{
    uint8_t frame[NET_FRAME_BYTES_MAX];
    size_t frame_len;

    (void)state;
    frame_arrives(60, 0xaa);
    frame_arrives(NET_FRAME_BYTES_MAX, 0xbb);
    assert_true(virtio_net_receive(&net, frame, &frame_len));
    assert_int_equal(frame_len, 60);
    assert_int_equal(frame[59], 0xaa);
    assert_true(virtio_net_receive(&net, frame, &frame_len));
    assert_int_equal(frame_len, NET_FRAME_BYTES_MAX);
    assert_int_equal(frame[NET_FRAME_BYTES_MAX - 1], 0xbb);
    assert_false(virtio_net_receive(&net, frame, &frame_len));
}

static void net_swallows_runts(void **state)
{
    uint8_t frame[NET_FRAME_BYTES_MAX];
    struct simulated_buffer buffer;
    size_t frame_len;

    (void)state;
    for (uint32_t written_len = 0; written_len < 12 + 14; written_len++) {
        assert_true(simulated_take(&device.queues[0], &buffer));
        simulated_give(&device.queues[0], buffer.id, written_len);
        assert_true(virtio_net_receive(&net, frame, &frame_len));
        assert_int_equal(frame_len, 0);
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

/* One step of a device's misbehaviour, and what the driver says to it. */
static void assert_net_restarts(void)
{
    uint32_t reset_count = device.reset_count;
    uint8_t frame[NET_FRAME_BYTES_MAX];
    size_t frame_len;

    assert_int_equal(net.state, VIRTIO_NET_FAILED);
    assert_false(net.link_up);
    assert_int_equal(device.status, 0); /* stopped at once */
    assert_null(virtio_net_transmit_buffer(&net));
    assert_false(virtio_net_receive(&net, frame, &frame_len));
    assert_int_equal(virtio_net_start(&net), VIRTIO_OK);
    assert_int_equal(device.reset_count, reset_count + 1);
    frame_arrives(60, 0xcc);
    assert_true(virtio_net_receive(&net, frame, &frame_len));
    assert_int_equal(frame_len, 60);
    assert_int_equal(frame[0], 0xcc);
}

static void net_restarts_after_a_bad_id(void **state)
{
    uint8_t frame[NET_FRAME_BYTES_MAX];
    size_t frame_len;

    (void)state;
    simulated_give(&device.queues[0], 0xdeadbeef, 60);
    assert_false(virtio_net_receive(&net, frame, &frame_len));
    assert_net_restarts();
}

static void net_restarts_after_a_bad_length(void **state)
{
    uint8_t frame[NET_FRAME_BYTES_MAX];
    size_t frame_len;

    (void)state;
    simulated_give(&device.queues[0], 0, 12 + NET_FRAME_BYTES_MAX + 1);
    assert_false(virtio_net_receive(&net, frame, &frame_len));
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
    uint8_t frame[NET_FRAME_BYTES_MAX];
    size_t frame_len;

    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(virtio_net_start(&net), VIRTIO_OK);
        simulated_give(&device.queues[0], 99, 60);
        assert_false(virtio_net_receive(&net, frame, &frame_len));
        assert_int_equal(net.state, VIRTIO_NET_FAILED);
        assert_int_equal(device.status, 0);
    }
}

/* virtio-rng */

static int start_rng(void **state)
{
    (void)state;
    simulated_device_init(&device, VIRTIO_DEVICE_RNG, 0);
    memset(&source, 0, sizeof(source));
    memset(&rng_dma, 0, sizeof(rng_dma));
    assert_int_equal(
        rng_source_start(&source, simulated_registers(&device), &rng_dma, (uintptr_t)&rng_dma),
        VIRTIO_OK);
    return 0;
}

/* The device answers the request that it holds with so many bytes, counting up. */
static void entropy_arrives(uint32_t bytes_len)
{
    static uint8_t next;
    struct simulated_buffer buffer;

    assert_true(simulated_take(&device.queues[0], &buffer));
    for (uint32_t i = 0; i < bytes_len && i < buffer.len; i++)
        buffer.bytes[i] = next++;
    simulated_give(&device.queues[0], buffer.id, bytes_len);
    rng_source_collect(&source);
}

static uint32_t ask_rng(uint32_t op, uint32_t bytes_len, size_t request_len,
                        struct rng_reply *reply)
{
    struct rng_request request = {.op = op, .bytes_len = bytes_len};
    size_t reply_len = rng_source_answer(&source, &request, request_len, reply);

    assert_int_equal(reply_len, 8 + reply->bytes_len);
    return reply->status;
}

static void rng_gives_each_byte_once(void **state)
{
    struct rng_reply reply;
    bool seen[256] = {false};

    (void)state;
    entropy_arrives(100);
    entropy_arrives(156);
    for (uint32_t i = 0; i < 8; i++) {
        assert_int_equal(ask_rng(RNG_OP_GET, 32, 8, &reply), RNG_OK);
        assert_int_equal(reply.bytes_len, 32);
        for (uint32_t b = 0; b < 32; b++) {
            assert_false(seen[reply.bytes[b]]);
            seen[reply.bytes[b]] = true;
        }
    }
    assert_int_equal(source.pool_len, 0);
    for (size_t i = 0; i < RNG_POOL_BYTES; i++)
        assert_int_equal(source.pool[i], 0); /* nothing given stays in memory */
    for (size_t i = 0; i < RNG_DEVICE_BYTES; i++)
        assert_int_equal(rng_dma.bytes[i], 0);
}

/* A slow device is no failure: whoever asks for more than there is asks again. */
static void rng_would_block_while_the_device_gives_nothing(void **state)
{
    struct rng_reply reply;

    (void)state;
    assert_true(rng_source_asks(&source));
    assert_int_equal(ask_rng(RNG_OP_GET, 1, 8, &reply), RNG_WOULD_BLOCK);
    assert_int_equal(reply.bytes_len, 0);
    entropy_arrives(16);
    assert_int_equal(ask_rng(RNG_OP_GET, 17, 8, &reply), RNG_WOULD_BLOCK);
    assert_int_equal(ask_rng(RNG_OP_GET, 16, 8, &reply), RNG_OK);
    assert_true(rng_source_asks(&source));
}

static void rng_gives_an_error_when_the_device_failed(void **state)
{
    struct rng_reply reply;

    (void)state;
    rng_source_fail(&source);
    assert_false(rng_source_asks(&source));
    assert_int_equal(ask_rng(RNG_OP_GET, 1, 8, &reply), RNG_IO);
    assert_int_equal(reply.bytes_len, 0);
}

static void rng_asks_for_nothing_when_it_is_full(void **state)
{
    (void)state;
    entropy_arrives(RNG_BYTES_MAX);
    assert_true(rng_source_asks(&source));
    entropy_arrives(RNG_BYTES_MAX);
    assert_false(rng_source_asks(&source));
}

static void rng_rejects_malformed_requests(void **state)
{
    struct rng_reply reply;

    (void)state;
    entropy_arrives(256);
    assert_int_equal(ask_rng(RNG_OP_GET, 0, 8, &reply), RNG_MALFORMED);
    assert_int_equal(ask_rng(RNG_OP_GET, RNG_BYTES_MAX + 1, 8, &reply), RNG_MALFORMED);
    assert_int_equal(ask_rng(RNG_OP_GET, 32, 7, &reply), RNG_MALFORMED);
    assert_int_equal(ask_rng(RNG_OP_GET, 32, 9, &reply), RNG_MALFORMED);
    assert_int_equal(ask_rng(RNG_OP_GET, 32, 0, &reply), RNG_MALFORMED);
    assert_int_equal(ask_rng(0, 32, 8, &reply), RNG_MALFORMED);
    assert_int_equal(ask_rng(2, 32, 8, &reply), RNG_MALFORMED);
    assert_int_equal(source.pool_len, 256);
}

static void rng_fails_on_an_empty_answer(void **state)
{
    (void)state;
    entropy_arrives(0);
    assert_int_equal(source.state, RNG_SOURCE_FAILED);
    assert_int_equal(device.status, 0);
}

static void rng_fails_on_an_overlong_answer(void **state)
{
    (void)state;
    entropy_arrives(RNG_DEVICE_BYTES + 1);
    assert_int_equal(source.state, RNG_SOURCE_FAILED);
    assert_int_equal(source.pool_len, 0);
}

static void rng_fails_when_the_device_asks_for_reset(void **state)
{
    (void)state;
    device.status |= STATUS_NEEDS_RESET;
    rng_source_collect(&source);
    assert_int_equal(source.state, RNG_SOURCE_FAILED);
}

static void rng_starts_anew(void **state)
{
    struct rng_reply reply;

    (void)state;
    rng_source_fail(&source);
    rng_source_collect(&source); /* a late interrupt */
    assert_int_equal(
        rng_source_start(&source, simulated_registers(&device), &rng_dma, (uintptr_t)&rng_dma),
        VIRTIO_OK);
    entropy_arrives(32);
    assert_int_equal(ask_rng(RNG_OP_GET, 32, 8, &reply), RNG_OK);
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
        cmocka_unit_test_setup(net_swallows_runts, start_net),
        cmocka_unit_test_setup(net_transmits_until_the_device_holds_every_buffer, start_net),
        cmocka_unit_test_setup(net_restarts_after_a_bad_id, start_net),
        cmocka_unit_test_setup(net_restarts_after_a_bad_length, start_net),
        cmocka_unit_test_setup(net_restarts_when_the_device_asks, start_net),
        cmocka_unit_test_setup(net_notices_a_broken_transmit_queue, start_net),
        cmocka_unit_test_setup(net_starts_as_often_as_it_is_asked, begin_net),
        cmocka_unit_test_setup(rng_gives_each_byte_once, start_rng),
        cmocka_unit_test_setup(rng_would_block_while_the_device_gives_nothing, start_rng),
        cmocka_unit_test_setup(rng_gives_an_error_when_the_device_failed, start_rng),
        cmocka_unit_test_setup(rng_asks_for_nothing_when_it_is_full, start_rng),
        cmocka_unit_test_setup(rng_rejects_malformed_requests, start_rng),
        cmocka_unit_test_setup(rng_fails_on_an_empty_answer, start_rng),
        cmocka_unit_test_setup(rng_fails_on_an_overlong_answer, start_rng),
        cmocka_unit_test_setup(rng_fails_when_the_device_asks_for_reset, start_rng),
        cmocka_unit_test_setup(rng_starts_anew, start_rng),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
