/* SPDX-License-Identifier: Apache-2.0 */
/* Asks until there is an answer. */
#include "record.h"

#include "proto/slots.h"
#include "rt/log.h"
#include "rt/time.h"
#include "store/store.h"

#include <stdbool.h>

#define AGAIN_MS 1000

size_t record_wait(const char *name, void *data)
{
    size_t len = 0;
    bool said = false;
    enum store_status status;

    while ((status = record_get(DSOFTBUSD_SLOT_STORE, name, data, STORE_DATA_MAX, &len)) !=
               STORE_OK &&
           status != STORE_NOT_FOUND) {
        if (!said)
            rt_logf("dsoftbusd: stored %s cannot be read yet (%d), waiting", name, (int)status);
        said = true;
        rt_sleep_ms(AGAIN_MS);
    }
    return len;
}
