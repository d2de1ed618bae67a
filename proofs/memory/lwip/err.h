/* SPDX-License-Identifier: Apache-2.0 */
/* As much of lwIP as address.h names. */
#ifndef PROOFS_LWIP_ERR_H
#define PROOFS_LWIP_ERR_H

typedef signed char err_t;
enum { ERR_OK = 0, ERR_MEM = -1, ERR_BUF = -2, ERR_USE = -8, ERR_ABRT = -13, ERR_RST = -14 };

#endif
