/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One program on the bus socket: its requests, answered in their order, its streams and its names.
 * What it does wrong, or does not do, costs nobody but itself.
 */
#ifndef NODE_CLIENT_OF_BUS_H
#define NODE_CLIENT_OF_BUS_H

#include "node/bus/bus.h"
#include "node/bus/info.h"
#include "node/bus/pump.h"
#include "node/bus/request.h"

/* Packets that wait for a client which does not read. More, and it is dropped. */
#define CLIENT_PACKET_COUNT 256

/* So long a peer's service has to take a stream, ms. */
#define CLIENT_ANSWER_MS 30000

/* A packet that the socket did not take. */
struct client_packet {
    struct client_packet *next;
    int fd; /* -1: none; closed when it was sent */
    size_t len;
    char text[BUS_PACKET_MAX];
};

/* A request whose answer is not sent yet. */
struct client_slot {
    struct client_slot *next;
    struct bus_client *client;
    struct request request;
    struct peer_wait wait;
    struct pump *pump;        /* connect: until it is opened */
    struct info_query *query; /* services */
    uint64_t deadline_ms;     /* of the stream's answer */
    size_t listed_count;      /* peers: lines said; services: bytes of the text */
    bool done;                /* answer says it */
    int fd;                   /* -1, or what goes with the answer */
    char answer[256];
};

/* What is done with requests: client_request.h. */
struct client_events {
    void (*packet)(struct bus_client *c, const char *packet, size_t packet_len);
    void (*drained)(struct bus_client *c);  /* packets that waited have left */
    void (*deadline)(struct bus_client *c); /* client_wake_at */
    void (*ended)(struct bus_client *c);    /* its requests and streams are over: RESET gone */
};

struct bus_client {
    struct bus_client *next;
    struct bus *bus;
    const struct client_events *events;
    uv_poll_t poll;
    uv_timer_t timer;
    int fd;
    int watched;
    uint32_t number;
    uint32_t next_stream;
    uint32_t pump_count;
    uint32_t slot_count;
    uint32_t packet_count;
    unsigned open_handle_count;
    bool greeted;
    bool watching;
    bool dropped; /* not heard any more; the timer ends it */
    struct pump *pumps;
    struct client_slot *slots; /* the oldest first */
    struct client_packet *packets;
};

/* Takes over an accepted socket. */
void client_new(struct bus *b, int fd, const struct client_events *events);

/* Says a packet, with a descriptor if it is not -1, which is closed here in any case. */
void client_say(struct bus_client *c, int fd, const char *format, ...) PRINTF_LIKE(3, 4);

/* It has no more use of the daemon, nor the daemon of it: ends it, but not inside of this call. */
void client_drop(struct bus_client *c, const char *why);

/* Its end of the socket is open. */
bool client_is_there(const struct bus_client *c);

/* Slots came or went: is it to be heard? */
void client_watch(struct bus_client *c);

void client_wake_at(struct bus_client *c, uint64_t when_ms);

/* For those that watch. */
void client_tell_peer(struct bus_client *c, const struct dsb_device_id *peer, bool is_online);

/* Ends it: names and streams are gone. The rest goes with the loop's next turn. */
void client_end(struct bus_client *c);

#endif
