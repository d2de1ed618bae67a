/* SPDX-License-Identifier: Apache-2.0 */
/* The words of dsoftbus send. */
#include "node/cli/send.h"

#include "node/cli/progress.h"

#include <stdio.h>

const char *send_advice(enum message_refusal refusal)
{
    bool of_name = refusal == REFUSAL_NAME || refusal == REFUSAL_EXISTS;
    return of_name ? " (--name gives another)" : "";
}

void send_say_stored(const char *path, const char *peer, const struct message *stored)
{
    char size[16];
    char kept[MESSAGE_NAME_TEXT_SIZE];
    progress_format_bytes(stored->length, size);
    message_name_text(kept, stored->name);
    (void)fprintf(stderr, "dsoftbus: %s stored by %s%s%s (%s)\n", path, peer,
                  stored->name[0] != '\0' ? " as " : "", stored->name[0] != '\0' ? kept : "", size);
}
