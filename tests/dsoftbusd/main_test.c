/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbusd as a process: what it reads, when it wakes, what comes before what, and when it ends.
 */
#include "dsoftbus/announce.h"
#include "dsoftbus/attested.h"
#include "dsoftbus/lines.h"
#include "dsoftbus/pairing.h"
#include "dsoftbus/testing.h"
#include "fake_rt.h"
#include "fake_store.h"
#include "fake_world.h"
#include "key/key.h"
#include "limits.h"
#include "proto/slots.h"
#include "service.h"

#include <stdio.h>
#include <string.h>

#define START_MS 1000
#define NEAR     0x7f000001u

static const char trust_text[] = "dsoftbus-trust 1\n";
static const char services_text[] = "dsoftbus-services 2\n2 publish log\n";

static unsigned wait_count;

/* keystored, as this test has it. */
static struct {
    enum key_status status;
    uint8_t public_key[KEY_LEN];
    const char *id;
    bool bring_up;
} keystored;

enum key_status key_identity(const struct key_holder *holder, struct key_identity_reply *identity)
{
    assert_int_equal(holder->endpoint_cap, DSOFTBUSD_SLOT_KEY);
    memset(identity, 0, sizeof *identity);
    identity->head.value = keystored.bring_up;
    memcpy(identity->public_key, keystored.public_key, KEY_LEN);
    identity->id_len = (uint32_t)strlen(keystored.id);
    memcpy(identity->id, keystored.id, identity->id_len);
    return keystored.status;
}

int key_dh(void *holder, uint8_t shared[KEY_LEN], const uint8_t peer[KEY_LEN])
{
    (void)holder;
    (void)shared;
    (void)peer;
    return -1;
}

static uint64_t clock_ms(void)
{
    return fake_rt.now_ms;
}

static int setup(void **state)
{
    (void)state;
    fake_reset();
    fake_rt_reset();
    fake_rt.now_ms = START_MS;
    fake.clock = clock_ms;
    fake_rt.files[0].text = trust_text;
    fake_rt.files[1].text = services_text;
    fake_rt.files[2].text = "# none\n";
    fake_rt.files[3].text = "dsoftbus-pairing 1\ncode fresh\n";
    fake_store_reset();
    static const uint8_t private_key[KEY_LEN] = {0x11};
    keystored.status = KEY_OK;
    noise_x25519_base(keystored.public_key, private_key);
    keystored.id = "device";
    keystored.bring_up = false;
    wait_count = 0;
    service_remove(&service_echo); /* of the process before */
    service_remove(&service_info);
    service_remove(&service_revocations);
    return 0;
}

static int64_t network(uint64_t *bits)
{
    *bits = DSOFTBUSD_NETWORK_BITS;
    return ABI_EVENT_NOTIFICATION;
}

/* Nothing happens until the deadline that the process asked for. */
static int64_t sleep_until(uint64_t deadline_ms)
{
    if (deadline_ms == UINT64_MAX)
        fail_msg("nothing would ever wake it");
    if (deadline_ms > fake_rt.now_ms)
        fake_rt.now_ms = deadline_ms;
    return -ABI_E_TIMED_OUT;
}

/* Before the first wait proper: attach asks for old news. */
static bool is_attaching(void)
{
    return wait_count++ == 0;
}

static int64_t only_sleeps(uint64_t deadline_ms, uint64_t *bits)
{
    (void)bits;
    if (is_attaching())
        return -ABI_E_TIMED_OUT;
    if (fake_rt.now_ms >= START_MS + 4000)
        fake_rt_stop();
    return sleep_until(deadline_ms);
}

static void is_not_up_until_it_hears_itself(void **state)
{
    (void)state;
    fake_rt.wait = only_sleeps;
    assert_int_equal(fake_rt_run(), FAKE_STOPPED);
    assert_int_equal(fake_count("ready"), 1);
    assert_int_equal(fake_count("up"), 0);
    assert_int_equal(fake.out_count, 5); /* at once, and again every second */
}

