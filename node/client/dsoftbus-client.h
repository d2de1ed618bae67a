/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bus, for programs on Linux: services of other devices as file descriptors, and services of
 * one's own. A program that uses this holds no key; dsoftbusd, behind a Unix socket, has keys and
 * sessions. See dsoftbus-client(3) and RFC-0009.
 *
 * A stream is one end of a socketpair: read, write, poll as usual. shutdown(SHUT_WR) says that this
 * direction is complete, a read of 0 that the other one is over: whether it is complete, the
 * stream's end tells (DSBC_END), and nothing else. Closing the descriptor before both directions
 * are over resets the stream.
 *
 * A handle belongs to one thread at a time. Nothing here changes signals or the environment.
 */
#ifndef DSOFTBUS_CLIENT_H
#define DSOFTBUS_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DSBC_NAME_MAX    64  /* bytes of a device's id, and of a service's name */
#define DSBC_TEXT_SIZE   256 /* of an address or of the daemon's explanation; longer ones are cut */
#define DSBC_ASKED_MAX   16  /* requests that wait for their answers */
#define DSBC_ASIDE_MAX   320 /* events that come while a call waits for an answer */
#define DSBC_PATIENCE_MS 5000 /* for a daemon that greets, or takes a request, at all */

#define DSBC_MUST_CHECK __attribute__((warn_unused_result))

enum dsbc_result {
    DSBC_OK = 0,

    /* Why a stream did not come about, or was reset. */
    DSBC_NO_SUCH_SERVICE,
    DSBC_NOT_ALLOWED,
    DSBC_BUSY,      /* as many streams as there may be: later perhaps */
    DSBC_CANCELLED, /* the other application does not want the rest */
    DSBC_GONE,      /* the other application, device or session is no more */
    DSBC_PROTOCOL,  /* one application broke the service's own rules */

    /* What else the daemon answers. */
    DSBC_BAD_REQUEST,
    DSBC_NOT_TRUSTED, /* the device is not in the trust store */
    DSBC_UNREACHABLE,
    DSBC_TIMEOUT, /* also of this library's own calls */
    DSBC_LIMIT,   /* one of the daemon's bounds for a client */
    DSBC_EXISTS,  /* the name is published already */
    DSBC_VERSION, /* the daemon speaks another version of this protocol */
    DSBC_OTHER,   /* a reason that this library does not know: see dsbc_text() */

    /* What this side notices. */
    DSBC_NO_DAEMON, /* nobody listens on the socket */
    DSBC_SYSTEM,    /* a system call failed: dsbc_text() says which way */
    DSBC_LOST,      /* the daemon is gone: every stream and every name is, too */
    DSBC_GARBAGE,   /* what came is not the protocol's; the handle is of no use any more */
    DSBC_MISUSE,    /* not a name, or more requests than DSBC_ASKED_MAX */
    DSBC_FULL,      /* DSBC_ASIDE_MAX events wait; the handle is of no use any more */
    DSBC_NOTHING,   /* dsbc_next: nothing came in that time */
};

/* "ok", "no-such-service", ...: the protocol's word where it has one. */
const char *dsbc_result_name(enum dsbc_result result);

struct dsbc; /* a connection to the daemon */

/* The socket that dsbc_open(NULL) takes: $DSOFTBUS_BUS, else $XDG_RUNTIME_DIR/dsoftbus/bus when
 * there is one, else /run/dsoftbus/bus. Into `out`; false when it is longer than a socket's path
 * can be. */
#define DSBC_PATH_SIZE 108
DSBC_MUST_CHECK bool dsbc_default_path(char out[DSBC_PATH_SIZE]);

/* *bus is set in any case and has to be closed: after a failure dsbc_text(*bus) explains it. It is
 * NULL when there is no memory (DSBC_SYSTEM). */
DSBC_MUST_CHECK enum dsbc_result dsbc_open(struct dsbc **bus, const char *path);

/* Ends everything that was asked for by it: names are published no more; streams whose descriptors
 * are still open are reset. NULL is allowed. */
void dsbc_close(struct dsbc *bus);

/* Of the last call that failed, in words; "" when there are none. Printable, one line. */
const char *dsbc_text(const struct dsbc *bus);

/* --- calls that wait for the daemon's answer --- */

/* A stream to a service of a device, ID or ID@HOST[:PORT]. *fd is the caller's to close; *stream is
 * its number in DSBC_END. */
DSBC_MUST_CHECK enum dsbc_result dsbc_connect(struct dsbc *bus, const char *device,
                                              const char *service, uint64_t *stream, int *fd);

