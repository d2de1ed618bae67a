/* SPDX-License-Identifier: Apache-2.0 */
/* What a program asks for. A call that waits sets aside what comes before its answer. */
#include "node/client/bus.h"

#include <inttypes.h>
#include <time.h>

static enum dsbc_result check_names(struct dsbc *bus, const char *device, const char *service)
{
    bus->text[0] = '\0';
    if (!packet_is_target(device) || !packet_is_name(service))
        return bus_fail(bus, DSBC_MISUSE, "not a name (1 to 64 of a-z 0-9 . -)");
    return DSBC_OK;
}

enum dsbc_result dsbc_ask_connect(struct dsbc *bus, const char *device, const char *service,
                                  uint64_t tag)
{
    enum dsbc_result result = check_names(bus, device, service);
    if (result != DSBC_OK)
        return result;
    return bus_ask(bus, ASKED_CONNECT, tag, "connect %s %s", device, service);
}

enum dsbc_result dsbc_ask_accept(struct dsbc *bus, uint64_t stream, uint64_t tag)
{
    return bus_ask(bus, ASKED_PLAIN, tag, "accept %" PRIu64, stream);
}

enum dsbc_result dsbc_ask_refuse(struct dsbc *bus, uint64_t stream, enum dsbc_result reason,
                                 uint64_t tag)
{
    if (reason < DSBC_NO_SUCH_SERVICE || reason > DSBC_PROTOCOL)
        return bus_fail(bus, DSBC_MISUSE, "not a reason to refuse a stream");
    return bus_ask(bus, ASKED_PLAIN, tag, "refuse %" PRIu64 " %s", stream,
                   dsbc_result_name(reason));
}

enum dsbc_result dsbc_ask_reset(struct dsbc *bus, uint64_t stream, uint64_t tag)
{
    return bus_ask(bus, ASKED_PLAIN, tag, "reset %" PRIu64, stream);
}

static bool is_listed(const struct dsbc_event *event)
{
    return event->kind == DSBC_PEER || event->kind == DSBC_SERVICE;
}

/* Reads up to the answer of the call that waits: answers come in the order of the requests, and its
 * request is the latest. */
static enum dsbc_result await(struct dsbc *bus, struct dsbc_event *answer, dsbc_each *each,
                              void *owner)
{
    unsigned earlier_count = bus->asked_count - 1;
    for (;;) {
        enum dsbc_result result = bus_read(bus, answer, -1);
        if (result == DSBC_NOTHING)
            continue; /* a signal's handler ran */
        if (result != DSBC_OK)
            return result;
        if (answer->kind == DSBC_ANSWER && earlier_count-- == 0)
            return answer->result == DSBC_OK ? DSBC_OK
                                             : bus_fail(bus, answer->result, answer->text);
        if (is_listed(answer) && each != NULL) {
            each(owner, answer);
            continue;
        }
        result = bus_set_aside(bus, answer);
        if (result != DSBC_OK)
            return result;
    }
}

/* The second half of each call that waits: its request is on the way, or was not. */
static enum dsbc_result finish(struct dsbc *bus, enum dsbc_result asked)
{
    struct dsbc_event answer;
    return asked == DSBC_OK ? await(bus, &answer, NULL, NULL) : asked;
}

enum dsbc_result dsbc_connect(struct dsbc *bus, const char *device, const char *service,
                              uint64_t *stream, int *fd)
{
    struct dsbc_event answer;
    enum dsbc_result result = dsbc_ask_connect(bus, device, service, 0);
    if (result == DSBC_OK)
        result = await(bus, &answer, NULL, NULL);
    if (result != DSBC_OK)
        return result;
    *stream = answer.stream;
    *fd = answer.fd;
    return DSBC_OK;
}

enum dsbc_result dsbc_publish(struct dsbc *bus, const char *service, bool to_all)
{
    enum dsbc_result result = check_names(bus, service, service);
    if (result != DSBC_OK)
        return result;
    return finish(bus, bus_ask(bus, ASKED_PLAIN, 0, "publish %s%s", service, to_all ? " all" : ""));
}

enum dsbc_result dsbc_unpublish(struct dsbc *bus, const char *service)
{
    enum dsbc_result result = check_names(bus, service, service);
    if (result != DSBC_OK)
        return result;
    return finish(bus, bus_ask(bus, ASKED_PLAIN, 0, "unpublish %s", service));
}

enum dsbc_result dsbc_accept(struct dsbc *bus, uint64_t stream)
{
    return finish(bus, dsbc_ask_accept(bus, stream, 0));
}

enum dsbc_result dsbc_refuse(struct dsbc *bus, uint64_t stream, enum dsbc_result reason)
{
    return finish(bus, dsbc_ask_refuse(bus, stream, reason, 0));
}

enum dsbc_result dsbc_reset(struct dsbc *bus, uint64_t stream)
{
    return finish(bus, dsbc_ask_reset(bus, stream, 0));
}

enum dsbc_result dsbc_watch(struct dsbc *bus)
{
    return finish(bus, bus_ask(bus, ASKED_PLAIN, 0, "watch"));
}

enum dsbc_result dsbc_peers(struct dsbc *bus, dsbc_each *each, void *owner)
{
    struct dsbc_event answer;
    enum dsbc_result result = bus_ask(bus, ASKED_PEERS, 0, "peers");
    return result == DSBC_OK ? await(bus, &answer, each, owner) : result;
}

enum dsbc_result dsbc_services(struct dsbc *bus, const char *device, dsbc_each *each, void *owner)
{
    struct dsbc_event answer;
    enum dsbc_result result = check_names(bus, device, "info");
    if (result == DSBC_OK)
        result = bus_ask(bus, ASKED_SERVICES, 0, "services %s", device);
    return result == DSBC_OK ? await(bus, &answer, each, owner) : result;
}

/* --- a stream's end --- */

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_end_of(const struct dsbc_event *event, uint64_t stream)
{
    return event->kind == DSBC_END && event->stream == stream;
}

/* Looks through what was set aside, once around, keeping the order of the rest. */
static bool end_is_aside(struct dsbc *bus, uint64_t stream, struct dsbc_event *end)
{
    bool found = false;
    for (unsigned left = bus->aside_count; left > 0; left--) {
        struct dsbc_event event;
        (void)bus_take_aside(bus, &event);
        if (!found && is_end_of(&event, stream)) {
            *end = event;
            found = true;
        } else if (bus_set_aside(bus, &event) != DSBC_OK) {
            break; /* cannot be: its place has just become free */
        }
    }
    return found;
}

enum dsbc_result dsbc_wait_end(struct dsbc *bus, uint64_t stream, int timeout_ms)
{
    struct dsbc_event event;
    int64_t deadline_ms = now_ms() + timeout_ms;
    bus->text[0] = '\0';
    if (end_is_aside(bus, stream, &event))
        return event.result;
    for (;;) {
        int64_t left_ms = timeout_ms < 0 ? -1 : deadline_ms - now_ms();
        enum dsbc_result result =
            bus_read(bus, &event, timeout_ms >= 0 && left_ms < 0 ? 0 : (int)left_ms);
        if (result == DSBC_NOTHING && timeout_ms >= 0 && now_ms() >= deadline_ms)
            return bus_fail(bus, DSBC_TIMEOUT, "the stream has not ended");
        if (result == DSBC_OK && is_end_of(&event, stream))
            return event.result;
        if (result == DSBC_OK)
            result = bus_set_aside(bus, &event);
        if (result != DSBC_OK && result != DSBC_NOTHING)
            return result;
    }
}
