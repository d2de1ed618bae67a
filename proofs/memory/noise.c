/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every call of the Noise library in every order for ever, on one handshake and one transport, with
 * lengths of every class. The outputs are exactly as long as the capacity that the call is told: a
 * generous buffer would prove nothing. A short one or one for more than a message.
 */
#include "__fc_builtin.h"
#include "noise/noise_xk.h"

#define OUT_LEN  100
#define IN_LEN   65600
#define LONG_LEN (IN_LEN + 64)

static struct noise_xk_handshake hs;
static struct noise_transport transport;
static struct noise_static_key own;
static uint8_t short_out[OUT_LEN], long_out[LONG_LEN], in[IN_LEN], plaintext[IN_LEN];
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
    size_t n = 0, out_len = OUT_LEN;

    own.dh = any_dh;
    Frama_C_make_unknown((char *)in, sizeof in);
    Frama_C_make_unknown((char *)plaintext, sizeof plaintext);
    Frama_C_make_unknown((char *)own.public_key, 32);
    Frama_C_make_unknown((char *)remote, 32);
    Frama_C_make_unknown((char *)ephemeral, 32);
    /*@ dynamic_split hs.state; */
    /*@ dynamic_split out_len; */
    if (Frama_C_interval(0, 1))
        (void)!noise_xk_init_initiator(&hs, &own, remote, ephemeral, in, any_len());
    else
        (void)!noise_xk_init_responder(&hs, &own, ephemeral, in, any_len());
    while (Frama_C_interval(0, 1)) {
        size_t len = any_len();
        out_len = Frama_C_interval(0, 1) ? LONG_LEN : OUT_LEN;
        uint8_t *out = out_len == LONG_LEN ? long_out : short_out;
        switch (Frama_C_interval(0, 10)) {
        case 0:
            (void)!noise_xk_write(&hs, plaintext, len, out, out_len, &n);
            break;
        case 1:
            (void)!noise_xk_read(&hs, in, len, out, out_len, &n);
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
            (void)!noise_transport_seal(&transport, plaintext, len, out, out_len, &n);
            break;
        case 7:
            (void)!noise_transport_open(&transport, in, len, out, out_len, &n);
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
