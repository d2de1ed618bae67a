/* SPDX-License-Identifier: Apache-2.0 */
/* Two devices in one process hold a session. Build: cc two.c $(pkg-config --cflags --libs dsoftbus)
 */
#include <dsoftbus/session.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void check(bool ok)
{
    if (!ok)
        abort();
}

int main(void)
{
    struct dsb_identity_file file[2];
    struct dsb_identity self[2];
    struct dsb_trust_entry peer[2];
    struct dsb_trust_store trust[2];
    struct dsb_local local[2];
    union dsb_slot side[2]; /* 0 connects, 1 accepts */
    uint8_t random[DSB_KEY_LEN], wire[600];
    const uint8_t *body;
    size_t len, used;

    check(noise_init() == 0);
    for (int i = 0; i < 2; i++) { /* each has an identity */
        check(getrandom(file[i].private_key, DSB_KEY_LEN, 0) == DSB_KEY_LEN);
        check(dsb_device_id_set(&file[i].id, i == 0 ? "ann" : "bob", 3) == DSB_OK);
        check(dsb_identity_init(&self[i], &file[i]) == DSB_OK);
        peer[1 - i].id = self[i].id;
        memcpy(peer[1 - i].key, self[i].key.public_key, DSB_KEY_LEN);
    }
    for (int i = 0; i < 2; i++) { /* and trusts the other */
        trust[i] = (struct dsb_trust_store){&peer[i], 1, 1};
        local[i] = (struct dsb_local){&self[i], &trust[i], 512};
    }
    check(getrandom(random, sizeof random, 0) == sizeof random);
    check(dsb_handshake_connect(&side[0].handshake, &local[0], &self[1].id, random, 0) == 0);
    check(getrandom(random, sizeof random, 0) == sizeof random);
    check(dsb_handshake_accept(&side[1].handshake, &local[1], random, 0) == 0);
    for (int i = 0; i < 3; i++) { /* three messages, from one to the other and back */
        len = dsb_handshake_output(&side[i % 2].handshake, wire);
        check(dsb_handshake_feed(&side[1 - i % 2].handshake, wire, len, 0, &used) !=
              DSB_HANDSHAKE_FAILED);
    }
    check(dsb_slot_finish(&side[1], 0) == DSB_OK); /* bob knows ann */
    len = dsb_session_output(&side[1].session, wire, sizeof wire, 0);
    check(dsb_handshake_feed(&side[0].handshake, wire, len, 0, &used) ==
          DSB_HANDSHAKE_AUTHENTICATED);
    check(dsb_slot_finish(&side[0], 0) == DSB_OK); /* ann knows bob, who ACCEPTed her */

    check(dsb_session_send_data(&side[0].session, wire, sizeof wire, (const uint8_t *)"hello", 5, 0,
                                &len) == 0);
    check(dsb_session_feed(&side[1].session, wire, len, 0, &used, &body, &len) == DSB_EVENT_DATA);
    printf("%.3s says %.*s\n", dsb_session_peer(&side[1].session)->text, (int)len,
           (const char *)body);
    return 0;
}
