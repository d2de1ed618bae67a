/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who this device is: its id and its Noise static key.
 *
 * On disk it is a small text file, the same on Linux and in the OS image (see text.h for its
 * rules):
 *
 *     # bring-up test key, not for production      only in test identities
 *     dsoftbus-identity 1
 *     id gateway.lab
 *     private 6a…64 hexadecimal digits…f0
 *
 * The file holds a private key: keep it readable by its owner alone, wipe every buffer it was in.
 */
#ifndef DSOFTBUS_IDENTITY_H
#define DSOFTBUS_IDENTITY_H

#include "dsoftbus/device_id.h"
#include "dsoftbus/key.h"
#include "dsoftbus/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The comment line that marks a test identity. */
#define DSB_BRING_UP_MARK "# bring-up test key, not for production"

/* Large enough for every identity file that dsb_identity_format writes. */
#define DSB_IDENTITY_FILE_MAX 256

/* An identity file's contents. Holds the private key: wipe with dsb_identity_file_wipe. */
struct dsb_identity_file {
    struct dsb_device_id id;
    uint8_t private_key[DSB_KEY_LEN];
    bool bring_up; /* has DSB_BRING_UP_MARK, or the key of a test identity: a release refuses it */
};

/*
 * Reads an identity file. On a fault returns DSB_INVALID, says in *error which line and what, and
 * leaves *out all zero. The key's digits are decoded without a branch or an index that depends on
 * them.
 */
DSB_MUST_CHECK enum dsb_status dsb_identity_parse(struct dsb_identity_file *out, const char *text,
                                                  size_t text_len, struct dsb_text_error *error);

/*
 * Writes the file's text to out and its length to *out_len: for key generation. DSB_TOO_LARGE when
 * out_cap is too small (DSB_IDENTITY_FILE_MAX always serves), DSB_INVALID when file holds no id or
 * a zero key.
 */
DSB_MUST_CHECK enum dsb_status dsb_identity_format(char *out, size_t out_cap, size_t *out_len,
                                                   const struct dsb_identity_file *file);

void dsb_identity_file_wipe(struct dsb_identity_file *file);

/*
 * What a handshake needs of an identity. The private key is reached only through key ("public key
 * and do DH with it"), so that another process may hold it: then fill in id and key yourself.
 */
struct dsb_identity {
    struct dsb_device_id id;
    struct noise_static_key key;
};

/*
 * An identity whose private key lies in *file: borrowed and only read, so file must outlive
 * identity and stay where it is. DSB_INVALID when file holds no id or a zero key.
 */
DSB_MUST_CHECK enum dsb_status dsb_identity_init(struct dsb_identity *identity,
                                                 struct dsb_identity_file *file);

#ifdef __cplusplus
}
#endif

#endif
