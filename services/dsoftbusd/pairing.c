/* SPDX-License-Identifier: Apache-2.0 */
/* The window, and the runs in it. What strangers do before a guess is counted and told once, at the
 * window's end; each guess that fails has its line. */
#include "pairing.h"

#include "proto/slots.h"
#include "rng/rng.h"
#include "rt/log.h"
#include "rt/map.h"

#include <assert.h>
#include <string.h>

#define FILE_NAME "pairing.code"

/* --- the window ------------------------------------------------------------------------------- */

/* The file goes out of reach once it is read: a given code is in this process once, until the
 * window is shut. */
static void read_code(struct pairing_code *code)
{
    struct dsb_text_error error = {0};
    const uint8_t *text = NULL;
    size_t text_len = 0;

    rt_must(rt_map_file(DSOFTBUSD_SLOT_CODE, &text, &text_len), FILE_NAME);
    if (!pairing_code_read(code, (const char *)text, text_len, &error)) {
        rt_logf("dsoftbusd: %s:%zu: %s", FILE_NAME, error.line, dsb_text_fault_name(error.fault));
        rt_panic("dsoftbusd: refused its configuration", -1);
    }
    rt_must(rt_unmap((uintptr_t)text), "dsoftbusd: unmap");
    rt_must(rt_cap_drop(DSOFTBUSD_SLOT_CODE), "dsoftbusd: drop");
}

/* A given code is for one pairing: later it would let in whoever once read it. */
static bool may_open(const struct pairing *pairing)
{
    return pairing->code.kind == PAIRING_CODE_FRESH ||
           (pairing->code.kind == PAIRING_CODE_GIVEN && pairing->paired.text_len == 0);
}

static void wipe_secrets(struct pairing *pairing)
{
    noise_wipe(&pairing->code, sizeof pairing->code);
    noise_wipe(pairing->seed, sizeof pairing->seed);
}

void pairing_init(struct pairing *pairing, const struct dsb_identity *own,
                  struct dsb_trust_store *trust, struct net_client *net, uint32_t rng_cap,
                  uint64_t now_ms)
{
    memset(pairing, 0, sizeof *pairing);
    pairing->net = net;
    pairing->own = own;
    bool is_ours = paired_load(&pairing->paired, trust, own);
    read_code(&pairing->code);
    uint64_t wait_s = dsb_pairing_wait_s(pairing->paired.failed_count);
    pairing->opens_ms = wait_s * 1000;
    pairing->ends_ms = pairing->opens_ms + DSB_PAIRING_WINDOW_MS;
    if (!is_ours || !may_open(pairing) || now_ms >= pairing->ends_ms) {
        wipe_secrets(pairing);
        return;
    }
    if (pairing->code.kind == PAIRING_CODE_FRESH)
        pairing_code_draw(&pairing->code, rng_cap);
    rng_wait("dsoftbusd", rng_cap, pairing->seed, sizeof pairing->seed);
    dsb_admission_init(&pairing->admission, pairing->half_open, PAIRING_RUN_MAX);
    pairing->state = PAIRING_WAITS;
    if (now_ms < pairing->opens_ms)
        rt_logf("dsoftbusd: pairing waits seconds=%u failed=%u",
                (unsigned)((pairing->opens_ms - now_ms + 999) / 1000),
                (unsigned)pairing->paired.failed_count);
}

/* What the person needs, and the same as a text that a QR code can say. */
static void show_code(const struct pairing *pairing, uint64_t now_ms)
{
    const struct pairing_code *code = &pairing->code;
    unsigned seconds = (unsigned)((pairing->ends_ms - now_ms + 999) / 1000);
    struct net_interface interface = {0};

    if (code->kind == PAIRING_CODE_GIVEN) {
        rt_logf("dsoftbusd: pairing by the given code, for %u s", seconds);
        return;
    }
    _Static_assert(DSB_PAIRING_CODE_DIGITS == 6, "two groups of three");
    rt_logf("dsoftbusd: pairing code %.3s %.3s, for %u s", code->text, code->text + 3, seconds);
    if (net_get_interface(pairing->net, &interface) == NET_OK)
        rt_logf("dsoftbusd: pairing text " DSB_PAIRING_URI "%u.%u.%u.%u:%u/%.*s",
                (unsigned)interface.ipv4 >> 24, (unsigned)interface.ipv4 >> 16 & 255,
                (unsigned)interface.ipv4 >> 8 & 255, (unsigned)interface.ipv4 & 255,
                (unsigned)DSB_PAIRING_PORT, (int)code->len, code->text);
}

