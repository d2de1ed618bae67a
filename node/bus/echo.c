/* SPDX-License-Identifier: Apache-2.0 */
/* Echo: bytes wait in the stream itself until the peer takes them back. */
#include "node/bus/echo.h"

static void on_readable(struct stream *s)
{
    const uint8_t *bytes;
    size_t len;
    size_t written_len;
    enum dsb_status status;
    while ((status = stream_front(s, &bytes, &len)) == DSB_OK) {
        if (stream_write(s, bytes, len, &written_len) != DSB_OK)
            return; /* writable comes, or the reset */
        stream_took(s, written_len);
    }
    if (status == DSB_ENDED) {
        stream_finish(s);
        stream_let_go(s);
    }
}

static void on_reset(struct stream *s, uint16_t code)
{
    (void)code;
    stream_let_go(s);
}

void echo_serve(struct conn *c, uint32_t id)
{
    static const struct stream_events events = {
        .readable = on_readable, .writable = on_readable, .reset = on_reset};
    struct stream *s = stream_attach(c->streams, id, &events, NULL);
    if (stream_accept(s) != DSB_OK)
        stream_let_go(s);
}
