/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every call of the Noise library in every order for ever, on one handshake and one transport, with
 * lengths of every class. The outputs are exactly as long as the capacity that the call is told: a
 * generous buffer would prove nothing.
 */
#include "__fc_builtin.h"
#include "noise/noise_xk.h"

#define OUT_LEN 100
#define IN_LEN  65600

static struct noise_xk_handshake hs;
static struct noise_transport transport;
static struct noise_static_key own;
static uint8_t out[OUT_LEN], in[IN_LEN], plaintext[IN_LEN];
static uint8_t ephemeral[32], remote[32], result[32];

static int any_dh(void *context, uint8_t shared[32], const uint8_t peer[32])
{
    (void)context;
    (void)peer;
    Frama_C_make_unknown((char *)shared, 32);
    return Frama_C_interval(-1, 0);
}

static size_t any_len(void)
{
    return Frama_C_unsigned_long_interval(0, IN_LEN);
}

int main(void)
{
    size_t n = 0;

    own.dh = any_dh;
    Frama_C_make_unknown((char *)in, sizeof in);
    Frama_C_make_unknown((char *)plaintext, sizeof plaintext);
    Frama_C_make_unknown((char *)own.public_key, 32);
    Frama_C_make_unknown((char *)remote, 32);
    Frama_C_make_unknown((char *)ephemeral, 32);
    /*@ dynamic_split hs.state; */
    if (Frama_C_interval(0, 1))
        (void)!noise_xk_init_initiator(&hs, &own, remote, ephemeral, in, any_len());
    else
        (void)!noise_xk_init_responder(&hs, &own, ephemeral, in, any_len());
    while (Frama_C_interval(0, 1)) {
        size_t len = any_len();
        switch (Frama_C_interval(0, 10)) {
        case 0:
            (void)!noise_xk_write(&hs, plaintext, len, out, OUT_LEN, &n);
            break;
        case 1:
            (void)!noise_xk_read(&hs, in, len, out, OUT_LEN, &n);
            break;
        case 2:
            (void)!noise_xk_remote_static(&hs, result);
            break;
        case 3:
            (void)!noise_xk_handshake_hash(&hs, result);
            break;
        case 4:
            (void)!noise_xk_split(&hs, &transport);
            break;
        case 5:
            noise_xk_wipe(&hs);
            break;
        case 6:
            (void)!noise_transport_seal(&transport, plaintext, len, out, OUT_LEN, &n);
            break;
        case 7:
            (void)!noise_transport_open(&transport, in, len, out, OUT_LEN, &n);
            break;
        case 8:
            (void)!noise_transport_rekey_send(&transport);
            break;
        case 9:
            (void)!noise_transport_rekey_recv(&transport);
            break;
        default:
            noise_transport_wipe(&transport);
            break;
        }
    }
    return 0;
}
