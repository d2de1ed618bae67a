/* SPDX-License-Identifier: Apache-2.0 */
/* Roots' lists between devices, and what is kept of what roots said. alpha.lab and beta.lab come by
 * the root's word alone; gamma is a line of the trust store, with one service. */
#include "devices.h"
#include "dsoftbus/attested.h"
#include "dsoftbus/lines.h"
#include "dsoftbus/testing.h"
#include "fake_rt.h"
#include "fake_store.h"
#include "fleet.h"
#include "remote.h"
#include "rt/process.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define REMOTES 3
#define NEAR    0x0a000203

static struct remote remotes[REMOTES];
#define alpha (&remotes[0])
#define beta  (&remotes[1])
#define gamma (&remotes[2])

static struct dsb_attestation words[REMOTES];
static struct table table;
static struct net_client net;
static struct peer device;
static struct root root, other_root;
static struct dsb_trust_root roots[ROOT_MAX];
static struct dsb_vouched_row rows[VOUCHED_MAX];
static struct dsb_vouched_list lists[ROOT_MAX];
static struct dsb_vouched vouched;
static struct dsb_revocations list;
static uint64_t now;

/* None: the parts are called one by one. */
int process_main(uint64_t arg)
{
    (void)arg;
    return 1;
}

static uint64_t clock_ms(void)
{
    return now;
}

/* Until nobody has anything to say. */
static void settle(void)
{
    for (int i = 0; i < 60; i++) {
        for (size_t s = 1; s <= fake.accepted_count; s++)
            table_ready(&table, (net_handle)s);
        (void)!table_accept(&table, FAKE_LISTENER, now);
        (void)!table_turn(&table, now);
        fleet_turn();
        for (size_t r = 0; r < REMOTES; r++)
            if (remotes[r].stream != NULL)
                remote_turn(&remotes[r], now);
    }
}

static void pass(uint64_t ms)
{
    now += ms;
    settle();
}

/* --- a test's beginning and end --------------------------------------------------------------- */

/* A device that was switched on now; what it heard before is on its disk at most. */
static void boot(bool has_disk)
{
    fake_rt.log_count = 0;
    memset(rows, 0, sizeof rows);
    memset(lists, 0, sizeof lists);
    memset(&vouched, 0, sizeof vouched);
    vouched = (struct dsb_vouched){
        .rows = rows, .capacity = VOUCHED_MAX, .lists = lists, .list_capacity = ROOT_MAX};
    fake_reset();
    for (size_t i = 0; i < REMOTES; i++)
        remotes[i].stream = NULL;
    table_init(&table, &device.local, &net, 0);
    fleet_init(&table, &device.trust, has_disk, clock_ms);
}

static void make_remotes(void)
{
    static const char *const ids[] = {"alpha.lab", "beta.lab", "gamma"};

    for (size_t i = 0; i < REMOTES; i++) {
        struct peer *peer = &remotes[i].peer;
        memset(&remotes[i], 0, sizeof remotes[i]);
        peer_make(peer, ids[i], (uint8_t)(0x20 + i));
        peer->local.streams = (struct dsb_stream_limits){4096, 8};
        peer_trust(peer, &device);
        root_sign(&root, &words[i], peer, 5, "");
        peer->local.attestation = i < 2 ? &words[i] : NULL;
    }
}

static void trust_root_and_gamma(void)
{
    static char text[1024];
    char key[2 * DSB_KEY_LEN];
    struct dsb_text_error error;
    int len = snprintf(text, sizeof text, DSB_TRUST_HEADER);

    device.trust.roots = roots;
    device.trust.root_capacity = ROOT_MAX;
    device.trust.vouched = &vouched;
    root_line(text + len, sizeof text - (size_t)len, "*.lab", &root, "");
    dsb_hex_encode(key, gamma->peer.identity.key.public_key);
    len = (int)strlen(text);
    (void)snprintf(text + len, sizeof text - (size_t)len, "gamma %.64s log\n", key);
    assert_int_equal(
        dsb_trust_store_parse(&device.trust, &device.identity, text, strlen(text), &error), DSB_OK);
}