static int64_t brings_the_announce(uint64_t deadline_ms, uint64_t *bits)
{
    if (is_attaching())
        return -ABI_E_TIMED_OUT;
    if (wait_count == 2) {
        assert_int_equal(fake.out_count, 1);
        fake_datagram(NEAR, DSB_DISCOVERY_PORT, fake.out[0].bytes, fake.out[0].len);
        return network(bits);
    }
    if (deadline_ms == 0)
        return -ABI_E_TIMED_OUT;
    assert_int_equal(deadline_ms, UINT64_MAX); /* nothing is left to do */
    fake_rt_stop();
}

static void is_up_once_it_heard_itself(void **state)
{
    (void)state;
    fake_rt.wait = brings_the_announce;
    assert_int_equal(fake_rt_run(), FAKE_STOPPED);
    assert_int_equal(fake_count("up"), 1);
    assert_int_equal(fake.out_count, 1);
}

static int64_t brings_a_silent_peer(uint64_t deadline_ms, uint64_t *bits)
{
    if (is_attaching())
        return -ABI_E_TIMED_OUT;
    if (wait_count == 2) {
        fake_datagram(NEAR, DSB_DISCOVERY_PORT, fake.out[0].bytes, fake.out[0].len);
        (void)fake_connect(NEAR);
        return network(bits);
    }
    if (fake_count("refused msg1-deadline") == 1)
        fake_rt_stop();
    return sleep_until(deadline_ms);
}

static void wakes_to_end_a_silent_handshake(void **state)
{
    (void)state;
    fake_rt.wait = brings_a_silent_peer;
    assert_int_equal(fake_rt_run(), FAKE_STOPPED);
    assert_int_equal(fake_rt.now_ms, START_MS + DSB_HANDSHAKE_DEADLINE_MS);
}

static int64_t brings_a_stream_and_a_query(uint64_t deadline_ms, uint64_t *bits)
{
    uint8_t query[DSB_QUERY_LEN];
    if (is_attaching())
        return -ABI_E_TIMED_OUT;
    if (wait_count == 2) {
        dsb_query_encode(query);
        fake_send(fake_connect(NEAR), (const uint8_t[]){0, 0}, 2);
        fake_datagram(NEAR, 5555, query, sizeof query);
        return network(bits);
    }
    if (fake.out_count == 2)
        fake_rt_stop();
    return sleep_until(deadline_ms);
}

/* Who has the answer to a query knows that what it did on a stream is in the log. */
static void answers_a_query_after_the_streams(void **state)
{
    (void)state;
    fake_rt.wait = brings_a_stream_and_a_query;
    assert_int_equal(fake_rt_run(), FAKE_STOPPED);
    assert_int_equal(fake_count("refused msg1-zero-length"), 1);
    assert_true(fake_find("refused msg1-zero-length") < fake_find("send to 5555"));
}

/* The same of lines that were held: they are told at their time, and before an answer. */
static int64_t holds_lines(uint64_t deadline_ms, uint64_t *bits)
{
    uint8_t query[DSB_QUERY_LEN];
    if (is_attaching())
        return -ABI_E_TIMED_OUT;
    if (wait_count == 2) {
        fake.journal_deadline_ms = START_MS + 300;
        return network(bits);
    }
    if (fake.journal_told_count == 1) {
        assert_int_equal(fake_rt.now_ms, START_MS + 300);
        fake_rt_stop();
    }
    dsb_query_encode(query);
    (void)sleep_until(deadline_ms);
    fake_datagram(NEAR, 5555, query, sizeof query);
    return network(bits);
}

static void wakes_to_tell_held_lines_before_it_answers(void **state)
{
    (void)state;
    fake_rt.wait = holds_lines;
    assert_int_equal(fake_rt_run(), FAKE_STOPPED);
    assert_true(fake_find("held lines") < fake_find("send to 5555"));
}

static int64_t has_no_socket_at_first(uint64_t deadline_ms, uint64_t *bits)
{
    if (is_attaching())
        return -ABI_E_TIMED_OUT;
    if (wait_count == 2) {
        fake.no_sockets = true;
        (void)fake_connect(NEAR);
        return network(bits);
    }
    fake.no_sockets = false;
    if (fake.accepted_count == 1)
        fake_rt_stop();
    return sleep_until(deadline_ms);
}