static void open_window(struct pairing *pairing, uint64_t now_ms)
{
    const struct net_address local = {.port = DSB_PAIRING_PORT};
    enum net_status status =
        net_listen(pairing->net, &local, PAIRING_BACKLOG_MAX, &pairing->listener);

    if (status != NET_OK) {
        rt_logf("dsoftbusd: no pairing: %s", net_status_name(status));
        wipe_secrets(pairing);
        pairing->state = PAIRING_SHUT;
        return;
    }
    pairing->state = PAIRING_OPEN;
    pairing->accept_ms = now_ms;
    show_code(pairing, now_ms);
}

/* --- runs ------------------------------------------------------------------------------------- */

static bool is_free(const struct pairing_run *run)
{
    return run->stream == 0;
}

/* A guess that failed has its line, whatever became of it; `why` is a word. */
static void end_run(struct pairing *pairing, struct pairing_run *run, const char *why)
{
    if (run->is_attempt)
        rt_logf("dsoftbusd: pairing attempt failed reason=%s attempts=%u", why,
                (unsigned)pairing->attempt_count);
    else
        pairing->stray_count++;
    (void)dsb_admission_leave(&pairing->admission, (uint32_t)(run - pairing->runs));
    pairing_run_end(run, pairing->net, false);
}

static void shut_window(struct pairing *pairing, const char *why)
{
    for (size_t i = 0; i <= PAIRING_RUN_MAX; i++)
        if (!is_free(&pairing->runs[i]))
            end_run(pairing, &pairing->runs[i], "window-shut");
    (void)!net_close(pairing->net, pairing->listener);
    wipe_secrets(pairing);
    pairing->state = PAIRING_SHUT;
    rt_logf("dsoftbusd: pairing window shut reason=%s attempts=%u strays=%u", why,
            (unsigned)pairing->attempt_count, (unsigned)pairing->stray_count);
}

/* Each run's own, of the window's seed. */
static void fresh_bytes(struct pairing *pairing, uint8_t random[DSB_PAIRING_RANDOM_LEN])
{
    uint8_t block[DSB_KEY_LEN];

    for (size_t at = 0; at < DSB_PAIRING_RANDOM_LEN; at += sizeof block) {
        size_t rest_len = DSB_PAIRING_RANDOM_LEN - at;
        pairing->run_number++;
        noise_blake2s(block, pairing->seed, sizeof pairing->seed,
                      (const uint8_t *)&pairing->run_number, sizeof pairing->run_number);
        memcpy(random + at, block, rest_len < sizeof block ? rest_len : sizeof block);
    }
    noise_wipe(block, sizeof block);
}

/* There always is one: there is one more than the admission lets in. */
static struct pairing_run *find_free(struct pairing *pairing)
{
    size_t i = 0;

    while (i < PAIRING_RUN_MAX && !is_free(&pairing->runs[i]))
        i++;
    assert(is_free(&pairing->runs[i]));
    return &pairing->runs[i];
}

