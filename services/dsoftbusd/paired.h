/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What pairing leaves behind, kept by stored: the record `trust`, a trust store file of the peers
 * that it made trusted, and the record `pairing-attempts`, how many attempts in a row have failed.
 * A record is replaced as a whole, so a power cut leaves the old or the new one.
 */
#ifndef DSOFTBUSD_PAIRED_H
#define DSOFTBUSD_PAIRED_H

#include "dsoftbus/trust_store.h"
#include "proto/store.h"

struct paired {
    const struct dsb_identity *own;
    struct dsb_trust_store *trust; /* the image's peers, and those of the record behind them */
    uint32_t failed_count;
    size_t text_len;
    char text[STORE_DATA_MAX]; /* of the record */
};

/*
 * Reads both records, and adds the peers to the trust store. Waits for a disk for as long as it
 * takes, and says once that it does. A peer that the image contradicts (its id with another key,
 * its key under another id) is left out, with a line. False, with a line: a record is not one of
 * ours; nobody of it is trusted, and it must not be written over.
 */
DSB_MUST_CHECK bool paired_load(struct paired *paired, struct dsb_trust_store *trust,
                                const struct dsb_identity *own);

enum paired_result {
    PAIRED_OK,
    PAIRED_KNOWN_ID,  /* it is trusted already, with another key */
    PAIRED_KNOWN_KEY, /* it is trusted already, under another id */
    PAIRED_FULL,      /* no room for another peer */
    PAIRED_DISK,      /* the disk failed, and does not have the peer */
};

/* The word for the log. */
const char *paired_result_name(enum paired_result result);

/* Can the peer become a trusted one? One that is already stays as it is. */
DSB_MUST_CHECK enum paired_result paired_fits(const struct paired *paired,
                                              const struct dsb_trust_entry *peer);

/* Makes it one, on the disk and here: both or neither. */
DSB_MUST_CHECK enum paired_result paired_keep(struct paired *paired,
                                              const struct dsb_trust_entry *peer);

/* Writes the number of attempts that failed. False: the disk failed. */
DSB_MUST_CHECK bool paired_keep_failed(struct paired *paired, uint32_t failed_count);

#endif