static void wakes_to_accept_when_sockets_come_back(void **state)
{
    (void)state;
    fake_rt.wait = has_no_socket_at_first;
    assert_int_equal(fake_rt_run(), FAKE_STOPPED);
    assert_int_equal(fake_rt.now_ms, START_MS + ACCEPT_RETRY_MS);
}

static int64_t tells_of_a_death(uint64_t deadline_ms, uint64_t *bits)
{
    (void)deadline_ms;
    if (is_attaching())
        return -ABI_E_TIMED_OUT;
    if (wait_count > 2)
        fail_msg("it goes on without netstackd");
    *bits = DSOFTBUSD_DEATH_BITS;
    return ABI_EVENT_NOTIFICATION;
}

static void ends_with_netstackd(void **state)
{
    (void)state;
    fake_rt.wait = tells_of_a_death;
    assert_int_equal(fake_rt_run(), 1);
    assert_int_equal(fake_rt_count("dsoftbusd: netstackd is gone, beginning anew"), 1);
}

/* The same when netstackd does not answer what is ready. */
static int64_t finds_nobody(uint64_t deadline_ms, uint64_t *bits)
{
    (void)deadline_ms;
    if (is_attaching())
        return -ABI_E_TIMED_OUT;
    fake.is_gone = true;
    return network(bits);
}

static void ends_when_netstackd_does_not_answer(void **state)
{
    (void)state;
    fake_rt.wait = finds_nobody;
    assert_int_equal(fake_rt_run(), 1);
    assert_int_equal(fake_rt_count("dsoftbusd: netstackd is gone, beginning anew"), 1);
}

static int64_t stops_at_the_first_wait(uint64_t deadline_ms, uint64_t *bits)
{
    (void)deadline_ms;
    (void)bits;
    if (is_attaching())
        return -ABI_E_TIMED_OUT;
    fake_rt_stop();
}

static int64_t stops_when_it_serves(uint64_t deadline_ms, uint64_t *bits)
{
    (void)deadline_ms;
    (void)bits;
    if (fake_count("ready") == 0)
        return -ABI_E_TIMED_OUT;
    fake_rt_stop();
}

/* init starts both: netstackd may come later. */
static void attaches_until_netstackd_is_there(void **state)
{
    (void)state;
    fake.attach_fails_count = 3;
    fake_rt.wait = stops_when_it_serves;
    assert_int_equal(fake_rt_run(), FAKE_STOPPED);
    assert_int_equal(fake_rt.now_ms, START_MS + 300);
    assert_int_equal(setup(state), 0);
    fake.attach_fails_count = 1000;
    fake_rt.wait = stops_when_it_serves;
    assert_int_equal(fake_rt_run(), FAKE_EXIT_PANIC);
    assert_int_equal(fake_count("ready"), 0);
}

/* It neither ends nor serves: init would start it again and again, and reboot at last. */
static void waits_for_random_bytes_and_says_so_once(void **state)
{
    (void)state;
    fake.no_randomness_until_ms = START_MS + 600000;
    fake_rt.wait = stops_at_the_first_wait;
    assert_int_equal(fake_rt_run(), FAKE_STOPPED);
    assert_int_equal(fake_rt_count("dsoftbusd: no random bytes yet, waiting"), 1);
    assert_true(fake_rt.now_ms >= START_MS + 600000 && fake_rt.now_ms <= START_MS + 601000);
    assert_int_equal(fake_count("ready"), 1);
}

/* No identity, or one that is none: it does not serve as nobody. */
static void does_not_serve_without_an_identity(void **state)
{
    keystored.status = KEY_NOT_ALLOWED;
    assert_int_equal(fake_rt_run(), FAKE_EXIT_PANIC);
    assert_int_equal(setup(state), 0);
    keystored.id = "not an id";
    assert_int_equal(fake_rt_run(), FAKE_EXIT_PANIC);
    assert_int_equal(fake_rt_count("dsoftbusd: no identity (0)"), 1);
    assert_int_equal(fake_count("ready"), 0);
}

/* Each newcomer's one question goes to keystored; one that is gone is its own reason. */
static int64_t brings_message_1(uint64_t deadline_ms, uint64_t *bits)
{
    static const uint8_t message_1[2 + NOISE_XK_MESSAGE_1_OVERHEAD] = {
        0, NOISE_XK_MESSAGE_1_OVERHEAD, 9};
    if (is_attaching())
        return -ABI_E_TIMED_OUT;
    if (wait_count == 2) {
        fake_send(fake_connect(NEAR), message_1, sizeof message_1);
        return network(bits);
    }
    if (fake_count("refused local-key") == 1)
        fake_rt_stop();
    return sleep_until(deadline_ms);
}