static void admit(struct pairing *pairing, net_handle stream, const struct net_address *remote,
                  uint64_t now_ms)
{
    struct pairing_run *run = find_free(pairing);
    uint8_t source[DSB_SOURCE_LEN] = {(uint8_t)(remote->ipv4 >> 24), (uint8_t)(remote->ipv4 >> 16),
                                      (uint8_t)(remote->ipv4 >> 8), (uint8_t)remote->ipv4};
    uint8_t random[DSB_PAIRING_RANDOM_LEN];
    uint32_t dropped = 0;

    if (dsb_admission_enter(&pairing->admission, source, (uint32_t)(run - pairing->runs), &dropped))
        end_run(pairing, &pairing->runs[dropped], "dropped");
    fresh_bytes(pairing, random);
    run->stream = stream;
    run->is_ready = true;
    run->deadline_ms = now_ms + DSB_PAIRING_RUN_MS;
    enum dsb_status status = dsb_pairing_init(&run->run, DSB_PAIRING_LISTENER, &pairing->own->id,
                                              pairing->own->key.public_key, pairing->code.text,
                                              pairing->code.len, random);
    assert(status == DSB_OK); /* this device has an id, and the window a code */
}

static void accept_newcomers(struct pairing *pairing, uint64_t now_ms)
{
    for (int i = 0; i < ACCEPTS_PER_TURN && pairing->accept_ms <= now_ms; i++) {
        net_handle stream;
        struct net_address remote;
        enum net_status status = net_accept(pairing->net, pairing->listener, &stream, &remote);
        if (status == NET_OK)
            admit(pairing, stream, &remote, now_ms);
        else
            pairing->accept_ms =
                status == NET_WOULD_BLOCK ? DSB_NO_DEADLINE : now_ms + ACCEPT_RETRY_MS;
    }
}

/* --- what a run's event means ----------------------------------------------------------------- */

static const char *fault_name(enum dsb_pairing_fault fault)
{
    static const char *const names[] = {
        [DSB_PAIRING_NO_FAULT] = "none", [DSB_PAIRING_VERSION] = "version",
        [DSB_PAIRING_SHARE] = "share",   [DSB_PAIRING_CODE] = "wrong-code",
        [DSB_PAIRING_ID] = "not-an-id",  [DSB_PAIRING_KEY] = "not-a-key",
    };
    return names[fault];
}

/* The guess counts, on the disk, before it can succeed. */
static void count_attempt(struct pairing *pairing, struct pairing_run *run)
{
    uint32_t failed_count = pairing->paired.failed_count;

    if (pairing->attempt_count == DSB_PAIRING_ATTEMPTS_MAX) {
        end_run(pairing, run, "none-left");
        return;
    }
    if (!paired_keep_failed(&pairing->paired,
                            failed_count < UINT32_MAX ? failed_count + 1 : UINT32_MAX)) {
        shut_window(pairing, "disk");
        return;
    }
    run->is_attempt = true;
    pairing->attempt_count++;
}

static struct dsb_trust_entry peer_of(const struct pairing_run *run)
{
    struct dsb_trust_entry peer = {.id = run->run.peer_id, .is_paired = true};

    memcpy(peer.key, run->run.peer_key, DSB_KEY_LEN);
    return peer;
}

/* The peer has this device's id and key, and is trusted before it hears so. The count is set back
 * after that: a disk that fails now keeps one failure too many. */
static void commit(struct pairing *pairing, struct pairing_run *run)
{
    const struct dsb_trust_entry peer = peer_of(run);
    enum paired_result result = paired_keep(&pairing->paired, &peer);

    if (result != PAIRED_OK) {
        end_run(pairing, run, paired_result_name(result));
        return;
    }
    (void)!paired_keep_failed(&pairing->paired, 0);
    rt_logf("dsoftbusd: paired peer=%.*s", peer.id.len, peer.id.text);
    bool is_said = pairing_run_flush(run, pairing->net);
    (void)dsb_admission_leave(&pairing->admission, (uint32_t)(run - pairing->runs));
    pairing_run_end(run, pairing->net, is_said);
    shut_window(pairing, "paired");
}

