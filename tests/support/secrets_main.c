/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program around a run with secrets, under valgrind: the run itself, with the code behind the
 * seam that NAME says, and two controls that do what must be found.
 */
#include "noise/provider_by_name.h"
#include "support/secrets.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <valgrind/valgrind.h>

static volatile int sink;

static void control_branch(uint8_t secret)
{
    if (secret == 1)
        sink = 1;
}

static void control_index(uint8_t secret)
{
    static const uint8_t table[256] = {7};
    sink = ((volatile const uint8_t *)table)[secret];
}

int main(int argc, char **argv)
{
    uint8_t secret = 1;

    make_secret(&secret, sizeof secret);
    if (!RUNNING_ON_VALGRIND) {
        fprintf(stderr, "only under valgrind does this find anything\n");
        return 2;
    }
    if (argc == 3 && strcmp(argv[1], "run") == 0 && provider_by_name(argv[2])) {
        run_with_secrets();
        printf("no branch and no index depends on a secret\n");
    } else if (argc == 2 && strcmp(argv[1], "control-branch") == 0) {
        control_branch(secret);
    } else if (argc == 2 && strcmp(argv[1], "control-index") == 0) {
        control_index(secret);
    } else {
        fprintf(stderr, "usage: %s run NAME | control-branch | control-index\n", argv[0]);
        return 2;
    }
    return 0;
}
