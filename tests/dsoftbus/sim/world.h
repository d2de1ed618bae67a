/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A simulated network of devices that all run the session library: one seed, one history.
 *
 * Time goes in steps of STEP_MS. Every connection is two byte pipes between two ends; every end is
 * a link driven as a daemon would drive it, or a hostile script. The network splits, stalls,
 * cuts and corrupts streams, loses, doubles, delays and forges announces, is partitioned and heals;
 * devices crash. Every fourth device is in no trust store: a root vouches for it (fleet.c). Such
 * devices change their keys, are revoked and come back, and thieves have their former keys.
 */
#ifndef TESTS_DSOFTBUS_SIM_WORLD_H
#define TESTS_DSOFTBUS_SIM_WORLD_H

#include "dsoftbus/admission.h"
#include "dsoftbus/hearsay.h"
#include "dsoftbus/stream_link.h"

#include <sodium/crypto_sign.h>

#define STEP_MS        20
#define HONEST_COUNT   200
#define HOSTILE_COUNT  16
#define DEVICE_COUNT   (HONEST_COUNT + HOSTILE_COUNT)
#define TRUST_REACH    4 /* a device trusts so many neighbours to each side */
#define TRUST_COUNT    (2 * TRUST_REACH)
#define HALF_OPEN_MAX  6  /* per device */
#define INCOMING_MAX   40 /* connections per device, half-open ones included */
#define OUTGOING_MAX   2  /* per device */
#define CONN_MAX       4096
#define DATAGRAM_MAX   8192
#define PACKET_MAX     (64 + DSB_DEVICE_ID_MAX + DSB_ATTESTATION_MIN) /* without services */
#define PIPE_LEN       2048 /* small, so that writers block */
#define BUFFER_LEN     2048
#define RECV_MAX       1024
#define FIRST_PORT     1000 /* device i listens at FIRST_PORT + i */
#define HANDSHAKES_MAX 150000
#define FLEET_EVERY    4
#define FLEET_COUNT    (HONEST_COUNT / FLEET_EVERY)
#define FLEET_SERIALS  100               /* of one device, in one history */
#define LISTS_MAX      1000              /* of revocations, in one history */
#define BUCKET_COUNT   ((size_t)1 << 19) /* of the table of handshake hashes; open addressing */

#define TALKS         3   /* streams of each side of a session at a time */
#define TALK_WINDOW   150 /* small, so that streams wait for credit */
#define TALK_SEND_CAP 100

/* Chances are in thousandths, per step unless said otherwise. */
struct faults {
    unsigned corrupt, cut, stall, crash;
    unsigned announce_loss, announce_double; /* per announce and receiver */
    unsigned forge, attack;                  /* per hostile device */
    unsigned rotate, revoke;                 /* one of the fleet */
    bool partitions;
};

struct device {
    struct dsb_identity_file file;
    struct dsb_identity identity;
    struct dsb_trust_entry entries[TRUST_COUNT];
    struct dsb_trust_store trust;
    struct dsb_local local;
    struct dsb_half_open half_open_entries[HALF_OPEN_MAX];
    struct dsb_admission half_open;
    size_t peer[TRUST_COUNT];   /* device numbers, as the trust store has them */
    uint16_t port[TRUST_COUNT]; /* where each announced itself, 0: not heard of */
    struct dsb_trust_root root;
    struct dsb_vouched_row rows[TRUST_COUNT];
    struct dsb_vouched_list list;
    struct dsb_vouched vouched;
    struct dsb_hearsay hearsay;
    uint64_t looked_at;          /* vouched.change_count when sessions were last looked at */
    struct dsb_attestation word; /* its own; serial 0: none, it is pinned */
    uint64_t renewed_at_ms;      /* revoked: when it has a new key; 0: it is not */
    /* The truth: the highest serial that it was told of each peer, by the root's own word, and its
     * newest list. */
    uint64_t known_serial[TRUST_COUNT];
    size_t known_list;
    bool served[TRUST_COUNT]; /* a clean session to it since the network healed */
    unsigned incoming_count, outgoing_count;
    uint64_t announce_at_ms;
    unsigned side; /* of a partition */
};

