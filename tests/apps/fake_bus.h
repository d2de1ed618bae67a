/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbusd's endpoint as applications see it, on the real lib/serve, with peers that the test
 * moves by hand. No network, no sessions. Host tests call it by a function, a test image boots it
 * as a process. */
#ifndef TESTS_APPS_FAKE_BUS_H
#define TESTS_APPS_FAKE_BUS_H

#include "proto/bus.h"
#include "serve/serve.h"

#include <stdbool.h>

#define FAKE_WINDOW_LEN  300u
#define FAKE_STREAMS_MAX 24u

/* One stream as its peer has it. All zero: free. */
struct fake_stream {
    struct fake_object *object; /* the application's end, NULL: it let go */
    bool used;
    bool finished; /* by the peer */
    bool gone;     /* reset by the peer */
    bool app_finished;
    uint32_t app_reset; /* BUS_RESET_*, 0: none */
    size_t to_app_len;
    size_t to_peer_len;
    char peer[BUS_NAME_LEN_MAX];
    uint8_t to_app[FAKE_WINDOW_LEN];
    uint8_t to_peer[FAKE_WINDOW_LEN];
};

extern struct serve fake_bus;
extern bool fake_offered_to_all; /* the name that was published last */

/* Anew: nothing published. `names[i]` is what badge i + 1 may publish. */
void fake_bus_start(const char *const *names, uint32_t name_count);
/* It knows none of its clients any more, and answers the request that it serves. */
void fake_bus_forget(void);

/* NULL when nobody offers the service. */
struct fake_stream *fake_open(const char *peer, const char *service);
size_t fake_say(struct fake_stream *stream, const void *bytes, size_t len);
size_t fake_hear(struct fake_stream *stream, void *bytes, size_t capacity);
void fake_finish(struct fake_stream *stream);
void fake_reset(struct fake_stream *stream);
/* The peer forgets a stream that its application let go. */
void fake_forget(struct fake_stream *stream);

#endif
