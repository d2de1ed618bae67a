/* SPDX-License-Identifier: Apache-2.0 */
/* A key of the device's own: made once, kept before it counts, never made while what is kept cannot
 * be read. */
#include "own_key.h"

#include "dsoftbus/testing.h"
#include "dsoftbusd/fake_rt.h"
#include "proto/slots.h"
#include "rng/rng.h"
#include "rt/process.h"
#include "store/store.h"

#include <string.h>

/* stored, as this test has it: a record, and what the next calls answer instead. */
static struct {
    char text[STORE_DATA_MAX];
    size_t len;
    bool is_there;
    enum store_status get_fails[8], put_fails[8];
    bool failed_put_keeps;
    size_t get_count, put_count;
} stored;
static size_t made_count;
static struct dsb_identity_file file;
static enum { LOADS, FOR_EVER } patience;

void rng_wait(const char *who, uint32_t endpoint_cap, uint8_t *bytes, size_t bytes_len)
{
    assert_string_equal(who, "keystored");
    assert_int_equal(endpoint_cap, KEYSTORED_SLOT_RNG);
    made_count++;
    memset(bytes, (int)made_count, bytes_len);
}

enum store_status record_get(uint32_t endpoint_cap, const char *name, void *data, size_t data_size,
                             size_t *data_len)
{
    enum store_status fault = stored.get_count < 8 ? stored.get_fails[stored.get_count] : STORE_OK;

    assert_int_equal(endpoint_cap, KEYSTORED_SLOT_STORE);
    assert_string_equal(name, "identity");
    stored.get_count++;
    *data_len = 0;
    if (patience == FOR_EVER && stored.get_count == 1000)
        fake_rt_stop();
    if (patience == FOR_EVER)
        fault = stored.get_fails[0];
    if (fault != STORE_OK || !stored.is_there)
        return fault != STORE_OK ? fault : STORE_NOT_FOUND;
    if (stored.len > data_size)
        return STORE_MALFORMED;
    memcpy(data, stored.text, stored.len);
    *data_len = stored.len;
    return STORE_OK;
}

enum store_status record_put(uint32_t endpoint_cap, const char *name, const void *data,
                             size_t data_len)
{
    enum store_status fault = stored.put_count < 8 ? stored.put_fails[stored.put_count] : STORE_OK;

    assert_int_equal(endpoint_cap, KEYSTORED_SLOT_STORE);
    assert_string_equal(name, "identity");
    assert_false(stored.is_there); /* a key that is kept is never written over */
    stored.put_count++;
    if (fault == STORE_OK || stored.failed_put_keeps) {
        memcpy(stored.text, data, data_len);
        stored.len = data_len;
        stored.is_there = true;
    }
    return fault;
}

int process_main(uint64_t arg)
{
    (void)arg;
    own_key_load(&file);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    fake_rt_reset();
    memset(&stored, 0, sizeof stored);
    memset(&file, 0, sizeof file);
    made_count = 0;
    patience = LOADS;
    return 0;
}

static void keep(const char *text)
{
    stored.len = strlen(text);
    memcpy(stored.text, text, stored.len);
    stored.is_there = true;
}

/* What the log says of the device is what the file holds. */
static void assert_told(void)
{
    char line[200] = "keystored: this device is ";
    uint8_t public_key[DSB_KEY_LEN];

    noise_x25519_base(public_key, file.private_key);
    size_t len = strlen(line);
    memcpy(line + len, file.id.text, file.id.len);
    len += file.id.len;
    line[len++] = ' ';
    for (size_t i = 0; i < sizeof public_key; i++) {
        line[len++] = "0123456789abcdef"[public_key[i] >> 4];
        line[len++] = "0123456789abcdef"[public_key[i] & 15];
    }
    assert_int_equal(fake_rt_count(line), 1);
    if (made_count > 0) {
        assert_int_equal(file.id.len, strlen("device-") + 12);
        assert_memory_equal(file.id.text, "device-", 7);
        assert_memory_equal(file.id.text + 7, line + len - 2 * sizeof public_key, 12);
    }
}

static void makes_a_key_once_and_finds_it_again(void **state)
{
    struct dsb_identity_file first;

    (void)state;
    assert_int_equal(fake_rt_run(), 0);
    assert_int_equal(made_count, 1);
    assert_int_equal(fake_rt_count("keystored: made a key"), 1);
    assert_told();
    first = file;
    fake_rt_reset();
    assert_int_equal(fake_rt_run(), 0);
    assert_int_equal(made_count, 1);
    assert_int_equal(fake_rt_count("keystored: made a key"), 0);
    assert_told();
    assert_memory_equal(first.private_key, file.private_key, DSB_KEY_LEN);
    assert_true(dsb_device_id_equal(&first.id, &file.id));
}

/* A disk that is not there, fails or is another's: no key is made that would be lost. */
static void makes_no_key_while_the_disk_cannot_be_read(void **state)
{
    static const enum store_status faults[] = {STORE_IO, STORE_NO_DISK, STORE_FOREIGN,
                                               STORE_TOO_SMALL, STORE_NOT_ALLOWED};

    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        (void)setup(state);
        patience = FOR_EVER;
        stored.get_fails[0] = faults[i];
        assert_int_equal(fake_rt_run(), FAKE_STOPPED);
        assert_int_equal(made_count, 0);
        assert_int_equal(stored.put_count, 0);
        assert_int_equal(fake_rt.log_count, 1); /* said once, however long */
    }
}

static void waits_for_a_disk_that_comes_later(void **state)
{
    (void)state;
    stored.get_fails[0] = stored.get_fails[1] = STORE_NO_DISK;
    assert_int_equal(fake_rt_run(), 0);
    assert_int_equal(fake_rt_count("keystored: no place for a key yet (7), waiting"), 1);
    assert_told();
}

/* Nobody hears of a key before it is kept: one that was not is forgotten, one that was, after all,
 * is the device's. */
static void a_key_counts_when_it_is_kept(void **state)
{
    (void)state;
    stored.put_fails[0] = STORE_IO;
    assert_int_equal(fake_rt_run(), 0);
    assert_int_equal(made_count, 2);
    assert_int_equal(file.private_key[0], 2);
    assert_int_equal(fake_rt_count("keystored: made a key"), 1);
    assert_told();
    (void)setup(state);
    stored.put_fails[0] = STORE_IO;
    stored.failed_put_keeps = true;
    assert_int_equal(fake_rt_run(), 0);
    assert_int_equal(made_count, 1);
    assert_int_equal(file.private_key[0], 1);
    assert_told();
}

static void refuses_a_record_that_is_no_identity(void **state)
{
    (void)state;
    keep("dsoftbus-identity 1\nid device\nprivate 11\n");
    assert_int_equal(fake_rt_run(), FAKE_EXIT_PANIC);
    assert_non_null(strstr(fake_rt.log[0], "keystored: stored identity:3: "));
    assert_int_equal(made_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(makes_a_key_once_and_finds_it_again, setup),
        cmocka_unit_test_setup(makes_no_key_while_the_disk_cannot_be_read, setup),
        cmocka_unit_test_setup(waits_for_a_disk_that_comes_later, setup),
        cmocka_unit_test_setup(a_key_counts_when_it_is_kept, setup),
        cmocka_unit_test_setup(refuses_a_record_that_is_no_identity, setup),
    };

    return noise_init() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
