/* SPDX-License-Identifier: Apache-2.0 */
/* The devices that are dialled, each with what is known of its address. */
#include "peers.h"

#include "journal.h"
#include "rights.h"

#include <string.h>

struct dial {
    struct dsb_device_id device; /* len 0: free */
    uint64_t until_ms;
    uint64_t next_ms;   /* of the next try */
    uint64_t pause_ms;  /* before the next round of tries */
    size_t tried_count; /* addresses of this round */
    bool has_tried;
    struct attempt attempt; /* the last one */
    size_t heard_count;
    struct net_address heard[HEARD_MAX]; /* in this round */
};

static struct table *table;
static struct discovery *discovery;
static const struct peers_listener *listener;
static uint64_t (*clock_ms)(void);
static struct dial dials[DIAL_MAX];

struct session *peers_session(const struct dsb_device_id *device, size_t idx)
{
    return table_session(table, device, idx);
}

const struct dsb_device_id *peers_at(size_t idx)
{
    const struct dsb_trust_store *trust = table->local->trust;
    return idx < trust->count ? &trust->entries[idx].id : NULL;
}

static bool is_known(const struct dsb_device_id *device)
{
    return dsb_trust_store_find_id(table->local->trust, device) != NULL;
}

bool peers_may_reach(const struct dsb_device_id *device)
{
    return is_known(device) || dsb_trust_store_covers(table->local->trust, device);
}

/* --- dials ------------------------------------------------------------------------------------ */

static bool is_used(const struct dial *dial)
{
    return dial->device.len != 0;
}

static struct dial *dial_of(const struct dsb_device_id *device)
{
    for (size_t i = 0; i < DIAL_MAX; i++)
        if (dsb_device_id_equal(&dials[i].device, device))
            return &dials[i];
    return NULL;
}

static bool is_sought(const struct dsb_device_id *device)
{
    return dial_of(device) != NULL;
}

static struct dial *free_dial(void)
{
    size_t i = 0;
    while (i < DIAL_MAX && is_used(&dials[i]))
        i++;
    return i < DIAL_MAX ? &dials[i] : NULL;
}

/* Asks where the device is, and where it is said to be for its key; answers come until the next
 * try. */
static void begin_round(struct dial *dial, uint64_t next_ms)
{
    struct net_address known;

    dial->tried_count = dial->heard_count = 0;
    dial->next_ms = next_ms;
    discovery_query(discovery);
    for (size_t i = 0; !is_known(&dial->device) && rights_address(&dial->device, i, &known); i++)
        discovery_query_at(discovery, known.ipv4);
}

/* The pause is over later, and the next will be longer. */
static uint64_t pause_from(struct dial *dial, uint64_t now_ms)
{
    uint64_t pause_ms = dial->pause_ms;
    dial->pause_ms = 2 * pause_ms < DIAL_PAUSE_LAST_MS ? 2 * pause_ms : DIAL_PAUSE_LAST_MS;
    return now_ms + pause_ms;
}

bool peers_dial(const struct dsb_device_id *device)
{
    uint64_t now_ms = clock_ms();
    struct net_address known;

    if (dial_of(device) != NULL)
        return true;
    struct dial *dial = free_dial();
    if (dial == NULL)
        return false;
    *dial = (struct dial){
        .device = *device, .until_ms = now_ms + DIAL_WAIT_MS, .pause_ms = DIAL_PAUSE_FIRST_MS};
    bool can_try = is_known(device) && rights_address(device, 0, &known);
    begin_round(dial, can_try ? now_ms : pause_from(dial, now_ms));
    return true;
}

/* An announce that fits the trust store. */
static void note_address(const struct dsb_device_id *device, const struct net_address *address)
{
    struct dial *dial = dial_of(device);

    if (dial == NULL || dial->heard_count == HEARD_MAX)
        return;
    for (size_t i = 0; i < dial->heard_count; i++)
        if (dial->heard[i].ipv4 == address->ipv4 && dial->heard[i].port == address->port)
            return;
    dial->heard[dial->heard_count++] = *address;
}