static int setup(void **state)
{
    (void)state;
    if (sodium_init() < 0)
        return -1;
    now = 1000;
    fake_rt_reset();
    fake_store_reset();
    root_make(&root, 1);
    root_make(&other_root, 2);
    peer_make(&device, "device", 0x11);
    device.local.recv_max = RECORD_UNIT_MAX;
    device.local.streams = (struct dsb_stream_limits){STREAM_WINDOW, SESSION_STREAM_MAX};
    make_remotes();
    trust_root_and_gamma();
    service_remove(&service_revocations);
    boot(true);
    return service_add(&service_revocations) ? 0 : -1;
}

/* --- a peer's side ---------------------------------------------------------------------------- */

static void come(struct remote *remote)
{
    remote_dial(remote, NEAR, &device.identity.id, now);
    settle();
}

static bool has_session(const struct remote *remote)
{
    return remote->stream != NULL && !remote->stream->aborted && remote->is_open;
}

static const char *text_of(const struct dsb_revocations *l)
{
    static char text[ROOT_LIST_TEXT_SIZE];

    (void)root_list_text(text, l);
    return text;
}

static const char *revoke(const struct root *by, uint64_t serial, const struct remote *whom)
{
    root_revoke(by, &list, serial, &whom->peer.identity.id, 6);
    return text_of(&list);
}

static uint32_t say(struct remote *remote, const char *text, size_t len, bool finish)
{
    uint32_t id;
    size_t written_len = 0;

    assert_ok(dsb_streams_open(&remote->streams, "revocations", 11, &id));
    if (len != 0)
        assert_ok(
            dsb_streams_write(&remote->streams, id, (const uint8_t *)text, len, &written_len));
    settle();
    while (written_len < len) {
        size_t more_len;
        assert_ok(dsb_streams_write(&remote->streams, id, (const uint8_t *)text + written_len,
                                    len - written_len, &more_len));
        written_len += more_len;
        settle();
    }
    if (finish)
        assert_ok(dsb_streams_finish(&remote->streams, id));
    settle();
    return id;
}

/* "" when the stream was reset. */
static const char *answer_to(struct remote *remote, uint32_t id)
{
    static char text[100];
    size_t len = 0;
    enum dsb_status status =
        dsb_streams_read(&remote->streams, id, (uint8_t *)text, sizeof text - 1, &len);

    assert_true(status == DSB_OK || status == DSB_WAS_RESET);
    text[status == DSB_OK ? len : 0] = '\0';
    (void)!dsb_streams_let_go(&remote->streams, id);
    settle();
    return text;
}

/* What the device answers to this list; the next one may follow. */
static const char *bring(struct remote *remote, const char *text)
{
    const char *answer = answer_to(remote, say(remote, text, strlen(text), true));
    pass(LIST_PAUSE_MS);
    return answer;
}

/* The stream that the device opened: its bytes, and an answer. */
static const char *given_to(struct remote *remote, const char *answer)
{
    static char text[4096];
    size_t len = 0, written_len;

    settle();
    assert_int_not_equal(remote->incoming, 0);
    assert_string_equal(remote->service, "revocations");
    assert_ok(dsb_streams_accept(&remote->streams, remote->incoming));
    settle();
    assert_ok(dsb_streams_read(&remote->streams, remote->incoming, (uint8_t *)text, sizeof text - 1,
                               &len));
    text[len] = '\0';
    assert_true(dsb_streams_is_finished(&remote->streams, remote->incoming));
    assert_ok(dsb_streams_write(&remote->streams, remote->incoming, (const uint8_t *)answer,
                                strlen(answer), &written_len));
    assert_ok(dsb_streams_finish(&remote->streams, remote->incoming));
    assert_ok(dsb_streams_let_go(&remote->streams, remote->incoming));
    remote->incoming = 0;
    settle();
    return text;
}

/* --- taking ----------------------------------------------------------------------------------- */