static void asks_keystored_for_its_part_of_a_handshake(void **state)
{
    (void)state;
    fake_rt.wait = brings_message_1;
    assert_int_equal(fake_rt_run(), FAKE_STOPPED);
    assert_int_equal(fake_rt.now_ms, START_MS);
}

static void says_that_its_keys_are_for_tests(void **state)
{
    (void)state;
    fake_rt.wait = only_sleeps;
    assert_int_equal(fake_rt_run(), FAKE_STOPPED);
    assert_int_equal(fake_count("bring-up"), 0);
    assert_int_equal(setup(state), 0);
    keystored.bring_up = true;
    fake_rt.wait = only_sleeps;
    assert_int_equal(fake_rt_run(), FAKE_STOPPED);
    assert_int_equal(fake_count("bring-up"), 1);
}

static void names_the_line_that_is_wrong(void **state)
{
    (void)state;
    fake_rt.files[0].text = "dsoftbus-trust 1\nfriend nokey\n";
    assert_int_equal(fake_rt_run(), FAKE_EXIT_PANIC);
    assert_non_null(strstr(fake_rt.log[0], "dsoftbusd: dsoftbusd.trust:2: "));
    assert_int_equal(fake_count("ready"), 0);
    assert_int_equal(setup(state), 0);
    fake_rt.files[1].text = "dsoftbus-services 2\n2 publish Log\n";
    assert_int_equal(fake_rt_run(), FAKE_EXIT_PANIC);
    assert_non_null(strstr(fake_rt.log[0], "dsoftbusd: dsoftbusd.services:2: "));
    assert_int_equal(fake_count("ready"), 0);
}

/* --- a root's word for this device ------------------------------------------------------------ */

static struct root root;

/* As `dsoftbus root sign` writes it. */
static const char *attestation_of(const char *id, uint8_t key_seed)
{
    static char text[1024];
    char hex[4][2 * DSB_KEY_LEN];
    struct dsb_attestation word;
    struct peer peer;

    root_make(&root, 1);
    peer_make(&peer, id, 0x20);
    noise_x25519_base(peer.identity.key.public_key, (const uint8_t[KEY_LEN]){key_seed});
    root_sign(&root, &word, &peer, 5, "");
    dsb_hex_encode(hex[0], peer.identity.key.public_key);
    dsb_hex_encode(hex[1], word.root);
    dsb_hex_encode(hex[2], word.signature);
    dsb_hex_encode(hex[3], word.signature + DSB_KEY_LEN);
    (void)snprintf(text, sizeof text,
                   "dsoftbus-attestation 1\nid %s\nkey %.64s\nserial 5\nroot %.64s\n"
                   "signature %.64s %.64s\n",
                   id, hex[0], hex[1], hex[2], hex[3]);
    return text;
}

/* Announces of version 2 bear it. */
static int64_t stops_at_an_announce(uint64_t deadline_ms, uint64_t *bits)
{
    (void)bits;
    if (is_attaching())
        return -ABI_E_TIMED_OUT;
    if (fake.out_count != 0)
        fake_rt_stop();
    return sleep_until(deadline_ms);
}

static unsigned announced_version(const char *attestation)
{
    fake_rt.files[2].text = attestation;
    fake_rt.wait = stops_at_an_announce;
    assert_int_equal(fake_rt_run(), FAKE_STOPPED);
    return fake.out[0].bytes[4];
}

static void its_own_word_goes_with_its_announces(void **state)
{
    static const char not_used[] =
        "dsoftbusd: dsoftbusd.attestation: not of this device's id and key, not used";

    assert_int_equal(announced_version("# none\n"), 1);
    assert_int_equal(setup(state), 0);
    assert_int_equal(announced_version(attestation_of("device", 0x11)), 2);
    assert_int_equal(fake_rt_count(not_used), 0);
    assert_int_equal(setup(state), 0);
    assert_int_equal(announced_version(attestation_of("device", 0x22)), 1);
    assert_int_equal(fake_rt_count(not_used), 1);
    assert_int_equal(setup(state), 0);
    assert_int_equal(announced_version(attestation_of("other", 0x11)), 1);
    assert_int_equal(fake_rt_count(not_used), 1);
}

