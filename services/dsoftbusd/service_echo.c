/* SPDX-License-Identifier: Apache-2.0 */
/* The service `echo`: says what it hears, until the peer has finished. */
#include "journal.h"
#include "session.h"

static enum dsb_reset_code echo_begin(const struct service *service, struct served *served)
{
    (void)service;
    return dsb_streams_accept(&served->session->streams, served->id) == DSB_OK ? DSB_RESET_NONE
                                                                               : DSB_RESET_GONE;
}

/* One piece. False when there is nothing to hear, no room to say it, or it is over. */
static bool say_again(struct served *served)
{
    struct dsb_streams *streams = &served->session->streams;
    const uint8_t *bytes;
    size_t len, written_len;
    enum dsb_status status = dsb_streams_front(streams, served->id, &bytes, &len);

    if (status == DSB_OK)
        status = dsb_streams_write(streams, served->id, bytes, len, &written_len);
    if (status == DSB_WOULD_BLOCK)
        return false;
    if (status == DSB_OK) {
        status = dsb_streams_took(streams, served->id, written_len);
        session_greet(served->session);
        return status == DSB_OK;
    }
    if (status == DSB_ENDED)
        status = dsb_streams_finish(streams, served->id);
    (void)status;          /* one that is reset needs no end */
    served_let_go(served); /* what was said still leaves */
    return false;
}

static void echo_turn(struct served *served)
{
    while (say_again(served))
        continue;
}

const struct service service_echo = {
    .name = "echo", .name_len = 4, .offered_to_all = true, .begin = echo_begin, .turn = echo_turn};
