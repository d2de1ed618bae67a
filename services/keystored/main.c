/* SPDX-License-Identifier: Apache-2.0 */
/* keystored: the one process that holds the device's static private key. It is asked, and answers;
 * it has a way to nobody, but in an image without a key to stored and rngd. */
#include "own_key.h"
#include "proto/slots.h"
#include "rt/log.h"
#include "rt/map.h"
#include "rt/process.h"
#include "service.h"

#define FILE_NAME "dsoftbusd.identity"

static struct dsb_identity_file identity_file; /* the key itself */

/* The text goes out of reach once it is read: the key is in this process once. */
static void load(void)
{
    struct dsb_text_error error = {0};
    const uint8_t *text = NULL;
    size_t text_len = 0;

    rt_must(rt_map_file(KEYSTORED_SLOT_FILE, &text, &text_len), FILE_NAME);
    if (dsb_identity_parse(&identity_file, (const char *)text, text_len, &error) != DSB_OK) {
        rt_logf("keystored: %s:%zu: %s", FILE_NAME, error.line, dsb_text_fault_name(error.fault));
        rt_panic("keystored: refused its key", -1);
    }
    rt_must(rt_unmap((uintptr_t)text), "keystored: unmap");
    rt_must(rt_cap_drop(KEYSTORED_SLOT_FILE), "keystored: drop");
}

/* `arg` says which badges may ask, and where the key comes from. */
int process_main(uint64_t arg)
{
    if (noise_init() != 0)
        rt_panic("keystored: crypto", -1);
    if (arg & KEY_IS_OWN)
        own_key_load(&identity_file);
    else
        load();
    if (key_service_start(&identity_file, arg & ~KEY_IS_OWN) != DSB_OK)
        rt_panic("keystored: identity", -1);
    key_service.endpoint = KEYSTORED_SLOT_ENDPOINT;
    serve_run(&key_service);
}
