/* SPDX-License-Identifier: Apache-2.0 */
/* A QR code of libqrencode on a terminal: two rows of modules in a line of characters. */
#include "node/cli/pair.h"

#include <qrencode.h>
#include <stdio.h>

#define QUIET_ZONE 2 /* modules around the code */

static bool is_dark(const QRcode *qr, int x, int y)
{
    return x >= 0 && y >= 0 && x < qr->width && y < qr->width &&
           (qr->data[y * qr->width + x] & 1) != 0;
}

/* Light modules are drawn, so that a dark terminal shows them light. */
static const char *two_modules(bool upper_dark, bool lower_dark)
{
    if (upper_dark)
        return lower_dark ? " " : "\u2584";
    return lower_dark ? "\u2580" : "\u2588";
}

bool qr_print(const char *text)
{
    QRcode *qr = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (qr == NULL)
        return false;
    for (int y = -QUIET_ZONE; y < qr->width + QUIET_ZONE; y += 2) {
        for (int x = -QUIET_ZONE; x < qr->width + QUIET_ZONE; x++)
            (void)fputs(two_modules(is_dark(qr, x, y), is_dark(qr, x, y + 1)), stdout);
        (void)fputc('\n', stdout);
    }
    QRcode_free(qr);
    return true;
}
