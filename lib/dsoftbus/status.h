/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a call of this library answers to its caller. These are about the call; why a handshake or a
 * session ended is a dsb_reason.
 */
#ifndef DSOFTBUS_STATUS_H
#define DSOFTBUS_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

#define DSB_MUST_CHECK __attribute__((warn_unused_result))

enum dsb_status {
    DSB_OK = 0,
    DSB_WOULD_BLOCK, /* no room in the output buffer now; nothing was taken, call again later */
    DSB_TOO_LARGE,   /* longer than the peer, or the caller's buffer, accepts */
    DSB_INVALID,     /* an argument is outside what the function documents */
    DSB_WRONG_STATE, /* not possible in this state: ended, failed, or this direction is closed */
    DSB_ENDED,       /* a stream: the peer has finished, and all of it was taken */
    DSB_WAS_RESET,   /* a stream: over without the peer's FIN; what came before it was taken */
};

#ifdef __cplusplus
}
#endif

#endif
