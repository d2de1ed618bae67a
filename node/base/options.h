/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of both programs: one table says which command has which option, and the help is
 * made of the same table.
 */
#ifndef NODE_OPTIONS_H
#define NODE_OPTIONS_H

#include "node/base/error.h"

#include <stdint.h>

/* A set of commands, as bits: who has an option. */
enum command_bit {
    CMD_KEYGEN = 1 << 0,
    CMD_ID = 1 << 1,
    CMD_TRUST = 1 << 2,
    CMD_SERVE = 1 << 3,
    CMD_PING = 1 << 4,
    CMD_SEND = 1 << 5,
    CMD_RECEIVE = 1 << 6,
    CMD_DISCOVER = 1 << 7,
    CMD_STATUS = 1 << 8,
    CMD_DAEMON = 1 << 9, /* dsoftbusd */
    CMD_PAIR = 1 << 10,
    CMD_CONNECT = 1 << 11, /* and call */
    CMD_PUBLISH = 1 << 12,
    CMD_FORWARD = 1 << 13,
    CMD_PEERS = 1 << 14,
    CMD_SERVICES = 1 << 15,
    CMD_ROOT = 1 << 16,
    CMD_ATTEST = 1 << 17,
};

/* Every option's value. Strings are the command line's own. */
struct options {
    const char *dir;        /* NULL: the default directory */
    const char *listen;     /* ADDR:PORT */
    const char *inbox;      /* NULL: files are refused */
    const char *from;       /* receive: the only peer that may send; NULL: any trusted one */
    const char *name;       /* send: the name proposed to the receiver; NULL: the file's own */
    const char *bus;        /* the socket for programs; NULL: the default one */
    const char *tcp;        /* publish: the server behind the service, HOST:PORT */
    const char *user;       /* dsoftbusd: whom to become; NULL: stay */
    uint64_t session_count; /* serve: sessions at most, half-open ones not counted */
    uint64_t half_open_count;
    uint64_t stream_count;       /* serve: streams that each side of a session may have open */
    uint64_t window_len;         /* serve: bytes that a stream holds which nobody has read */
    uint64_t peer_session_count; /* serve: of one peer */
    uint64_t peer_stream_count;  /* serve: of one peer, on all its sessions */
    uint64_t peer_len_max;       /* serve: bytes of one peer's files; 0: no bound */
    uint64_t client_count;       /* serve: programs on the bus */
    uint64_t client_stream_count;
    uint64_t name_count;    /* serve: services that programs publish */
    uint64_t at_once_count; /* publish, forward: streams at once */
    uint64_t ping_count;
    uint64_t interval_ms;
    uint64_t wait_ms;        /* discovery */
    uint64_t discovery_port; /* UDP; 0: no discovery */
    uint64_t window_ms;      /* pair: how long its window stays open */
    uint64_t serial;         /* root sign; 0: the next one */
    bool finish;             /* pair: ask the peer of the pairing that broke off */
    bool qr;                 /* pair: a long code, as a QR code */
    bool all;                /* publish: for every trusted device */
    bool watch;              /* peers */
    bool allow_test_keys;
    bool force;
    bool quiet;
    bool verbose;
    bool help;
    bool version;
};

/*
 * Reads argv[1..] for `command` and leaves the words that are no options in argv[1..*word_count].
 * `program` is for messages: "dsoftbus ping".
 */
MUST_CHECK bool options_parse(struct options *o, enum command_bit command, int argc, char **argv,
                              int *word_count, struct error *e);

/* Where the command stands: behind the options that a person wrote before it. 1 when there is none.
 */
int options_before_command(int argc, char **argv);

/* Prints the options of `command` on stdout, one per line with its meaning. */
void options_print_help(enum command_bit command);

#endif