/* A key that one of the fleet has, or had, and its root's word for it. */
struct fleet_key {
    uint8_t private_key[DSB_KEY_LEN], public_key[DSB_KEY_LEN];
    struct dsb_attestation word;
};

enum end_kind {
    END_LIBRARY,
    END_JUNK,   /* sends random bytes */
    END_SILENT, /* sends nothing: holds a half-open slot */
    END_REPLAY, /* sends what an honest initiator once sent */
};

struct pipe {
    uint8_t bytes[PIPE_LEN];
    size_t len;
    bool ended; /* nothing more will be put in */
    uint64_t stalled_until_ms;
};

/* What becomes of a stream; truth_kind says which. */
enum talk_kind {
    TALK_ECHO,
    TALK_SLOW,    /* the other side's application does not read for long */
    TALK_CUT,     /* reset by who opened it, in the middle */
    TALK_REFUSED, /* by the other side's application */
    TALK_KIND_COUNT,
};

/* One stream's application, on one side. */
struct talk {
    uint32_t id; /* 0: none */
    bool is_own, accepted, ended;
    uint32_t written, read;
    uint64_t idle_until_ms;
    uint16_t code; /* it was reset */
};

/* One side of a connection. */
struct end {
    enum end_kind kind;
    size_t device;
    bool initiator, open;
    bool half_open; /* in the listener's table */
    struct dsb_link link;
    uint8_t in[BUFFER_LEN], out[BUFFER_LEN];
    size_t replay_pos;
    size_t target;       /* initiator: the device meant */
    size_t target_idx;   /* and its place among the own peers */
    size_t claims;       /* initiator: the device that it says it is */
    uint8_t spoken[512]; /* initiator: its part of the handshake */
    size_t spoken_len;
    struct dsb_streams streams;
    struct dsb_stream table[2 * TALKS];
    uint8_t stream_bytes[2 * TALKS * (TALK_WINDOW + TALK_SEND_CAP)];
    uint32_t refused[TALKS];
    struct talk talks[2 * TALKS];
    unsigned talk_count, opened, done; /* streams that it will open, that it has, that are over */
    uint64_t idle_until_ms;            /* a lazy application does nothing before */
    bool peer_closed, closing, was_cut;
    size_t handshake; /* index in world.handshakes, once known */
};

struct conn {
    bool used;
    struct end ends[2];   /* 0 dialled, 1 listened */
    struct pipe pipes[2]; /* pipes[i] leads to ends[i] */
};

struct datagram {
    uint64_t at_ms;
    size_t from, to;
    uint8_t packet[PACKET_MAX];
    size_t packet_len; /* 0: it is a list of revocations */
    size_t list;
    bool is_spoilt; /* the list has another bit */
};

/* What an initiator knew when it had written message 3. The truth that authentication is held
 * against. */
struct handshake {
    uint8_t hash[NOISE_HASH_LEN];
    size_t initiator, responder;
    uint64_t initiator_serial, responder_serial; /* of the keys that they have; 0: pinned */
    bool is_theft;  /* the initiator's key is one that the device had, and another has now */
    bool bound;     /* the responder authenticated with this hash */
    bool confirmed; /* the initiator did */
};