static void a_list_ends_the_sessions_of_who_is_revoked(void **state)
{
    (void)state;
    come(alpha);
    come(beta);
    assert_true(has_session(alpha) && has_session(beta));
    assert_string_equal(bring(alpha, revoke(&root, 1, beta)), "taken 1\n");
    assert_int_equal(fake_count("ended local-revoked"), 1);
    assert_true(has_session(alpha));
    assert_false(has_session(beta));
    come(beta);
    assert_false(has_session(beta));
    assert_int_equal(fake_count("refused msg3-revoked beta.lab"), 1);
}

/* gamma's line names another service alone. */
static void any_trusted_peer_may_bring_one(void **state)
{
    (void)state;
    come(gamma);
    assert_string_equal(bring(gamma, revoke(&root, 7, beta)), "taken 7\n");
    assert_string_equal(bring(gamma, revoke(&root, 7, beta)), "known 7\n");
    assert_string_equal(bring(gamma, revoke(&root, 6, alpha)), "known 7\n");
    assert_int_equal(fake_count("list taken 7 gamma"), 1);
    come(alpha);
    assert_true(has_session(alpha));
}

static void rotation_ends_the_sessions_of_the_former_key(void **state)
{
    struct peer *newer = &beta->peer;

    (void)state;
    come(alpha);
    peer_make(newer, "alpha.lab", 0x66);
    newer->local.streams = (struct dsb_stream_limits){4096, 8};
    peer_trust(newer, &device);
    root_sign(&root, &words[1], newer, 6, "");
    newer->local.attestation = &words[1];
    come(beta);
    assert_true(has_session(beta));
    assert_false(has_session(alpha));
    assert_int_equal(fake_count("ended local-revoked"), 1);
    come(alpha);
    assert_false(has_session(alpha));
    assert_int_equal(fake_count("refused msg3-serial alpha.lab"), 1);
}

static void what_no_root_signed_is_refused(void **state)
{
    char text[ROOT_LIST_TEXT_SIZE];

    (void)state;
    come(alpha);
    come(beta);
    assert_string_equal(bring(alpha, revoke(&other_root, 1, beta)), "refused unknown-root\n");
    (void)snprintf(text, sizeof text, "%s", revoke(&root, 1, beta));
    *strstr(text, "serial 1") = 'S';
    assert_string_equal(bring(alpha, text), "refused unknown field\n");
    list.entries[0].first_good++;
    assert_string_equal(bring(alpha, text_of(&list)), "refused bad-signature\n");
    assert_string_equal(bring(alpha, ""), "refused empty\n");
    assert_true(has_session(beta));
    assert_int_equal(vouched.list_count, 0);
}

/* Of each list that is cut, or has a byte changed, nothing stays. */
static void every_byte_counts(void **state)
{
    char text[ROOT_LIST_TEXT_SIZE], altered[ROOT_LIST_TEXT_SIZE];

    (void)state;
    come(alpha);
    (void)snprintf(text, sizeof text, "%s", revoke(&root, 1, beta));
    size_t len = strlen(text);
    for (size_t i = 1; i < len; i++) {
        alpha->stream->room_len = FAKE_STREAM_MAX; /* the fake's own bounds */
        fake.line_count = 0;
        assert_memory_equal(answer_to(alpha, say(alpha, text, i, true)), "refused ", 8);
        memcpy(altered, text, len);
        altered[i] ^= 1;
        now += LIST_PAUSE_MS;
        assert_memory_equal(answer_to(alpha, say(alpha, altered, len, true)), "refused ", 8);
        now += LIST_PAUSE_MS;
    }
    assert_int_equal(vouched.list_count, 0);
    assert_string_equal(bring(alpha, text), "taken 1\n");
}

static void a_list_that_never_ends_holds_up_nobody(void **state)
{
    static char endless[STREAM_WINDOW];
    const char *text;

    (void)state;
    come(alpha);
    come(beta);
    text = revoke(&root, 1, gamma);
    (void)say(alpha, text, 40, false);
    memset(endless, 'x', sizeof endless);
    uint32_t id = say(alpha, endless, DSB_REVOCATIONS_TEXT_MAX + 1, false);
    assert_string_equal(answer_to(alpha, id), "refused too-long\n");
    assert_string_equal(bring(beta, text), "taken 1\n");
}

