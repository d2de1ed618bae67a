/* SPDX-License-Identifier: Apache-2.0 */
/* Connections of which only the SYN came: their number is bounded, and when it is reached the
 * oldest one of the source that holds most of them goes. */
#ifndef PORT_HALF_OPEN_H
#define PORT_HALF_OPEN_H

/* One more is about to begin. */
void half_open_make_room(void);

#endif
