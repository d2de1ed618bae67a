/* SPDX-License-Identifier: Apache-2.0 */
/* Counts the boots in a record, beside one of the longest that the last boot must have left as it
 * was; tries to see it as another owner, and as nobody. */
#include "rt/log.h"
#include "rt/process.h"
#include "store/store.h"
#include "tests/os/system/slots.h"

#include <stdbool.h>
#include <string.h>

#define OWNER  CLIENT_SLOT_STORE
#define OTHER  (CLIENT_SLOT_STORE + 1)
#define NOBODY (CLIENT_SLOT_STORE + STORE_OWNERS_MAX)

static uint8_t longest[STORE_DATA_MAX], found[STORE_DATA_MAX];

static bool fail(const char *what, int status)
{
    rt_logf("SELFTEST: FAIL %s (%d)", what, status);
    return false;
}

/* What the boot of this number leaves. */
static void fill(uint32_t boot)
{
    for (size_t i = 0; i < sizeof longest; i++)
        longest[i] = (uint8_t)(i * 7 + boot);
}

static bool is_as_left(uint32_t boot)
{
    size_t len;

    fill(boot);
    enum store_status status = record_get(OWNER, "longest", found, sizeof found, &len);
    if (status != STORE_OK || len != sizeof longest || memcmp(found, longest, len) != 0)
        return fail("the last boot's record", (int)status);
    return true;
}

static bool leave(uint32_t boot)
{
    fill(boot);
    enum store_status status = record_put(OWNER, "longest", longest, sizeof longest);
    if (status == STORE_OK)
        status = record_put(OWNER, "boots", &boot, sizeof boot);
    return status == STORE_OK || fail("put", (int)status);
}

static bool others_see_nothing(void)
{
    size_t len;

    enum store_status status = record_get(OTHER, "boots", found, sizeof found, &len);
    if (status != STORE_NOT_FOUND)
        return fail("another owner", (int)status);
    status = record_get(NOBODY, "boots", found, sizeof found, &len);
    if (status != STORE_NOT_ALLOWED || record_put(NOBODY, "boots", &len, 1) != STORE_NOT_ALLOWED)
        return fail("nobody", (int)status);
    return true;
}

static bool count_boot(void)
{
    uint32_t boot = 0;
    size_t len;

    enum store_status status = record_get(OWNER, "boots", &boot, sizeof boot, &len);
    if (status == STORE_OK && !is_as_left(boot))
        return false;
    if (status != STORE_OK && status != STORE_NOT_FOUND) {
        rt_logf("SELFTEST: store answers %d", (int)status);
        return record_put(OWNER, "boots", &boot, sizeof boot) == status || fail("put", 0);
    }
    if (!leave(boot + 1) || !is_as_left(boot + 1) || !others_see_nothing())
        return false;
    rt_logf("SELFTEST: store boot %u", (unsigned)(boot + 1));
    return true;
}

int process_main(uint64_t arg)
{
    (void)arg;
    if (!count_boot())
        return 1;
    rt_logf("SELFTEST: end");
    return 0;
}
