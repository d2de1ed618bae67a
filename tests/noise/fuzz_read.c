/* SPDX-License-Identifier: Apache-2.0 */
/*
 * noise_xk_read, all three messages. Input: which message (two bits) and how (one bit) in the first
 * byte, then the message itself or what to add (xor) to the genuine one; the latter reaches past
 * the first tag. Only the genuine message may be accepted, and any other leaves nothing behind.
 */
#include "noise/fuzz_sides.h"

#include <stdlib.h>
#include <string.h>

#define PAYLOAD_MAX 4096 /* libFuzzer's inputs stay below it */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_sides sides;
    uint8_t genuine[FUZZ_MESSAGE_MAX], payload[PAYLOAD_MAX];
    size_t which, genuine_len, len, payload_len = SIZE_MAX;
    struct noise_xk_handshake *hs;
    enum noise_result result;
    bool is_genuine;
    uint8_t *message;

    if (size == 0 || size > PAYLOAD_MAX)
        return 0;
    which = data[0] % 3;
    fuzz_begin(&sides);
    fuzz_run(&sides, which);
    genuine_len = fuzz_write(&sides, which, genuine);
    len = size - 1;
    message = malloc(len > 0 ? len : 1); /* its exact length: the sanitizer sees a read beyond it */
    fuzz_require(message != NULL);
    memcpy(message, data + 1, len);
    if (data[0] & 4)
        for (size_t i = 0; i < len && i < genuine_len; i++)
            message[i] ^= genuine[i];
    is_genuine = len == genuine_len && memcmp(message, genuine, len) == 0;
    memset(payload, 0xa5, sizeof payload);
    hs = &fuzz_reader(&sides, which)->hs;
    result = noise_xk_read(hs, message, len, payload, sizeof payload, &payload_len);
    fuzz_require((result == NOISE_OK) == is_genuine);
    if (result != NOISE_OK) {
        fuzz_require(hs->state == NOISE_XK_FAILED && fuzz_is_wiped(hs) && payload_len == SIZE_MAX);
        for (size_t i = 0; i < sizeof payload; i++)
            fuzz_require(payload[i] == 0 || payload[i] == 0xa5);
    }
    free(message);
    return 0;
}