static void a_word_that_is_none_ends_the_process(void **state)
{
    (void)state;
    fake_rt.files[2].text = "dsoftbus-attestation 1\nid Device\n";
    assert_int_equal(fake_rt_run(), FAKE_EXIT_PANIC);
    assert_non_null(strstr(fake_rt.log[0], "dsoftbusd: dsoftbusd.attestation:2: "));
}

/* --- a device that pairs ---------------------------------------------------------------------- */

static int64_t sleeps_until_the_window_is_shut(uint64_t deadline_ms, uint64_t *bits)
{
    (void)bits;
    if (is_attaching())
        return -ABI_E_TIMED_OUT;
    if (wait_count == 2)
        assert_true(fake.pairing_listens);
    if (!fake.pairing_listens)
        fake_rt_stop();
    fake.out_count = 0; /* its announces, which it never hears */
    return sleep_until(deadline_ms);
}

static void opens_a_window_and_wakes_to_shut_it(void **state)
{
    (void)state;
    fake_rt.arg = DSOFTBUSD_PAIRS;
    fake_rt.wait = sleeps_until_the_window_is_shut;
    assert_int_equal(fake_rt_run(), FAKE_STOPPED);
    assert_int_equal(fake_rt.now_ms, DSB_PAIRING_WINDOW_MS);
}

static size_t silent_count;

static int64_t brings_silent_peers(uint64_t deadline_ms, uint64_t *bits)
{
    if (is_attaching())
        return -ABI_E_TIMED_OUT;
    if (wait_count == 2) {
        for (size_t i = 0; i < silent_count; i++)
            (void)fake_connect(NEAR);
        return network(bits);
    }
    if (deadline_ms == 0)
        return -ABI_E_TIMED_OUT;
    fake_rt_stop();
}

static size_t dropped_of(size_t count, uint64_t arg)
{
    silent_count = count;
    fake_rt.arg = arg;
    fake_rt.wait = brings_silent_peers;
    assert_int_equal(fake_rt_run(), FAKE_STOPPED);
    return fake_count("refused local-dropped");
}

/* All of them together are never more than the share of one client. */
static void handshakes_lend_their_places_to_a_window(void **state)
{
    assert_int_equal(dropped_of(HALF_OPEN_MAX, 0), 0);
    assert_int_equal(setup(state), 0);
    assert_int_equal(dropped_of(HALF_OPEN_MAX - PAIRING_SOCKET_MAX, DSOFTBUSD_PAIRS), 0);
    assert_int_equal(setup(state), 0);
    assert_int_equal(dropped_of(HALF_OPEN_MAX - PAIRING_SOCKET_MAX + 1, DSOFTBUSD_PAIRS), 1);
    assert_int_equal(setup(state), 0);
    fake_rt.now_ms = DSB_PAIRING_WINDOW_MS;
    assert_int_equal(dropped_of(HALF_OPEN_MAX, DSOFTBUSD_PAIRS), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(is_not_up_until_it_hears_itself),
        TEST(is_up_once_it_heard_itself),
        TEST(wakes_to_end_a_silent_handshake),
        TEST(answers_a_query_after_the_streams),
        TEST(wakes_to_tell_held_lines_before_it_answers),
        TEST(wakes_to_accept_when_sockets_come_back),
        TEST(ends_with_netstackd),
        TEST(ends_when_netstackd_does_not_answer),
        TEST(attaches_until_netstackd_is_there),
        TEST(waits_for_random_bytes_and_says_so_once),
        TEST(does_not_serve_without_an_identity),
        TEST(asks_keystored_for_its_part_of_a_handshake),
        TEST(says_that_its_keys_are_for_tests),
        TEST(names_the_line_that_is_wrong),
        TEST(its_own_word_goes_with_its_announces),
        TEST(a_word_that_is_none_ends_the_process),
        TEST(opens_a_window_and_wakes_to_shut_it),
        TEST(handshakes_lend_their_places_to_a_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