struct world {
    uint64_t random, now_ms;
    struct faults faults;
    bool healed, draining;
    struct device devices[DEVICE_COUNT];
    struct conn conns[CONN_MAX];
    size_t conn_count, conn_high; /* in use; highest index in use, plus one */
    struct datagram datagrams[DATAGRAM_MAX];
    size_t datagram_count;
    struct handshake handshakes[HANDSHAKES_MAX];
    size_t handshake_count;
    uint32_t buckets[BUCKET_COUNT]; /* index in handshakes plus one */
    uint8_t recorded[1024];         /* an honest initiator's whole handshake, for END_REPLAY */
    size_t recorded_len, recorded_target;
    uint8_t root_key[crypto_sign_PUBLICKEYBYTES], root_secret[crypto_sign_SECRETKEYBYTES];
    struct fleet_key fleet_keys[FLEET_COUNT][FLEET_SERIALS];
    size_t newest;                           /* of the fleet: who changed its key last */
    struct dsb_revocations lists[LISTS_MAX]; /* the root's; the first has no serial and no id */
    size_t list_count;
    uint64_t digest; /* of all that happened */
    /* Figures for the last line. */
    unsigned long dialled, authenticated, clean, failed, dropped, crashes, delivered, attacks,
        forged_announces, bad_announces, other_key_announces, rotations, revocations, thefts,
        unheard;
    unsigned long talks[TALK_KIND_COUNT], passed_by; /* ended beside a slow one */
    unsigned long reasons[0x600];
};

/* random.c */
uint64_t world_random(struct world *world);
size_t world_below(struct world *world, size_t limit);
bool world_chance(struct world *world, unsigned thousandths);
void world_note(struct world *world, uint64_t event); /* into the digest */

/* device.c */
void devices_make(struct world *world);
void device_step(struct world *world, size_t number);
void device_crash(struct world *world, size_t number);
size_t device_peer_index(const struct world *world, size_t number, const struct dsb_device_id *id);
struct datagram *datagram_new(struct world *world, size_t from, size_t to); /* NULL: lost */
void datagrams_step(struct world *world);
void hostile_step(struct world *world, size_t number);

/* fleet.c */
bool is_of_fleet(size_t number);
void fleet_init(struct world *world);
void fleet_join(struct world *world, struct device *device);
void fleet_renew(struct world *world, size_t number); /* the next serial and its key */
struct fleet_key *fleet_key(struct world *world, size_t number, uint64_t serial);
void fleet_step(struct world *world);                   /* the root's and its devices' */
void fleet_recheck(struct world *world, size_t number); /* as a daemon, when something was new */
bool fleet_vouches(const struct world *world, size_t number, const struct dsb_announce *heard);
bool fleet_hear_word(struct world *world, const struct datagram *datagram,
                     const struct dsb_announce *heard); /* true: it was taken */
void fleet_hear_list(struct world *world, const struct datagram *datagram);
bool fleet_allows(const struct world *world, size_t who, size_t peer_idx, uint64_t serial);
void fleet_check(const struct world *world); /* no session that is not allowed is left */

/* conn.c */
void conn_dial(struct world *world, size_t from, size_t target, size_t target_idx, uint16_t port,
               enum end_kind kind);
void conn_step(struct world *world, struct conn *conn);
void end_close(struct world *world, struct conn *conn, unsigned side);
bool conn_is_stalled(const struct world *world, const struct conn *conn, unsigned side);

/* end.c: drives the library as a daemon does; each may close the end */
void end_step(struct world *world, struct conn *conn, unsigned side);
void end_drop(struct world *world, struct conn *conn, unsigned side, enum dsb_reason reason);
void end_revoke(struct world *world, struct conn *conn, unsigned side);

/* truth.c: what authentication and data are held against */
size_t truth_msg3_written(struct world *world, const uint8_t hash[NOISE_HASH_LEN],
                          const struct end *end);
size_t truth_bound(struct world *world, const uint8_t hash[NOISE_HASH_LEN], size_t responder,
                   const struct dsb_device_id *peer);
void truth_confirmed(struct world *world, const uint8_t hash[NOISE_HASH_LEN], size_t initiator,
                     const struct dsb_device_id *peer);

/* What a stream of a session carries: its kind, how many bytes, and each of them. */
#define TALK_TOTAL_MAX 600
enum talk_kind truth_kind(size_t handshake, uint32_t id);
uint32_t truth_total(size_t handshake, uint32_t id);
uint8_t truth_byte(size_t handshake, uint32_t id, uint32_t at);

/* talk.c: the application of a session */
void talks_begin(struct end *end);
void talks_step(struct world *world, struct end *end);
bool talks_are_done(const struct end *end);
void talks_end(struct world *world, struct end *end);

#endif