static void lists_of_one_session_have_a_pause_between(void **state)
{
    const char *text;

    (void)state;
    come(alpha);
    come(beta);
    text = revoke(&root, 1, gamma);
    uint32_t first = say(alpha, "x\n", 2, true), second = say(alpha, text, strlen(text), true);
    assert_string_equal(answer_to(alpha, first),
                        "refused wrong number of words, or not one space between them\n");
    assert_string_equal(answer_to(alpha, second), "");
    assert_string_equal(bring(beta, text), "taken 1\n"); /* another's pause is not ours */
    assert_string_equal(bring(alpha, text), "known 1\n");
}

/* --- giving ----------------------------------------------------------------------------------- */

static void each_peer_is_given_each_list_once(void **state)
{
    char text[ROOT_LIST_TEXT_SIZE];

    (void)state;
    come(beta);
    come(gamma);
    (void)snprintf(text, sizeof text, "%s", revoke(&root, 1, alpha));
    assert_string_equal(bring(beta, text), "taken 1\n");
    assert_string_equal(given_to(gamma, "taken 1\n"), text);
    assert_string_equal(given_to(beta, "known 1\n"), text);
    pass(LIST_PAUSE_MS);
    assert_int_equal(beta->incoming | gamma->incoming, 0);
    (void)snprintf(text, sizeof text, "%s", revoke(&root, 2, alpha));
    assert_string_equal(bring(gamma, text), "taken 2\n");
    assert_string_equal(given_to(beta, "taken 2\n"), text);
}

/* Also one that comes later; and one that refuses the service is not asked again. */
static void who_comes_later_is_given_it_too(void **state)
{
    (void)state;
    come(gamma);
    assert_string_equal(bring(gamma, revoke(&root, 1, alpha)), "taken 1\n");
    come(beta);
    settle();
    assert_int_not_equal(beta->incoming, 0);
    assert_ok(dsb_streams_refuse(&beta->streams, beta->incoming, DSB_RESET_NO_SUCH_SERVICE));
    beta->incoming = 0;
    pass(LIST_PAUSE_MS);
    assert_int_equal(beta->incoming, 0);
}

static void who_is_busy_is_asked_again(void **state)
{
    (void)state;
    come(gamma);
    assert_string_equal(bring(gamma, revoke(&root, 1, alpha)), "taken 1\n");
    settle();
    assert_int_not_equal(gamma->incoming, 0);
    assert_ok(dsb_streams_refuse(&gamma->streams, gamma->incoming, DSB_RESET_BUSY));
    gamma->incoming = 0;
    pass(LIST_PAUSE_MS);
    assert_int_not_equal(gamma->incoming, 0);
}

static void a_newer_list_takes_the_place_of_one_under_way(void **state)
{
    char text[ROOT_LIST_TEXT_SIZE];

    (void)state;
    come(beta);
    come(gamma);
    assert_string_equal(bring(beta, revoke(&root, 1, alpha)), "taken 1\n");
    uint32_t first = gamma->incoming;
    assert_int_not_equal(first, 0);
    (void)snprintf(text, sizeof text, "%s", revoke(&root, 2, alpha));
    assert_string_equal(bring(beta, text), "taken 2\n");
    assert_ok(dsb_streams_accept(&gamma->streams, first));
    settle();
    assert_int_not_equal(gamma->incoming, first);
    assert_string_equal(given_to(gamma, "taken 2\n"), text);
    assert_int_equal(gamma->incoming, 0);
}

/* Nor does it cost the others anything. */
static void who_takes_no_streams_is_given_none(void **state)
{
    (void)state;
    gamma->peer.local.streams.streams_max = 0;
    come(gamma);
    come(beta);
    assert_string_equal(bring(beta, revoke(&root, 1, alpha)), "taken 1\n");
    assert_string_equal(given_to(beta, "known 1\n"), text_of(&list));
    assert_int_equal(gamma->incoming, 0);
    assert_true(has_session(gamma));
}

