/* SPDX-License-Identifier: Apache-2.0 */
/* See fake_rt.h. */
#include "fake_rt.h"

#include "proto/slots.h"
#include "rt/log.h"
#include "rt/map.h"
#include "rt/process.h"
#include "rt/time.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct fake_rt fake_rt;

void fake_rt_reset(void)
{
    memset(&fake_rt, 0, sizeof fake_rt);
    for (size_t i = 0; i < FAKE_FILE_COUNT; i++)
        fake_rt.files[i].held = true;
}

int fake_rt_run(void)
{
    int code = setjmp(fake_rt.end);
    if (code == 0)
        code = process_main(fake_rt.arg);
    return code;
}

void fake_rt_stop(void)
{
    longjmp(fake_rt.end, FAKE_STOPPED);
}

size_t fake_rt_count(const char *line)
{
    size_t count = 0;
    for (size_t i = 0; i < fake_rt.log_count; i++)
        count += strcmp(fake_rt.log[i], line) == 0;
    return count;
}

void rt_logf(const char *format, ...)
{
    va_list args;
    assert(fake_rt.log_count < FAKE_LOG_COUNT);
    va_start(args, format);
    (void)vsnprintf(fake_rt.log[fake_rt.log_count++], FAKE_LOG_MAX, format, args);
    va_end(args);
}

void rt_panic(const char *what, int64_t status)
{
    rt_logf("%s (%d)", what, (int)status);
    longjmp(fake_rt.end, FAKE_EXIT_PANIC);
}

void rt_exit(uint64_t code)
{
    longjmp(fake_rt.end, (int)code);
}

uint64_t rt_ticks(void)
{
    return fake_rt.now_ms * ABI_TICKS_PER_MS;
}

void rt_sleep_ms(uint64_t ms)
{
    fake_rt.now_ms += ms;
}

int64_t rt_recv(rt_slot endpoint, rt_slot notification, void *recv, size_t recv_capacity,
                struct abi_caps *caps, uint64_t deadline, struct rt_event *event)
{
    (void)recv;
    (void)caps;
    assert((endpoint == ABI_SLOT_NONE || endpoint == DSOFTBUSD_SLOT_BUS) &&
           notification == DSOFTBUSD_SLOT_NOTIFY);
    assert(recv_capacity == 0);
    return fake_rt.wait(deadline == ABI_DEADLINE_NONE ? UINT64_MAX : deadline / ABI_TICKS_PER_MS,
                        &event->value);
}

int64_t rt_cap_copy(rt_slot source, uint32_t rights, uint64_t badge)
{
    assert(source == DSOFTBUSD_SLOT_NOTIFY && badge == DSOFTBUSD_NETWORK_BITS);
    assert((rights & ABI_RIGHT_RECV) == 0);
    return 40;
}

static struct fake_file *file_of(rt_slot slot)
{
    assert(slot >= CLIENT_SLOT_FILE && slot < CLIENT_SLOT_FILE + FAKE_FILE_COUNT);
    return &fake_rt.files[slot - CLIENT_SLOT_FILE];
}

int64_t rt_map_file(rt_slot slot, const uint8_t **data, size_t *data_len)
{
    struct fake_file *file = file_of(slot);
    assert(file->held && !file->mapped);
    file->mapped = true;
    *data = (const uint8_t *)file->text;
    *data_len = strlen(file->text);
    return 0;
}

int64_t rt_unmap(uint64_t addr)
{
    for (size_t i = 0; i < FAKE_FILE_COUNT; i++)
        if ((uintptr_t)fake_rt.files[i].text == addr)
            fake_rt.files[i].mapped = false;
    return 0;
}

int64_t rt_cap_drop(rt_slot slot)
{
    file_of(slot)->held = false;
    return 0;
}
