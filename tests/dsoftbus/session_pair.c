/* SPDX-License-Identifier: Apache-2.0 */
/* The pair of ends under the tests of a session. */
#include "dsoftbus/session_pair.h"

struct pair pair;
struct raw raw;
struct dsb_session *const a = &pair.a.slot.session;
struct dsb_session *const b = &pair.b.slot.session;
const uint8_t *body;
size_t body_len;

int authenticate(void **state)
{
    (void)state;
    pair_start(&pair);
    pair_authenticate(&pair);
    return 0;
}

int start(void **state)
{
    (void)state;
    pair_start(&pair);
    return 0;
}

enum dsb_event pass(struct end *from, struct end *to, uint64_t now_ms)
{
    (void)session_write(from, to, now_ms);
    return session_read(to, now_ms, &body, &body_len);
}
