/* SPDX-License-Identifier: Apache-2.0 */
/* The known answers, and with them the published XK handshake and transport, on rv64imac. */
#include "rv64/machine.h"
#include "vectors/known_answers.h"

#include "noise/crypto.h"

int main(void)
{
    uint64_t passed = 0, failed = 0;

    if (noise_init() != 0)
        machine_off();
    for (size_t i = 0; i < known_answers_count; i++) {
        if (known_answers[i].check()) {
            passed++;
            machine_print("ok ");
        } else {
            failed++;
            machine_print("FAILED ");
        }
        machine_print(known_answers[i].name);
        machine_print("\n");
    }
    machine_print("rv64 known answers: ");
    machine_print_number(passed);
    machine_print(" passed, ");
    machine_print_number(failed);
    machine_print(" failed\n");
    machine_off();
}