static void act(struct pairing *pairing, struct pairing_run *run, enum dsb_pairing_event event)
{
    if (event == DSB_PAIRING_EVENT_FAILED)
        end_run(pairing, run, fault_name(run->run.fault));
    else if (event == DSB_PAIRING_EVENT_ATTEMPT)
        count_attempt(pairing, run);
    else if (event == DSB_PAIRING_EVENT_COMMIT)
        commit(pairing, run);
    if (is_free(run) || run->run.peer_id.len == 0)
        return;
    /* It knows the code; what stands against it is found before it is told anything. */
    const struct dsb_trust_entry peer = peer_of(run);
    enum paired_result result = paired_fits(&pairing->paired, &peer);
    if (result != PAIRED_OK)
        end_run(pairing, run, paired_result_name(result));
}

/* One message. */
static void run_turn(struct pairing *pairing, struct pairing_run *run, uint64_t now_ms)
{
    enum dsb_pairing_event event = DSB_PAIRING_EVENT_NONE;
    enum pairing_read read = PAIRING_READ_GONE;

    if (run->deadline_ms <= now_ms) {
        end_run(pairing, run, "late");
        return;
    }
    read = pairing_run_read(run, pairing->net, &event);
    run->is_ready = read == PAIRING_READ_EVENT;
    if (read == PAIRING_READ_EVENT)
        act(pairing, run, event);
    if (is_free(run))
        return;
    if (read == PAIRING_READ_GONE || !pairing_run_flush(run, pairing->net))
        end_run(pairing, run, "broken-off");
}

/* --- turns ------------------------------------------------------------------------------------ */

void pairing_ready(struct pairing *pairing, net_handle handle)
{
    if (pairing->state != PAIRING_OPEN)
        return;
    if (handle == pairing->listener)
        pairing->accept_ms = 0;
    for (size_t i = 0; i <= PAIRING_RUN_MAX; i++)
        if (pairing->runs[i].stream == handle)
            pairing->runs[i].is_ready = true;
}

/* Every guess was had, and none is still under way. */
static bool is_used_up(const struct pairing *pairing)
{
    for (size_t i = 0; i <= PAIRING_RUN_MAX; i++)
        if (pairing->runs[i].is_attempt)
            return false;
    return pairing->attempt_count == DSB_PAIRING_ATTEMPTS_MAX;
}

static bool runs_turn(struct pairing *pairing, uint64_t now_ms)
{
    bool goes_on = false;

    for (size_t i = 0; i <= PAIRING_RUN_MAX && pairing->state == PAIRING_OPEN; i++) {
        struct pairing_run *run = &pairing->runs[i];
        if (!is_free(run) && (run->is_ready || run->deadline_ms <= now_ms))
            run_turn(pairing, run, now_ms);
        goes_on = goes_on || run->is_ready;
    }
    return goes_on;
}

bool pairing_turn(struct pairing *pairing, uint64_t now_ms)
{
    if (pairing->state == PAIRING_WAITS && now_ms >= pairing->opens_ms)
        open_window(pairing, now_ms);
    if (pairing->state != PAIRING_OPEN)
        return false;
    accept_newcomers(pairing, now_ms);
    bool goes_on = runs_turn(pairing, now_ms);
    if (pairing->state == PAIRING_OPEN && is_used_up(pairing))
        shut_window(pairing, "attempts");
    else if (pairing->state == PAIRING_OPEN && now_ms >= pairing->ends_ms)
        shut_window(pairing, "time");
    return pairing->state == PAIRING_OPEN && goes_on;
}

uint64_t pairing_deadline(const struct pairing *pairing)
{
    uint64_t earliest = pairing->ends_ms;

    if (pairing->state == PAIRING_SHUT)
        return DSB_NO_DEADLINE;
    if (pairing->state == PAIRING_WAITS)
        return pairing->opens_ms;
    if (pairing->accept_ms < earliest)
        earliest = pairing->accept_ms;
    for (size_t i = 0; i <= PAIRING_RUN_MAX; i++)
        if (!is_free(&pairing->runs[i]) && pairing->runs[i].deadline_ms < earliest)
            earliest = pairing->runs[i].deadline_ms;
    return earliest;
}
