/* SPDX-License-Identifier: Apache-2.0 */
/* Errors of the system calls: a call returns 0 or more, or the negative of one of these. */
#ifndef ABI_ERROR_H
#define ABI_ERROR_H

enum abi_error {
    ABI_OK = 0,
    ABI_E_SYSCALL = 1,  /* no system call has this number */
    ABI_E_SLOT = 2,     /* the slot is out of range or empty */
    ABI_E_TYPE = 3,     /* the slot holds another type of capability */
    ABI_E_RIGHTS = 4,   /* the capability lacks a right that the call needs */
    ABI_E_ADDRESS = 5,  /* a pointer is not in the process's own readable (writable) memory */
    ABI_E_ARGUMENT = 6, /* an argument is outside its stated range */
    ABI_E_STATE = 7,    /* not now: a reply is owed, none is owed, the process already runs, ... */
    ABI_E_BUSY = 8,     /* somebody else holds what can have one holder */
    ABI_E_NO_SLOT = 9,  /* a capability table, the caller's or the receiver's, has no room */
    ABI_E_NO_MEMORY = 10, /* page quota used up, or no run of free pages of this length */
    ABI_E_NO_OBJECT = 11, /* the process's allowance of objects of this type is used up */
    ABI_E_TOO_BIG = 12,   /* a message is longer than the receiver's buffer or the bound */
    ABI_E_TIMED_OUT = 13, /* the deadline passed */
    ABI_E_PEER_DIED = 14, /* the process that serves the endpoint is dead */
    ABI_E_CANCELLED = 15, /* the caller to be replied to has died or timed out */
    ABI_E_OVERLAP = 16,   /* the address range is already (partly) mapped */
    ABI_E_IMAGE = 17,     /* the program image is refused; a1 says why (enum abi_image_fault) */

    ABI_E_COUNT = 18
};

#endif