/* Offers a service: to every trusted peer, or only to those whose line in the trust store names it.
 * Streams come as DSBC_STREAM. */
DSBC_MUST_CHECK enum dsbc_result dsbc_publish(struct dsbc *bus, const char *service, bool to_all);
DSBC_MUST_CHECK enum dsbc_result dsbc_unpublish(struct dsbc *bus, const char *service);

/* Of an incoming stream, before its descriptor is used: takes it (the first byte written does so,
 * too), or turns it away with one of the first six reasons. The descriptor is closed by the
 * caller. */
DSBC_MUST_CHECK enum dsbc_result dsbc_accept(struct dsbc *bus, uint64_t stream);
DSBC_MUST_CHECK enum dsbc_result dsbc_refuse(struct dsbc *bus, uint64_t stream,
                                             enum dsbc_result reason);

/* Ends a stream at once, both directions. */
DSBC_MUST_CHECK enum dsbc_result dsbc_reset(struct dsbc *bus, uint64_t stream);

/* From now on DSBC_ONLINE and DSBC_OFFLINE come. */
DSBC_MUST_CHECK enum dsbc_result dsbc_watch(struct dsbc *bus);

/* How the stream ended: DSBC_OK when both directions were complete, else why not. Waits at most
 * timeout_ms (-1: as long as it takes), then DSBC_TIMEOUT. */
DSBC_MUST_CHECK enum dsbc_result dsbc_wait_end(struct dsbc *bus, uint64_t stream, int timeout_ms);

/* --- events --- */

enum dsbc_kind {
    DSBC_ANSWER,  /* to a request of dsbc_ask_...: tag, result; of a connect also stream and fd */
    DSBC_STREAM,  /* a peer opened one of a published service: stream, fd, service, device */
    DSBC_END,     /* a stream is over: stream, result */
    DSBC_PEER,    /* of dsbc_peers: device, state, and in text its address, if it has one */
    DSBC_SERVICE, /* of dsbc_services: service */
    DSBC_ONLINE,  /* device */
    DSBC_OFFLINE, /* device */
};

enum dsbc_state { DSBC_STATE_OFFLINE, DSBC_STATE_DIALLING, DSBC_STATE_ONLINE };

struct dsbc_event {
    enum dsbc_kind kind;
    enum dsbc_result result;
    enum dsbc_state state;
    int fd; /* -1 when there is none; else the caller's to close */
    uint64_t stream;
    uint64_t tag;
    char device[DSBC_NAME_MAX + 1];
    char service[DSBC_NAME_MAX + 1];
    char text[DSBC_TEXT_SIZE]; /* ANSWER: the daemon's explanation of a failure */
};

/* Called for each peer, or service, in the daemon's order; then the call returns. */
typedef void dsbc_each(void *owner, const struct dsbc_event *event);
DSBC_MUST_CHECK enum dsbc_result dsbc_peers(struct dsbc *bus, dsbc_each *each, void *owner);
DSBC_MUST_CHECK enum dsbc_result dsbc_services(struct dsbc *bus, const char *device,
                                               dsbc_each *each, void *owner);

/* The next event. Waits at most timeout_ms (0: not at all, -1: as long as it takes), then
 * DSBC_NOTHING; that is also the answer when a signal handler ran. */
DSBC_MUST_CHECK enum dsbc_result dsbc_next(struct dsbc *bus, struct dsbc_event *event,
                                           int timeout_ms);

/* In a poll loop: wait for POLLIN on dsbc_fd(), then call dsbc_next(bus, &event, 0) until
 * DSBC_NOTHING. Events may also wait inside after a call that waited for an answer. */
int dsbc_fd(const struct dsbc *bus);

/* As the calls of that name, but the answer comes as DSBC_ANSWER with this tag. Answers come in the
 * order of the requests. */
DSBC_MUST_CHECK enum dsbc_result dsbc_ask_connect(struct dsbc *bus, const char *device,
                                                  const char *service, uint64_t tag);
DSBC_MUST_CHECK enum dsbc_result dsbc_ask_accept(struct dsbc *bus, uint64_t stream, uint64_t tag);
DSBC_MUST_CHECK enum dsbc_result dsbc_ask_refuse(struct dsbc *bus, uint64_t stream,
                                                 enum dsbc_result reason, uint64_t tag);
DSBC_MUST_CHECK enum dsbc_result dsbc_ask_reset(struct dsbc *bus, uint64_t stream, uint64_t tag);

#ifdef __cplusplus
}
#endif

#endif
