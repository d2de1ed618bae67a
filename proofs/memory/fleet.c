/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of revocations between devices: given, from any point of texts that are none, few and the
 * most bytes, of which the peer's stream takes all, some or none; taken, of any length around the
 * longest; and answered with the longest word. Streams, sessions, disk and the store of what roots
 * said are promises: any answer.
 */
#include "any.h"
#include "exact.h"

#include <stdio.h>
#include <string.h>

#define FAULT_LEN  69 /* the longest */
#define NUMBER_LEN 20

/* snprintf() of what is said here: "refused" and a fault, or a word and a number. */
static int print(char *out, size_t size, const char *format, ...)
{
    size_t len = format[0] == 'r' ? sizeof "refused " + FAULT_LEN : sizeof "refused " + NUMBER_LEN;
    size_t end = len < size ? len : size - 1;

    /*@ assert writable: \valid(out + (0 .. end)); */
    Frama_C_make_unknown(out, end + 1);
    return (int)len;
}

#define snprintf print
#include "../../services/dsoftbusd/fleet.c"

static struct table sessions;
static struct session session;
static struct served served;
static struct dsb_trust_store store;
static struct dsb_vouched vouched;
static struct dsb_vouched_list lists[ROOT_MAX];
static struct dsb_local own_side;
static struct dsb_identity identity;
static size_t list_len, unread_len;
static bool was_written; /* a part: then all, or nothing */
static uint8_t sink;

/* --- promises --------------------------------------------------------------------------------- */

static enum dsb_status any_status(void)
{
    return (enum dsb_status)Frama_C_interval(DSB_OK, 20);
}

enum dsb_status dsb_streams_write(struct dsb_streams *of, uint32_t id, const uint8_t *bytes,
                                  size_t len, size_t *written_len)
{
    (void)of, (void)id;
    reads(bytes, len);
    *written_len = 0;
    if (len == 0 || any_bool())
        return DSB_WOULD_BLOCK;
    *written_len = was_written || any_bool() ? len : any_bool() ? 1 : len > 1 ? len - 1 : 1;
    was_written = true;
    return DSB_OK;
}

enum dsb_status dsb_streams_front(struct dsb_streams *of, uint32_t id, const uint8_t **bytes,
                                  size_t *len)
{
    (void)of, (void)id;
    *bytes = any_bytes(unread_len);
    *len = unread_len;
    return unread_len != 0 && any_bool() ? DSB_OK : DSB_WOULD_BLOCK;
}

enum dsb_status dsb_streams_took(struct dsb_streams *of, uint32_t id, size_t len)
{
    (void)of, (void)id;
    /*@ assert there: len <= unread_len; */
    return any_status();
}

enum dsb_status dsb_streams_finish(struct dsb_streams *of, uint32_t id)
{
    (void)of, (void)id;
    return any_status();
}

enum dsb_status dsb_streams_accept(struct dsb_streams *of, uint32_t id)
{
    (void)of, (void)id;
    return any_status();
}

enum dsb_status dsb_streams_reset(struct dsb_streams *of, uint32_t id, enum dsb_reset_code code)
{
    (void)of, (void)id, (void)code;
    return any_status();
}

size_t dsb_streams_unread(struct dsb_streams *of, uint32_t id)
{
    (void)of, (void)id;
    return unread_len;
}

bool dsb_streams_is_finished(struct dsb_streams *of, uint32_t id)
{
    (void)of, (void)id;
    return any_bool();
}

struct served *session_connect(struct session *to, const struct service *owner, const char *service,
                               size_t service_len)
{
    (void)owner;
    reads((const uint8_t *)service, service_len);
    served.session = to;
    return any_bool() ? &served : NULL;
}

bool session_is_usable(const struct session *one)
{
    (void)one;
    return any_bool();
}

void served_let_go(struct served *one)
{
    one->id = 0;
}

void table_recheck(struct table *of)
{
    (void)of;
}

void root_lists_init(const struct dsb_trust_store *of)
{
    (void)of;
}

size_t root_lists_text(size_t idx, const char **text)
{
    /*@ assert place: idx < ROOT_MAX; */
    *text = (const char *)any_bytes(list_len);
    return list_len;
}

enum list_result root_lists_take(const char *text, size_t text_len, uint64_t *serial,
                                 const char **why)
{
    /*@ assert bounded: text_len <= DSB_REVOCATIONS_TEXT_MAX; */
    reads((const uint8_t *)text, text_len);
    *serial = 1;
    *why = "";
    return (enum list_result)Frama_C_interval(LIST_TAKEN, LIST_REFUSED);
}

void kept_init(const struct dsb_trust_store *of, const struct dsb_identity *own, bool has_disk)
{
    (void)of, (void)own, (void)has_disk;
}

void kept_turn(uint64_t now_ms)
{
    (void)now_ms;
}

uint64_t kept_deadline(void)
{
    return 0;
}

void journal_list(const struct dsb_device_id *peer, const char *outcome, uint64_t serial)
{
    sink ^= (uint8_t)(peer->len ^ (uint8_t)outcome[0] ^ serial);
}

/* --- calls ------------------------------------------------------------------------------------ */

static void make(size_t list, size_t given_len)
{
    memset(&session, 0, sizeof session);
    served.session = &session;
    served.id = 1;
    served.reset_code = (uint16_t)Frama_C_interval(DSB_RESET_NONE, DSB_RESET_PROTOCOL);
    session.giving.served = any_bool() ? &served : NULL;
    session.giving.list = list;
    session.giving.serial = (uint64_t)Frama_C_interval(0, 1);
    session.giving.given_len = given_len;
    session.list_ms = any_time();
    vouched.list_count = list + 1;
    vouched.change_count = any_bool();
    was_written = false;
}

static void give_from(size_t text_len, size_t list, size_t given_len)
{
    list_len = text_len;
    unread_len = 1;
    make(list, given_len);
    give_turn(&served);
    /*@ assert given: session.giving.given_len <= text_len; */
}

static void begin(size_t text_len, size_t list)
{
    list_len = text_len;
    make(list, 0);
    session.giving.served = NULL;
    give_what_is_unknown(&session);
    /*@ assert list: session.giving.list < ROOT_MAX; */
    sessions.sessions[0].is_used = any_bool();
    fleet_turn();
    (void)fleet_deadline();
}

static void take(size_t len)
{
    unread_len = len;
    make(0, 0);
    (void)revocations_begin(&service_revocations, &served);
    revocations_turn(&served);
}

static void give_texts(size_t list)
{
    give_from(0, list, 0);
    give_from(1, list, 0);
    give_from(2, list, 1);
    give_from(DSB_REVOCATIONS_TEXT_MAX, list, 0);
    give_from(DSB_REVOCATIONS_TEXT_MAX, list, DSB_REVOCATIONS_TEXT_MAX - 1);
    give_from(DSB_REVOCATIONS_TEXT_MAX, list, DSB_REVOCATIONS_TEXT_MAX);
    begin(1, list);
}

int main(void)
{
    vouched.lists = lists;
    store.vouched = &vouched;
    own_side.identity = &identity;
    sessions.local = &own_side;
    Frama_C_make_unknown((char *)lists, sizeof lists);
    fleet_init(&sessions, &store, any_bool(), any_time);
    give_texts(0);
    give_texts(ROOT_MAX - 1);
    take(0);
    take(1);
    take(DSB_REVOCATIONS_TEXT_MAX);
    take(DSB_REVOCATIONS_TEXT_MAX + 1);
    return 0;
}
