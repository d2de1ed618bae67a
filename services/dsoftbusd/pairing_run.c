/* SPDX-License-Identifier: Apache-2.0 */
/* The pairing protocol on a stream. */
#include "pairing_run.h"

enum pairing_read pairing_run_read(struct pairing_run *run, struct net_client *net,
                                   enum dsb_pairing_event *event)
{
    size_t wanted_len = dsb_pairing_wants(&run->run);

    while (run->in_len < wanted_len) {
        size_t read_len = 0;
        enum net_status status =
            net_read(net, run->stream, run->in + run->in_len, wanted_len - run->in_len, &read_len);
        if (status == NET_WOULD_BLOCK)
            return PAIRING_READ_NOTHING;
        if (status != NET_OK || read_len == 0)
            return PAIRING_READ_GONE;
        run->in_len += read_len;
    }
    run->in_len = 0;
    *event = dsb_pairing_receive(&run->run, run->in);
    return PAIRING_READ_EVENT;
}

bool pairing_run_flush(struct pairing_run *run, struct net_client *net)
{
    uint8_t out[DSB_PAIRING_MESSAGE_MAX];
    size_t len, written_len = 0;

    while ((len = dsb_pairing_send(&run->run, out)) != 0)
        if (net_write(net, run->stream, out, len, &written_len) != NET_OK || written_len != len)
            return false;
    return true;
}

void pairing_run_end(struct pairing_run *run, struct net_client *net, bool is_done)
{
    enum net_status status = is_done ? net_close(net, run->stream) : net_abort(net, run->stream);
    (void)status; /* a stream that is gone needs no closing */
    noise_wipe(run, sizeof *run);
}
