/* SPDX-License-Identifier: Apache-2.0 */
/* Names with a comma between. */
#include "dsoftbus/service_list.h"

#include "dsoftbus/lines.h"
#include "dsoftbus/stream_record.h"

#include <string.h>

/* Takes the next name off the list that *rest is what is left of. False: there is none. */
static bool next_service(struct dsb_word *rest, struct dsb_word *name)
{
    if (rest->text == NULL)
        return false;
    const char *comma = memchr(rest->text, ',', rest->len);
    *name = (struct dsb_word){rest->text, comma == NULL ? rest->len : (size_t)(comma - rest->text)};
    *rest = comma == NULL ? (struct dsb_word){NULL, 0}
                          : (struct dsb_word){comma + 1, rest->len - name->len - 1};
    return true;
}

static bool has_service(struct dsb_word list, const void *service, size_t service_len)
{
    struct dsb_word name;

    while (next_service(&list, &name))
        if (name.len == service_len && memcmp(name.text, service, service_len) == 0)
            return true;
    return false;
}

bool dsb_service_list_has(const char *list, size_t list_len, const void *service,
                          size_t service_len)
{
    return service_len != 0 && has_service((struct dsb_word){list, list_len}, service, service_len);
}

enum dsb_text_fault dsb_service_list_fault(const char *list, size_t list_len)
{
    struct dsb_word rest = {list, list_len};
    struct dsb_word name;

    if (list_len == 0)
        return DSB_TEXT_NO_FAULT;
    for (unsigned count = 1; next_service(&rest, &name); count++) {
        if (!dsb_service_name_is_valid(name.text, name.len))
            return DSB_TEXT_BAD_SERVICE;
        if (has_service(rest, name.text, name.len))
            return DSB_TEXT_DUPLICATE_SERVICE;
        if (count > DSB_SERVICE_LIST_MAX)
            return DSB_TEXT_TOO_MANY_SERVICES;
    }
    return DSB_TEXT_NO_FAULT;
}