static void be_still(struct served *served)
{
    (void)served;
}

/* All that the peer takes are in use: it waits for the next one. */
static void a_peer_without_a_free_stream_is_given_it_later(void **state)
{
    static const struct service other = {.turn = be_still};
    struct session *session = &table.sessions[0];

    (void)state;
    gamma->peer.local.streams.streams_max = 1;
    come(gamma);
    come(beta);
    struct served *served = session_connect(session, &other, "log", 3);
    assert_non_null(served);
    settle();
    uint32_t taken = gamma->incoming;
    gamma->incoming = 0;
    assert_string_equal(bring(beta, revoke(&root, 1, alpha)), "taken 1\n");
    assert_int_equal(gamma->incoming, 0);
    served_let_go(served);
    settle();
    assert_ok(dsb_streams_let_go(&gamma->streams, taken));
    pass(LIST_PAUSE_MS);
    assert_int_not_equal(gamma->incoming, 0);
    assert_string_equal(gamma->service, "revocations");
}

/* As the peer reads, to its end. */
static void a_list_longer_than_the_window_is_given_whole(void **state)
{
    static char text[2 * DSB_REVOCATIONS_TEXT_MAX];
    size_t len = 0;

    (void)state;
    gamma->peer.local.streams.window = 64;
    come(gamma);
    come(beta);
    (void)revoke(&root, 1, alpha);
    for (int i = 0; i < 60; i++) {
        char name[DSB_DEVICE_ID_MAX];
        struct dsb_device_id id;
        int id_len = snprintf(name, sizeof name, "a-lamp-that-is-no-more-%d.lab", i);
        assert_ok(dsb_device_id_set(&id, name, (size_t)id_len));
        assert_true(dsb_revocations_set(&list, &id, 2));
    }
    root_sign_list(&root, &list);
    assert_true(strlen(text_of(&list)) > STREAM_SEND_CAP);
    assert_string_equal(bring(beta, text_of(&list)), "taken 1\n");
    assert_ok(dsb_streams_accept(&gamma->streams, gamma->incoming));
    while (!dsb_streams_is_finished(&gamma->streams, gamma->incoming)) {
        size_t read_len = 0;
        settle();
        enum dsb_status status =
            dsb_streams_read(&gamma->streams, gamma->incoming, (uint8_t *)text + len,
                             sizeof text - 1 - len, &read_len);
        assert_true(status == DSB_OK || status == DSB_ENDED);
        len += read_len;
    }
    assert_string_equal(text, text_of(&list));
}

/* --- keeping ---------------------------------------------------------------------------------- */

static void a_restart_forgets_nothing(void **state)
{
    (void)state;
    come(alpha);
    come(gamma);
    assert_string_equal(bring(gamma, revoke(&root, 3, beta)), "taken 3\n");
    boot(true);
    assert_int_equal(vouched.count, 1);
    assert_non_null(dsb_trust_store_find_id(&device.trust, &alpha->peer.identity.id));
    come(beta);
    assert_false(has_session(beta));
    assert_int_equal(fake_count("refused msg3-revoked beta.lab"), 1);
    come(gamma);
    assert_string_equal(given_to(gamma, "known 3\n"), text_of(&list));
    size_t put_count = fake_store.put_count;
    pass(10000);
    assert_int_equal(fake_store.put_count, put_count); /* what is there is not written again */
}

static void without_a_disk_it_does(void **state)
{
    (void)state;
    boot(false);
    come(gamma);
    assert_string_equal(bring(gamma, revoke(&root, 3, beta)), "taken 3\n");
    assert_int_equal(fake_store.put_count, 0);
    boot(false);
    assert_int_equal(vouched.list_count, 0);
}

