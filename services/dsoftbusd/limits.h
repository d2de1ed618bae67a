/* SPDX-License-Identifier: Apache-2.0 */
/* Every bound of dsoftbusd, and why it is what it is. */
#ifndef DSOFTBUSD_LIMITS_H
#define DSOFTBUSD_LIMITS_H

#include "dsoftbus/link.h"
#include "proto/net.h"

/* Handshakes under way. A newcomer over this drops the oldest of the source that has most of them:
 * at the stated 100 connections a second that leaves each 160 ms, several times what one needs. */
#define HALF_OPEN_MAX 16

/* Authenticated sessions. None is ever dropped for another; the next one is refused. */
#define SESSION_MAX 8

/* Of those, one peer's. Two devices that are lost, or turn bad, still leave others their place. */
#define PEER_SESSION_MAX 3

/* Devices that are dialled at a time, one for each application that waits; and sessions that were
 * begun so: the others are there for who comes. */
#define DIAL_MAX            4
#define DIALLED_SESSION_MAX 4

/* Addresses of a device that announces told of while it is dialled. */
#define HEARD_MAX 4

/* A device is dialled for so long, again after a pause that doubles from the first to the last. */
#define DIAL_WAIT_MS        5000
#define DIAL_PAUSE_FIRST_MS 250
#define DIAL_PAUSE_LAST_MS  2000

/* The newcomer has its place before the one that is dropped for it leaves. */
#define CONNECTION_MAX (HALF_OPEN_MAX + SESSION_MAX + 1 + DIAL_MAX)

/* Longest record unit that is accepted, bytes: one page and the length holds any buffered one. */
#define RECORD_UNIT_MAX 2048

/* Connections that wait to be accepted: what arrives while one handshake step is computed. */
#define BACKLOG_MAX 8

/* Received and not yet used bytes of one connection. */
#define CONNECTION_IN_MAX (DSB_FRAME_HEADER_LEN + RECORD_UNIT_MAX)

/* Streams that a peer may have open in one session, and this device's applications, and one for
 * revocations; what each holds: bytes that nobody has read, and bytes that are not sealed yet. With
 * SESSION_MAX 816 KiB in all. */
#define SESSION_STREAM_MAX 8
#define APP_STREAM_MAX     8
#define OWN_STREAM_MAX     (APP_STREAM_MAX + 1)
#define STREAM_WINDOW      4096
#define STREAM_SEND_CAP    2048

/* Applications by badge, 1 to this; what one of them holds, services and streams; rights of all of
 * them. */
#define BUS_CLIENT_MAX 7
#define BUS_SHARE_MAX  16
#define BUS_RIGHT_MAX  16

/* Streams that one application may have open to one device, and applications that may connect at
 * all: so none takes another's. */
#define APP_DEVICE_STREAM_MAX 2
#define BUS_CALLER_MAX        (APP_STREAM_MAX / APP_DEVICE_STREAM_MAX)

/* Devices whose address the image tells. */
#define KNOWN_ADDRESS_MAX 8

/* Services at a time: three of dsoftbusd's own, and no name twice. */
#define SERVICE_MAX (3 + BUS_RIGHT_MAX)

/* Bytes to be written: the longest record that a peer takes, or the session's own. */
#define CONNECTION_OUT_MAX (DSB_FRAME_HEADER_LEN + RECORD_UNIT_MAX)

/* Units that one connection may use before the others get their turn. */
#define UNITS_PER_TURN 8

/* Datagrams that are read before the connections get their turn. */
#define DATAGRAMS_PER_TURN 16

/* Connections that are accepted before those at hand get their turn. */
#define ACCEPTS_PER_TURN 4

/* When no socket is free for a newcomer, the next try is after this long: sockets whose clean close
 * the peer does not answer come back by themselves. */
#define ACCEPT_RETRY_MS 100

/* After a clean end the peer, who began the TCP connection, ends it within this time: its way back,
 * and some. */
#define FIN_WAIT_MS 500

/* Log lines about packets that are not used; they are counted in every case. */
#define PACKET_LOG_BURST       16
#define PACKET_LOG_INTERVAL_MS 100

/* Log lines of one kind, a step of a handshake or a reason of its refusal, in a window of time.
 * More than the proof's densest case has of any, but for the flood; what is held is told at its
 * end. */
#define LINES_PER_WINDOW 32
#define LINE_WINDOW_MS   1000

/* Pairing: runs under way at once; strangers who say nothing hold a place until it is needed. One
 * more has a place before the one that is dropped for it leaves. Its sockets, with its listener's
 * and those of who waits, are lent by the handshakes until the window is shut. */
#define PAIRING_RUN_MAX     3
#define PAIRING_BACKLOG_MAX 1
#define PAIRING_SOCKET_MAX  (1 + PAIRING_RUN_MAX + 1 + PAIRING_BACKLOG_MAX)

/* Trusted devices. */
#define TRUST_MAX 64

/* Roots, and devices that they vouch for at a time; so many of these in one record of stored, which
 * holds them with ids and lists of the longest kind. */
#define ROOT_MAX           4
#define VOUCHED_MAX        20
#define VOUCHED_RECORD_MAX 10

/* Lists of revocations are looked at in one session no more often. */
#define LIST_PAUSE_MS 250

_Static_assert(CONNECTION_MAX + BACKLOG_MAX + 2 <= NET_CLIENT_SOCKETS_MAX,
               "all of them, the listener and the datagram socket have a socket");
_Static_assert(DIAL_MAX >= BUS_CALLER_MAX, "each that may connect can wait for a device");
_Static_assert(PAIRING_SOCKET_MAX < HALF_OPEN_MAX / 2, "most of the handshakes go on");
_Static_assert(BACKLOG_MAX <= NET_BACKLOG_MAX, "what netstackd offers");
_Static_assert(CONNECTION_IN_MAX >= DSB_LINK_IN_MIN(RECORD_UNIT_MAX), "any unit fits");
_Static_assert(CONNECTION_OUT_MAX >= DSB_LINK_OUT_MIN, "the link's own words fit");

#endif
