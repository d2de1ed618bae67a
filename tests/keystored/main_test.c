/* SPDX-License-Identifier: Apache-2.0 */
/* keystored as a process: what it reads, what it lets go of, when it will not serve. */
#include "dsoftbus/testing.h"
#include "dsoftbusd/fake_rt.h"
#include "own_key.h"
#include "proto/slots.h"
#include "serve/port.h"
#include "service.h"

#include <string.h>

#define ZEROS_62 "00000000000000000000000000000000000000000000000000000000000000"

static unsigned wait_count;

struct serve_wake serve_port_wait(struct serve *serve, uint64_t deadline)
{
    (void)deadline;
    assert_int_equal(serve->endpoint, KEYSTORED_SLOT_ENDPOINT);
    wait_count++;
    fake_rt_stop();
}

void serve_port_reply(struct serve *serve)
{
    (void)serve;
}

void serve_port_signal(uint32_t capability)
{
    (void)capability;
}

void serve_port_drop(uint32_t capability)
{
    (void)capability;
}

void own_key_load(struct dsb_identity_file *file)
{
    (void)file;
    fail();
}

static int setup(void **state)
{
    (void)state;
    fake_rt_reset();
    wait_count = 0;
    return 0;
}

static void serves_once_its_file_is_out_of_reach(void **state)
{
    (void)state;
    fake_rt.files[0].text = "dsoftbus-identity 1\nid device\nprivate " ZEROS_62 "11\n";
    assert_int_equal(fake_rt_run(), FAKE_STOPPED);
    assert_int_equal(wait_count, 1);
    assert_int_equal(fake_rt.log_count, 0);
    assert_false(fake_rt.files[0].mapped);
    assert_false(fake_rt.files[0].held);
}

static void names_the_line_that_is_wrong(void **state)
{
    (void)state;
    fake_rt.files[0].text = "dsoftbus-identity 1\nid device\nprivate 11\n";
    assert_int_equal(fake_rt_run(), FAKE_EXIT_PANIC);
    assert_non_null(strstr(fake_rt.log[0], "keystored: dsoftbusd.identity:3: "));
    assert_null(strstr(fake_rt.log[0], "11"));
    assert_int_equal(wait_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(serves_once_its_file_is_out_of_reach, setup),
        cmocka_unit_test_setup(names_the_line_that_is_wrong, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
