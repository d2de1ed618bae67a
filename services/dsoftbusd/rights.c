/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of the file, as rights and as addresses. */
#include "rights.h"

#include "dsoftbus/lines.h"
#include "dsoftbus/stream_record.h"
#include "limits.h"
#include "netfacade/netfacade.h"

#include <string.h>

_Static_assert(BUS_CLIENT_MAX <= 9, "a badge is one digit");

/* A service may have any name, a device any id: "*" is neither. */
static const char any[] = "*";

static struct right {
    uint8_t badge;
    bool is_connect; /* else publish: the device means nothing */
    bool any_device, any_service;
    struct dsb_device_id device;
    uint8_t service_len;
    char service[DSB_STREAM_SERVICE_MAX];
} rights[BUS_RIGHT_MAX];
static size_t right_count;

static struct known {
    struct dsb_device_id device;
    struct net_address address;
} known[KNOWN_ADDRESS_MAX];
static size_t known_count;

/* --- the file --------------------------------------------------------------------------------- */

static enum dsb_text_fault set_service(struct right *right, const struct dsb_word *name)
{
    right->any_service = right->is_connect && dsb_word_is(name, any);
    if (right->any_service)
        return DSB_TEXT_NO_FAULT;
    if (!dsb_service_name_is_valid(name->text, name->len))
        return DSB_TEXT_BAD_SERVICE;
    right->service_len = (uint8_t)name->len;
    memcpy(right->service, name->text, name->len);
    return DSB_TEXT_NO_FAULT;
}

/* DEVICE/SERVICE */
static enum dsb_text_fault set_target(struct right *right, const struct dsb_word *target)
{
    const char *slash = target->len == 0 ? NULL : memchr(target->text, '/', target->len);

    if (slash == NULL)
        return DSB_TEXT_BAD_SERVICE;
    const struct dsb_word device = {target->text, (size_t)(slash - target->text)};
    const struct dsb_word service = {slash + 1, target->len - device.len - 1};
    right->any_device = dsb_word_is(&device, any);
    if (!right->any_device && dsb_device_id_set(&right->device, device.text, device.len) != DSB_OK)
        return DSB_TEXT_BAD_ID;
    return set_service(right, &service);
}

/* Badges that have a line of this kind: of others they would take what is meant for each. */
static size_t caller_count(void)
{
    uint32_t badges = 0;

    for (size_t i = 0; i < right_count; i++)
        if (rights[i].is_connect)
            badges |= 1u << rights[i].badge;
    return (size_t)__builtin_popcount(badges);
}

static enum dsb_text_fault add_right(const struct dsb_line *line)
{
    const struct dsb_word *badge = &line->words[0];
    struct right right = {.is_connect = dsb_word_is(&line->words[1], "connect")};

    if (badge->len != 1 || badge->text[0] < '1' || badge->text[0] > '0' + BUS_CLIENT_MAX)
        return DSB_TEXT_UNKNOWN_FIELD;
    if (!right.is_connect && !dsb_word_is(&line->words[1], "publish"))
        return DSB_TEXT_UNKNOWN_FIELD;
    if (right_count == BUS_RIGHT_MAX)
        return DSB_TEXT_TOO_MANY_ENTRIES;
    right.badge = (uint8_t)(badge->text[0] - '0');
    enum dsb_text_fault fault = right.is_connect ? set_target(&right, &line->words[2])
                                                 : set_service(&right, &line->words[2]);
    if (fault != DSB_TEXT_NO_FAULT)
        return fault;
    rights[right_count++] = right;
    return caller_count() > BUS_CALLER_MAX ? DSB_TEXT_TOO_MANY_ENTRIES : DSB_TEXT_NO_FAULT;
}

static enum dsb_text_fault add_address(const struct dsb_line *line)
{
    struct known new;

    if (dsb_device_id_set(&new.device, line->words[1].text, line->words[1].len) != DSB_OK)
        return DSB_TEXT_BAD_ID;
    if (!net_address_parse(line->words[2].text, line->words[2].len, &new.address))
        return DSB_TEXT_BAD_ADDRESS;
    if (known_count == KNOWN_ADDRESS_MAX)
        return DSB_TEXT_TOO_MANY_ENTRIES;
    known[known_count++] = new;
    return DSB_TEXT_NO_FAULT;
}

static enum dsb_text_fault take_rights_line(void *ctx, const struct dsb_line *line)
{
    (void)ctx;
    return dsb_word_is(&line->words[0], "peer") ? add_address(line) : add_right(line);
}

static const struct dsb_format format = {"dsoftbus-services", 2, 2};

bool rights_read(const char *text, size_t text_len, struct dsb_text_error *error)
{
    struct dsb_lines lines = {.text = text, .text_len = text_len, .words_max = DSB_WORDS_MAX};

    right_count = known_count = 0;
    error->fault = dsb_lines_read(&lines, &format, take_rights_line, NULL);
    error->line = lines.number;
    if (error->fault != DSB_TEXT_NO_FAULT)
        right_count = known_count = 0;
    return error->fault == DSB_TEXT_NO_FAULT;
}

/* --- questions -------------------------------------------------------------------------------- */

/* NULL: whichever. */
static bool names_service(const struct right *right, const char *service, size_t service_len)
{
    return service == NULL || right->any_service ||
           (right->service_len == service_len && memcmp(right->service, service, service_len) == 0);
}

static bool names_device(const struct right *right, const struct dsb_device_id *device)
{
    return right->any_device || dsb_device_id_equal(&right->device, device);
}

static bool may_connect(uint64_t badge, const struct dsb_device_id *device, const char *service,
                        size_t service_len)
{
    for (size_t i = 0; i < right_count; i++)
        if (rights[i].badge == badge && rights[i].is_connect && names_device(&rights[i], device) &&
            names_service(&rights[i], service, service_len))
            return true;
    return false;
}

bool rights_may_connect(uint64_t badge, const struct dsb_device_id *device, const char *service,
                        size_t service_len)
{
    return may_connect(badge, device, service, service_len);
}

bool rights_may_watch(uint64_t badge, const struct dsb_device_id *device)
{
    return may_connect(badge, device, NULL, 0);
}

bool rights_may_publish(uint64_t badge, const char *service, size_t service_len)
{
    for (size_t i = 0; i < right_count; i++)
        if (rights[i].badge == badge && !rights[i].is_connect &&
            names_service(&rights[i], service, service_len))
            return true;
    return false;
}

bool rights_address(const struct dsb_device_id *device, size_t idx, struct net_address *address)
{
    for (size_t i = 0; i < known_count; i++)
        if (dsb_device_id_equal(&known[i].device, device) && idx-- == 0) {
            *address = known[i].address;
            return true;
        }
    return false;
}
