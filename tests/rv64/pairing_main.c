/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pairing on rv64imac: CPace gives the draft's values, two devices pair, and what that takes, one
 * "name value" per line. Run under -icount shift=0, where the counts are the same in every run.
 */
#include "rv64/machine.h"

#include "dsoftbus/pairing.h"
#include "noise/crypto.h"
#include "vectors/cpace_draft.h"

#include <string.h>

static const char secret[] = "314159";
static struct dsb_pairing dialler, listener;
static uint8_t message[DSB_PAIRING_MESSAGE_MAX];

static void must(int holds, const char *what)
{
    if (holds)
        return;
    machine_print_pair(what, 0);
    machine_off();
}

static void draft_side(const uint8_t scalar[32], const uint8_t own[32], const uint8_t peer[32])
{
    const struct dsb_cpace_input input = {{code, sizeof code}, {ci, sizeof ci}, {sid, sizeof sid}};
    const struct dsb_cpace_side a = {share_a, {"ADa", 3}}, b = {share_b, {"ADb", 3}};
    uint8_t random[DSB_CPACE_RANDOM_LEN] = {0}, key[DSB_CPACE_KEY_LEN];
    struct dsb_cpace run;

    memcpy(random, scalar, 32);
    dsb_cpace_begin(&run, &input, random);
    must(memcmp(run.share, own, 32) == 0, "share");
    must(dsb_cpace_end(&run, &input, peer, &a, &b, key) == DSB_OK, "end");
    must(memcmp(key, key_ir, sizeof key) == 0, "key");
}

static void begin(struct dsb_pairing *run, enum dsb_pairing_role role, const char *name,
                  uint8_t seed)
{
    uint8_t random[DSB_PAIRING_RANDOM_LEN], private[DSB_KEY_LEN], public[DSB_KEY_LEN];
    struct dsb_device_id id;

    memset(random, seed, sizeof random);
    memset(private, seed, sizeof private);
    noise_x25519_base(public, private);
    must(dsb_device_id_set(&id, name, strlen(name)) == DSB_OK, "id");
    must(dsb_pairing_init(run, role, &id, public, secret, sizeof secret - 1, random) == DSB_OK,
         "init");
}

/* The listener's work: all that a service does of it. */
static void listen(void)
{
    must(dsb_pairing_receive(&listener, message) != DSB_PAIRING_EVENT_FAILED, "listener");
    (void)!dsb_pairing_send(&listener, message);
}

static void dial(void)
{
    must(dsb_pairing_receive(&dialler, message) != DSB_PAIRING_EVENT_FAILED, "dialler");
    (void)!dsb_pairing_send(&dialler, message);
}

static uint64_t stack_of(void (*turn)(void))
{
    return machine_stack_used(turn);
}

/* What a side took in all, and its longest turn. */
struct cost {
    uint64_t sum, most;
};

static void both_pair(uint64_t (*measure)(void (*turn)(void)), struct cost costs[2])
{
    void (*const turns[2])(void) = {listen, dial};

    memset(costs, 0, 2 * sizeof costs[0]);
    begin(&dialler, DSB_PAIRING_DIALLER, "dialler", 1);
    begin(&listener, DSB_PAIRING_LISTENER, "listener", 2);
    (void)!dsb_pairing_send(&dialler, message);
    for (int i = 0; dialler.state != DSB_PAIRING_OVER; i ^= 1) {
        uint64_t value = measure(turns[i]);
        costs[i].sum += value;
        if (value > costs[i].most)
            costs[i].most = value;
    }
    must(listener.state == DSB_PAIRING_OVER &&
             dsb_device_id_equal(&listener.peer_id, &dialler.id) &&
             memcmp(dialler.peer_key, listener.key, DSB_KEY_LEN) == 0,
         "paired");
}

int main(void)
{
    struct cost costs[2];

    must(noise_init() == 0, "crypto");
    draft_side(scalar_a, share_a, share_b);
    draft_side(scalar_b, share_b, share_a);
    both_pair(machine_instructions_of, costs);
    machine_print_pair("pairing-listener", costs[0].sum);
    machine_print_pair("pairing-dialler", costs[1].sum);
    machine_print_pair("pairing-turn", costs[0].most);
    both_pair(stack_of, costs);
    machine_print_pair("pairing-stack",
                       costs[0].most > costs[1].most ? costs[0].most : costs[1].most);
    machine_print_pair("pairing-state", sizeof dialler);
    machine_print("rv64 pairing: done\n");
    machine_off();
}
