/* SPDX-License-Identifier: Apache-2.0 */
/* A file of its own, since those who leave work lie below the one that does it. */
#include "upkeep.h"

bool upkeep_needed;
