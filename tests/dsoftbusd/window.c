/* SPDX-License-Identifier: Apache-2.0 */
/* See window.h. */
#include "window.h"

#include "rt/process.h"

#include <string.h>

struct pairing pairing;
static struct net_client net;
struct peer device, phone;
static struct dsb_trust_entry entries[TRUST_MAX];
struct dsb_trust_store trust;

int process_main(uint64_t arg)
{
    (void)arg;
    pairing_init(&pairing, &device.identity, &trust, &net, 3, fake_rt.now_ms);
    return 0;
}

void window_boot(const char *code_file)
{
    uint64_t now_ms = fake_rt.now_ms;
    fake_reset();
    fake_rt_reset();
    fake_rt.now_ms = now_ms;
    fake_rt.files[3].text = code_file;
    dsb_trust_store_init(&trust, entries, TRUST_MAX);
}

int window_setup(void **state)
{
    (void)state;
    fake_rt.now_ms = 0;
    fake_store_reset();
    window_boot(FRESH_CODE);
    peer_make(&device, "device", 0x11);
    peer_make(&phone, "phone", 0x22);
    return 0;
}

void window_turns(void)
{
    bool goes_on = true;

    pairing_ready(&pairing, FAKE_PAIRING);
    for (size_t handle = 1; handle <= fake.stream_count; handle++)
        pairing_ready(&pairing, (net_handle)handle);
    for (int i = 0; goes_on || pairing_deadline(&pairing) <= fake_rt.now_ms; i++) {
        assert_true(i < 1000);
        goes_on = pairing_turn(&pairing, fake_rt.now_ms);
    }
}

void window_start(void)
{
    assert_int_equal(fake_rt_run(), 0);
    window_turns();
}

struct dialler diallers[8];

struct dialler *dial_from(size_t idx, const struct peer *peer, const char *code, uint32_t ipv4)
{
    struct dialler *dialler = &diallers[idx];
    uint8_t random[DSB_PAIRING_RANDOM_LEN];

    memset(dialler, 0, sizeof *dialler);
    memset(random, (int)idx + 1, sizeof random);
    assert_ok(dsb_pairing_init(&dialler->run, DSB_PAIRING_DIALLER, &peer->identity.id,
                               peer->identity.key.public_key, code, strlen(code), random));
    dialler->stream = fake_connect_to_pair(ipv4);
    return dialler;
}

struct dialler *dial(const struct peer *peer, const char *code)
{
    return dial_from(0, peer, code, NEAR);
}

bool dialler_step(struct dialler *dialler)
{
    uint8_t message[DSB_PAIRING_MESSAGE_MAX];
    size_t len = dsb_pairing_send(&dialler->run, message);

    if (len == 0)
        return false;
    fake_send(dialler->stream, message, len);
    window_turns();
    size_t wanted_len = dsb_pairing_wants(&dialler->run);
    if (wanted_len == 0 || dialler->stream->out_len - dialler->taken_len < wanted_len)
        return false;
    enum dsb_pairing_event event =
        dsb_pairing_receive(&dialler->run, dialler->stream->out + dialler->taken_len);
    dialler->taken_len += wanted_len;
    dialler->is_pending |= event == DSB_PAIRING_EVENT_PENDING;
    dialler->is_committed |= event == DSB_PAIRING_EVENT_COMMIT;
    dialler->has_failed |= event == DSB_PAIRING_EVENT_FAILED;
    return event != DSB_PAIRING_EVENT_FAILED;
}

void dialler_run(struct dialler *dialler)
{
    while (dialler_step(dialler))
        continue;
}

void guess_begins(struct dialler *dialler)
{
    assert_true(dialler_step(dialler));
    assert_true(dialler_step(dialler));
}

const char *window_code(void)
{
    static char text[DSB_PAIRING_CODE_MAX + 1];

    memset(text, 0, sizeof text);
    memcpy(text, pairing.code.text, pairing.code.len);
    return text;
}

bool is_trusted(const struct peer *peer)
{
    return dsb_trust_store_has(&trust, &peer->identity.id, peer->identity.key.public_key);
}

void assert_kept(const struct peer *peer)
{
    struct dsb_trust_entry entry = {.id = peer->identity.id, .is_paired = true};
    char text[sizeof DSB_TRUST_HEADER + DSB_TRUST_LINE_MAX] = DSB_TRUST_HEADER;

    memcpy(entry.key, peer->identity.key.public_key, DSB_KEY_LEN);
    (void)dsb_trust_entry_format(text + sizeof DSB_TRUST_HEADER - 1, &entry);
    assert_string_equal(fake_store.trust.bytes, text);
}