/* The next address of this round: those of the image first. */
static bool next_address(struct dial *dial, struct net_address *address)
{
    size_t known_count = 0;

    while (rights_address(&dial->device, known_count, address))
        if (known_count++ == dial->tried_count)
            return true;
    if (dial->tried_count < known_count || dial->tried_count - known_count >= dial->heard_count)
        return false;
    *address = dial->heard[dial->tried_count - known_count];
    return true;
}

static const char *why_failed(const struct dial *dial)
{
    if (!dial->has_tried)
        return is_known(&dial->device) ? "no-address" : "no-word";
    if (dial->attempt.is_under_way)
        return "timeout";
    return dial->attempt.reason == DSB_REASON_NONE ? "takes-no-streams"
                                                   : dsb_reason_name(dial->attempt.reason);
}

static void give_up(struct dial *dial, enum bus_reason reason)
{
    struct dsb_device_id device = dial->device;

    journal_dial_failed(&device, why_failed(dial));
    table_give_up(table, &dial->attempt);
    *dial = (struct dial){0};
    listener->unreachable(&device, reason);
}

static void try_next(struct dial *dial, uint64_t now_ms)
{
    struct net_address address;

    if (table_dialled_count(table) == DIALLED_SESSION_MAX) {
        table_close_idle(table);
        dial->next_ms = now_ms + DIAL_PAUSE_FIRST_MS;
    } else if (is_known(&dial->device) && next_address(dial, &address)) {
        dial->tried_count++;
        dial->has_tried = true;
        table_dial(table, &dial->attempt, &dial->device, &address, now_ms);
    } else {
        begin_round(dial, pause_from(dial, now_ms));
    }
}

/* A session came, of the dial or by itself. */
static bool is_reached(struct dial *dial)
{
    struct dsb_device_id device = dial->device;

    if (table_session(table, &device, 0) == NULL)
        return false;
    table_give_up(table, &dial->attempt);
    *dial = (struct dial){0};
    listener->reached(&device);
    return true;
}

/* True when something was done. */
static bool dial_turn(struct dial *dial, uint64_t now_ms)
{
    const struct attempt *attempt = &dial->attempt;

    if (is_reached(dial))
        return true;
    if (dial->has_tried && !attempt->is_under_way && attempt->reason == DSB_REASON_NONE)
        give_up(dial, BUS_REASON_BUSY); /* it is there, and takes no streams */
    else if (dial->until_ms <= now_ms)
        give_up(dial, dial->has_tried ? BUS_REASON_UNREACHABLE : BUS_REASON_NO_ADDRESS);
    else if (!attempt->is_under_way && dial->next_ms <= now_ms)
        try_next(dial, now_ms);
    else
        return false;
    return true;
}

bool peers_turn(void)
{
    uint64_t now_ms = clock_ms();
    bool goes_on = false;

    for (size_t i = 0; i < DIAL_MAX; i++)
        if (is_used(&dials[i]))
            goes_on = dial_turn(&dials[i], now_ms) || goes_on;
    if (table->is_changed)
        listener->changed();
    table->is_changed = false;
    return goes_on;
}

uint64_t peers_deadline(void)
{
    uint64_t earliest = DSB_NO_DEADLINE;

    for (size_t i = 0; i < DIAL_MAX; i++) {
        const struct dial *dial = &dials[i];
        bool waits = dial->attempt.is_under_way || dial->until_ms < dial->next_ms;
        uint64_t deadline = waits ? dial->until_ms : dial->next_ms;
        if (is_used(dial) && deadline < earliest)
            earliest = deadline;
    }
    return earliest;
}

void peers_init(struct table *new_table, struct discovery *new_discovery,
                const struct peers_listener *new_listener, uint64_t (*clock)(void))
{
    listener = new_listener;
    table = new_table;
    discovery = new_discovery;
    clock_ms = clock;
    discovery->hear = note_address;
    discovery->is_sought = is_sought;
    memset(dials, 0, sizeof dials);
}
