/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of dsoftbus, one file each. `words` are what the person wrote beside the options:
 * as many as the command's row in dsoftbus.c names. */
#ifndef NODE_COMMAND_H
#define NODE_COMMAND_H

#include "node/base/options.h"

/* Each does its whole work and returns true, or fills *e. */
MUST_CHECK bool command_keygen(const struct options *o, char **words, int word_count,
                               struct error *e);
MUST_CHECK bool command_id(const struct options *o, char **words, int word_count, struct error *e);
MUST_CHECK bool command_trust(const struct options *o, char **words, int word_count,
                              struct error *e);
MUST_CHECK bool command_attest(const struct options *o, char **words, int word_count,
                               struct error *e);
MUST_CHECK bool command_root(const struct options *o, char **words, int word_count,
                             struct error *e);
MUST_CHECK bool command_pair(const struct options *o, char **words, int word_count,
                             struct error *e);
MUST_CHECK bool command_serve(const struct options *o, char **words, int word_count,
                              struct error *e);
MUST_CHECK bool command_ping(const struct options *o, char **words, int word_count,
                             struct error *e);
MUST_CHECK bool command_send(const struct options *o, char **words, int word_count,
                             struct error *e);
MUST_CHECK bool command_receive(const struct options *o, char **words, int word_count,
                                struct error *e);
MUST_CHECK bool command_discover(const struct options *o, char **words, int word_count,
                                 struct error *e);
MUST_CHECK bool command_status(const struct options *o, char **words, int word_count,
                               struct error *e);
MUST_CHECK bool command_connect(const struct options *o, char **words, int word_count,
                                struct error *e);
MUST_CHECK bool command_call(const struct options *o, char **words, int word_count,
                             struct error *e);
MUST_CHECK bool command_publish(const struct options *o, char **words, int word_count,
                                struct error *e);
MUST_CHECK bool command_forward(const struct options *o, char **words, int word_count,
                                struct error *e);
MUST_CHECK bool command_peers(const struct options *o, char **words, int word_count,
                              struct error *e);
MUST_CHECK bool command_services(const struct options *o, char **words, int word_count,
                                 struct error *e);

#endif
