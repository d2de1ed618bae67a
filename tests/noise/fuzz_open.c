/* SPDX-License-Identifier: Apache-2.0 */
/*
 * noise_transport_open, and through it the seam's. Input: the first byte says whether the rest is a
 * message or what to add (xor) to the genuine one. Only the genuine message opens; after any other
 * it still opens.
 */
#include "noise/fuzz_sides.h"

#include <stdlib.h>
#include <string.h>

#define MESSAGE_MAX 4096 /* libFuzzer's inputs stay below it */
#define TEXT_LEN    40

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_sides sides;
    static const uint8_t text[TEXT_LEN] = "forty bytes of text";
    uint8_t genuine[TEXT_LEN + NOISE_TAG_LEN], plain[MESSAGE_MAX];
    size_t genuine_len = 0, plain_len = SIZE_MAX, len;
    struct noise_transport *t = &sides.resp.transport, before;
    enum noise_result result;
    bool is_genuine;
    uint8_t *message;

    if (size == 0 || size > MESSAGE_MAX)
        return 0;
    fuzz_begin(&sides);
    fuzz_run(&sides, 3);
    fuzz_require(noise_transport_seal(&sides.init.transport, text, sizeof text, genuine,
                                      sizeof genuine, &genuine_len) == NOISE_OK);
    len = size - 1;
    message = malloc(len > 0 ? len : 1);
    fuzz_require(message != NULL);
    memcpy(message, data + 1, len);
    if (data[0] & 1)
        for (size_t i = 0; i < len && i < genuine_len; i++)
            message[i] ^= genuine[i];
    is_genuine = len == genuine_len && memcmp(message, genuine, len) == 0;
    memset(plain, 0xa5, sizeof plain);
    before = *t;
    result = noise_transport_open(t, message, len, plain, sizeof plain, &plain_len);
    free(message);
    fuzz_require((result == NOISE_OK) == is_genuine);
    if (result == NOISE_OK)
        return 0;
    fuzz_require(memcmp(t, &before, sizeof before) == 0 && plain_len == SIZE_MAX);
    for (size_t i = 0; i < sizeof plain; i++)
        fuzz_require(plain[i] == 0 || plain[i] == 0xa5);
    fuzz_require(noise_transport_open(t, genuine, genuine_len, plain, sizeof plain, &plain_len) ==
                     NOISE_OK &&
                 plain_len == TEXT_LEN && memcmp(plain, text, TEXT_LEN) == 0);
    return 0;
}
