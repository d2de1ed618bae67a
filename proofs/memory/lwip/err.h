/* SPDX-License-Identifier: Apache-2.0 */
/* As much of lwIP as address.h names. */
typedef signed char err_t;
