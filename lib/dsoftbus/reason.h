/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a handshake or a session ended, as stable numbers and names for the local log.
 *
 * A reason names the message at which it happened and what failed there. The wire never carries it:
 * the connection just closes. Numbers and names never change meaning; new ones are added.
 *
 * The high byte is the stage: 0x00 local, 0x01..0x03 handshake messages, 0x04 ACCEPT, 0x05 session.
 */
#ifndef DSOFTBUS_REASON_H
#define DSOFTBUS_REASON_H

#ifdef __cplusplus
extern "C" {
#endif

#define DSB_REASONS(X)                                                                             \
    /* Local: nothing was wrong on the wire. */                                                    \
    X(NONE, 0x0000, "none")                                                                        \
    X(CONNECT_BAD_ARGUMENT, 0x0001, "connect-bad-argument") /* target id or recv_max not valid */  \
    X(CONNECT_NOT_TRUSTED, 0x0002, "connect-not-trusted")   /* no trust entry for the target id */ \
    X(ACCEPT_BAD_ARGUMENT, 0x0003, "accept-bad-argument")   /* recv_max not valid */               \
    X(LOCAL_CRYPTO, 0x0004, "local-crypto")                 /* the ephemeral was refused */        \
    X(LOCAL_DROPPED, 0x0005, "local-dropped")               /* the half-open table was full */     \
    X(LOCAL_ABORTED, 0x0006, "local-aborted")               /* the caller gave up */               \
    X(LOCAL_FULL, 0x0007, "local-full")       /* as many sessions as the caller allows */          \
    X(LOCAL_REVOKED, 0x0008, "local-revoked") /* the trust store has the peer no more */           \
    X(LOCAL_KEY, 0x0009, "local-key")         /* the static key's holder gave no answer */         \
    /* Message 1, at the responder. */                                                             \
    X(MSG1_ZERO_LENGTH, 0x0101, "msg1-zero-length")                                                \
    X(MSG1_OVERSIZE, 0x0102, "msg1-oversize")   /* over DSB_HANDSHAKE_UNIT_MAX */                  \
    X(MSG1_LENGTH, 0x0103, "msg1-length")       /* not exactly 48 bytes */                         \
    X(MSG1_BAD_KEY, 0x0104, "msg1-bad-key")     /* X25519 gave zero */                             \
    X(MSG1_DECRYPT, 0x0105, "msg1-decrypt")     /* other key or id meant, or altered */            \
    X(MSG1_SURPLUS, 0x0106, "msg1-surplus")     /* bytes after it, before message 2 was sent */    \
    X(MSG1_DEADLINE, 0x0107, "msg1-deadline")   /* did not arrive in time */                       \
    X(MSG1_TRUNCATED, 0x0108, "msg1-truncated") /* the stream ended before its end */              \
    /* Message 2, at the initiator. */                                                             \
    X(MSG2_ZERO_LENGTH, 0x0201, "msg2-zero-length")                                                \
    X(MSG2_OVERSIZE, 0x0202, "msg2-oversize")                                                      \
    X(MSG2_LENGTH, 0x0203, "msg2-length") /* too short to be message 2 */                          \
    X(MSG2_BAD_KEY, 0x0204, "msg2-bad-key")                                                        \
    X(MSG2_DECRYPT, 0x0205, "msg2-decrypt")                                                        \
    X(MSG2_SURPLUS, 0x0206, "msg2-surplus") /* bytes after it, before message 3 was sent */        \
    X(MSG2_DEADLINE, 0x0207, "msg2-deadline")                                                      \
    X(MSG2_TRUNCATED, 0x0208, "msg2-truncated")                                                    \
    X(MSG2_PAYLOAD, 0x0209, "msg2-payload")   /* fields malformed, out of order, missing */        \
    X(MSG2_CRITICAL, 0x020a, "msg2-critical") /* a critical field that is not known here */        \
    X(MSG2_RECV_MAX, 0x020b, "msg2-recv-max") /* outside the bounds */                             \
    X(MSG2_EARLY, 0x020c, "msg2-early")       /* bytes before message 1 was sent */                \
    X(MSG2_STREAMS, 0x020d, "msg2-streams") /* the fields about streams are not as they must be */ \
    /* Message 3, at the responder. */                                                             \
    X(MSG3_ZERO_LENGTH, 0x0301, "msg3-zero-length")                                                \
    X(MSG3_OVERSIZE, 0x0302, "msg3-oversize")                                                      \
    X(MSG3_LENGTH, 0x0303, "msg3-length") /* too short to be message 3 */                          \
    X(MSG3_BAD_KEY, 0x0304, "msg3-bad-key")                                                        \
    X(MSG3_DECRYPT, 0x0305, "msg3-decrypt")                                                        \
    X(MSG3_SURPLUS, 0x0306, "msg3-surplus") /* bytes after it, before ACCEPT was sent */           \
    X(MSG3_DEADLINE, 0x0307, "msg3-deadline")                                                      \
    X(MSG3_TRUNCATED, 0x0308, "msg3-truncated")                                                    \
    X(MSG3_PAYLOAD, 0x0309, "msg3-payload")                                                        \
    X(MSG3_CRITICAL, 0x030a, "msg3-critical")                                                      \
    X(MSG3_RECV_MAX, 0x030b, "msg3-recv-max")                                                      \
    X(MSG3_BAD_ID, 0x030c, "msg3-bad-id")           /* the claimed id is not a device id */        \
    X(MSG3_UNKNOWN_KEY, 0x030d, "msg3-unknown-key") /* authenticated key not in the trust store */ \
    X(MSG3_ID_MISMATCH, 0x030e, "msg3-id-mismatch") /* that key belongs to another id */           \
    X(MSG3_STREAMS, 0x030f, "msg3-streams")                                                        \
    X(MSG3_ROOT, 0x0310, "msg3-root")           /* attested, but not by a root for this id */      \
    X(MSG3_SERIAL, 0x0311, "msg3-serial")       /* attested, but a later serial is known */        \
    X(MSG3_REVOKED, 0x0312, "msg3-revoked")     /* attested, but the root has revoked that */      \
    X(MSG3_SIGNATURE, 0x0313, "msg3-signature") /* the attestation is not of this id and key */    \
    X(MSG3_FULL, 0x0314, "msg3-full") /* attested, but as many ids are known as there may be */    \
    /* ACCEPT, at the initiator: the responder's first record. */                                  \
    X(ACCEPT_ZERO_LENGTH, 0x0401, "accept-zero-length")                                            \
    X(ACCEPT_OVERSIZE, 0x0402, "accept-oversize") /* over DSB_HANDSHAKE_UNIT_MAX */                \
    X(ACCEPT_LENGTH, 0x0403, "accept-length")     /* cannot be an empty record */                  \
    X(ACCEPT_DECRYPT, 0x0404, "accept-decrypt")                                                    \
    X(ACCEPT_TYPE, 0x0405, "accept-type") /* another first record */                               \
    X(ACCEPT_DEADLINE, 0x0406, "accept-deadline")                                                  \
    X(ACCEPT_TRUNCATED, 0x0407, "accept-truncated") /* closed after message 3: perhaps refused */  \
    /* The session. */                                                                             \
    X(RECORD_ZERO_LENGTH, 0x0501, "record-zero-length")                                            \
    X(RECORD_OVERSIZE, 0x0502, "record-oversize") /* over our own recv_max */                      \
    X(RECORD_LENGTH, 0x0503, "record-length")     /* too short for a tag and a type byte */        \
    X(RECORD_DECRYPT, 0x0504, "record-decrypt")   /* altered, replayed, reordered, reflected */    \
    X(RECORD_TYPE, 0x0505, "record-type")         /* unknown type, or a second ACCEPT */           \
    X(RECORD_BODY, 0x0506, "record-body")         /* body not allowed for this type */             \
    X(RECORD_PONG, 0x0507, "record-pong")         /* answers no PING of ours */                    \
    X(RECORD_PING_FLOOD, 0x0508, "record-ping-flood") /* a PING that came before our PONG left */  \
    X(RECORD_AFTER_CLOSE, 0x0509, "record-after-close")                                            \
    X(RECORD_NONCE, 0x050a, "record-nonce")           /* a direction used up its nonces */         \
    X(SESSION_TRUNCATED, 0x050b, "session-truncated") /* the stream ended without both CLOSEs */   \
    X(SESSION_SILENT, 0x050c, "session-silent")     /* nothing came, or went out, for too long */  \
    X(SESSION_UNCLOSED, 0x050d, "session-unclosed") /* our end was not answered in time */         \
    X(STREAM_ID, 0x050e, "stream-id") /* not the peer's to give, not ascending, or never given */  \
    X(STREAM_STATE, 0x050f, "stream-state")   /* before its OPENED, or after its FIN */            \
    X(STREAM_CREDIT, 0x0510, "stream-credit") /* more bytes, or more credit, than there can be */  \
    X(STREAM_COUNT, 0x0511, "stream-count")   /* more streams than we said we would take */

enum dsb_reason {
#define X(name, number, text) DSB_REASON_##name = (number),
    DSB_REASONS(X)
#undef X
};

/* The stable name of a reason, never NULL; "unknown" for a number that is none. */
const char *dsb_reason_name(enum dsb_reason reason);

#ifdef __cplusplus
}
#endif

#endif