/* Who can write the disk cannot make a device trusted, nor undo. */
static void the_disk_vouches_for_nobody(void **state)
{
    (void)state;
    come(alpha);
    come(gamma);
    assert_string_equal(bring(gamma, revoke(&root, 3, beta)), "taken 3\n");
    for (size_t i = 0; i < FAKE_OTHERS_MAX; i++) {
        struct fake_record *record = &fake_store.others[i];
        for (size_t at = 0, len = record->len; at < len; at++) {
            record->bytes[at] ^= 1;
            boot(true);
            assert_int_equal(vouched.count + vouched.list_count, 1); /* the other one */
            record->bytes[at] ^= 1;
            record->len = at;
            boot(true);
            assert_int_equal(vouched.count + vouched.list_count, 1);
            record->len = len;
        }
    }
    boot(true);
    assert_non_null(dsb_trust_store_find_id(&device.trust, &alpha->peer.identity.id));
}

/* A record that is full of the same device again and again, the last one cut by its end. */
static void a_record_ends_where_it_ends(void **state)
{
    (void)state;
    root_sign(&root, &words[0], &alpha->peer, 5, "lo"); /* a sanitizer sees the next 32 bytes */
    come(alpha);
    struct fake_record *record = &fake_store.others[ROOT_MAX]; /* behind those of lists */
    assert_string_equal(fake_store.names[ROOT_MAX], "vouched-0");
    size_t piece_len = record->len;
    assert_true(STORE_DATA_MAX % piece_len > DSB_DEVICE_ID_MAX + DSB_KEY_LEN + 2);
    for (size_t at = piece_len; at < STORE_DATA_MAX; at++)
        record->bytes[at] = record->bytes[at - piece_len];
    record->len = STORE_DATA_MAX;
    boot(true);
    assert_int_equal(vouched.count, 1);
    assert_int_equal(fake_rt.log_count, 1);
}

static void a_disk_that_fails_is_tried_again(void **state)
{
    (void)state;
    fake_store.put_fails_count = 3;
    come(alpha);
    assert_int_equal(fleet_deadline(), now + 1000);
    pass(1000);
    pass(1000);
    assert_int_not_equal(fleet_deadline(), DSB_NO_DEADLINE);
    pass(1000);
    assert_int_equal(fleet_deadline(), DSB_NO_DEADLINE);
    boot(true);
    assert_int_equal(vouched.count, 1);
}

/* As many as there is room for, with ids and lists of the longest kind. */
static void a_full_table_is_kept_whole(void **state)
{
    static const char services[] =
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,"
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    struct peer peer;
    struct dsb_attestation word;
    char id[DSB_DEVICE_ID_MAX + 1];

    (void)state;
    for (unsigned i = 0; i <= VOUCHED_MAX; i++) {
        (void)snprintf(id, sizeof id, "%060u.lab", i);
        peer_make(&peer, id, (uint8_t)(0x40 + i));
        root_sign(&root, &word, &peer, 1, services);
        assert_int_equal(dsb_vouched_take(&device.trust, &device.identity, &peer.identity.id,
                                          peer.identity.key.public_key, &word),
                         i < VOUCHED_MAX ? DSB_VOUCHED_OK : DSB_VOUCHED_FULL);
        settle();
    }
    boot(true);
    assert_int_equal(vouched.count, VOUCHED_MAX);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_list_ends_the_sessions_of_who_is_revoked),
        TEST(any_trusted_peer_may_bring_one),
        TEST(rotation_ends_the_sessions_of_the_former_key),
        TEST(what_no_root_signed_is_refused),
        TEST(every_byte_counts),
        TEST(a_list_that_never_ends_holds_up_nobody),
        TEST(lists_of_one_session_have_a_pause_between),
        TEST(each_peer_is_given_each_list_once),
        TEST(who_comes_later_is_given_it_too),
        TEST(who_is_busy_is_asked_again),
        TEST(a_newer_list_takes_the_place_of_one_under_way),
        TEST(who_takes_no_streams_is_given_none),
        TEST(a_peer_without_a_free_stream_is_given_it_later),
        TEST(a_list_longer_than_the_window_is_given_whole),
        TEST(a_restart_forgets_nothing),
        TEST(without_a_disk_it_does),
        TEST(the_disk_vouches_for_nobody),
        TEST(a_record_ends_where_it_ends),
        TEST(a_disk_that_fails_is_tried_again),
        TEST(a_full_table_is_kept_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
