/* SPDX-License-Identifier: Apache-2.0 */
/*
 * noise-bench [FLYNN]: handshakes per second, and MB/s of seal and open, beside what libsodium's
 * primitives alone allow and, when its program is given, flynn/noise. Rounds are interleaved, so
 * that a change of the machine's speed meets all alike. Prints a table in Markdown: median and best
 * of the rounds, and their spread.
 */
#include "noise/noise_xk.h"

#include <blake2.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* Long against the clock, short against a time slice of another process: some rounds are
 * undisturbed. */
#define ROUND_NS       5000000
#define ROUNDS_COUNT   101
#define CONTENDERS_MAX 4
#define RANDOM_COUNT   64 /* handshakes' ephemerals fetched at once */

struct side {
    uint8_t private_key[NOISE_KEY_LEN];
    struct noise_static_key key;
    struct noise_xk_handshake hs;
    struct noise_transport transport;
};

static struct side init, resp;
static uint8_t plain[NOISE_PLAINTEXT_MAX], sealed[NOISE_MESSAGE_MAX], opened[NOISE_PLAINTEXT_MAX];
static size_t size; /* of the plaintext in this table row */
static FILE *flynn_in, *flynn_out;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "noise-bench: %s\n", what);
    exit(1);
}

static void must(enum noise_result result)
{
    if (result != NOISE_OK)
        die("the library returned an error");
}

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Two fresh ephemerals. */
static uint8_t *fresh_ephemerals(void)
{
    static uint8_t random[RANDOM_COUNT][2 * NOISE_KEY_LEN];
    static size_t left;

    if (left == 0) {
        for (left = 0; left < RANDOM_COUNT; left += 4) { /* getrandom gives 256 bytes whole */
            if (getrandom(random[left], 4 * sizeof random[0], 0) != 4 * sizeof random[0])
                die("no random bytes");
        }
    }
    return random[--left];
}

static void handshake_once(void)
{
    uint8_t *e = fresh_ephemerals(), message[NOISE_XK_MESSAGE_3_OVERHEAD];
    size_t len, payload_len;

    must(noise_xk_init_initiator(&init.hs, &init.key, resp.key.public_key, e, NULL, 0));
    must(noise_xk_init_responder(&resp.hs, &resp.key, e + NOISE_KEY_LEN, NULL, 0));
    for (size_t i = 0; i < 3; i++) {
        must(noise_xk_write(i % 2 == 0 ? &init.hs : &resp.hs, NULL, 0, message, sizeof message,
                            &len));
        must(noise_xk_read(i % 2 == 0 ? &resp.hs : &init.hs, message, len, NULL, 0, &payload_len));
    }
    must(noise_xk_split(&init.hs, &init.transport));
    must(noise_xk_split(&resp.hs, &resp.transport));
}

/* The multiplications of a handshake and nothing else: es, ee, se on both sides, two ephemerals. */
static void multiplications_once(void)
{
    uint8_t out[NOISE_KEY_LEN];

    for (int i = 0; i < 6; i++) {
        if (crypto_scalarmult(out, init.private_key, resp.key.public_key) != 0)
            die("libsodium returned an error");
    }
    for (int i = 0; i < 2; i++)
        crypto_scalarmult_base(out, init.private_key);
}

static void hash_once(size_t len)
{
    blake2s_state state;
    uint8_t out[NOISE_HASH_LEN];

    blake2s_init(&state, sizeof out);
    blake2s_update(&state, plain, len);
    blake2s_final(&state, out, sizeof out);
}

/*
 * Every primitive of a handshake, by the libraries' own functions. Each side: 4 HKDF of 3 HMAC of 2
 * hashes of 2 blocks, 9 hashes of one block into h, 4 seals or opens of nothing under 32 bytes of
 * h.
 */
static void primitives_once(void)
{
    static const uint8_t nonce[12];
    uint8_t tagged[NOISE_TAG_LEN];

    multiplications_once();
    for (int i = 0; i < 2 * 4 * 3 * 2; i++)
        hash_once(96);
    for (int i = 0; i < 2 * 9; i++)
        hash_once(64);
    for (int i = 0; i < 4; i++) {
        crypto_aead_chacha20poly1305_ietf_encrypt(tagged, NULL, NULL, 0, plain, 32, NULL, nonce,
                                                  init.private_key);
        if (crypto_aead_chacha20poly1305_ietf_decrypt(NULL, NULL, NULL, tagged, sizeof tagged,
                                                      plain, 32, nonce, init.private_key) != 0)
            die("libsodium returned an error");
    }
}

static void seal_once(void)
{
    size_t len;

    must(noise_transport_seal(&init.transport, plain, size, sealed, sizeof sealed, &len));
}

static void open_once(void)
{
    size_t len;

    resp.transport.recv.n = 0; /* the one message, again and again */
    must(noise_transport_open(&resp.transport, sealed, size + NOISE_TAG_LEN, opened, sizeof opened,
                              &len));
}

static const uint8_t sodium_nonce[12];

static void sodium_seal_once(void)
{
    crypto_aead_chacha20poly1305_ietf_encrypt(sealed, NULL, plain, size, NULL, 0, NULL,
                                              sodium_nonce, init.private_key);
}

static void sodium_open_once(void)
{
    if (crypto_aead_chacha20poly1305_ietf_decrypt(opened, NULL, NULL, sealed, size + NOISE_TAG_LEN,
                                                  NULL, 0, sodium_nonce, init.private_key) != 0)
        die("libsodium returned an error");
}

/* What a round of opening needs in `sealed`. */
static void prepare_open(void)
{
    init.transport.send.n = 0;
    seal_once();
}

struct contender {
    const char *name;
    void (*prepare)(void);
    void (*once)(void);         /* NULL: the Go program does it */
    const char *flynn;          /* what to ask it, before size and count */
    size_t count;               /* of calls in a round */
    double rates[ROUNDS_COUNT]; /* calls per second */
};

static uint64_t flynn_round_ns(const char *what, size_t count)
{
    unsigned long long ns;

    if (size > 0)
        fprintf(flynn_in, "%s %zu %zu\n", what, size, count);
    else
        fprintf(flynn_in, "%s %zu\n", what, count);
    fflush(flynn_in);
    if (fscanf(flynn_out, "%llu", &ns) != 1)
        die("the Go program ended");
    return ns;
}

static uint64_t round_ns(const struct contender *c, size_t count)
{
    uint64_t start;

    if (c->once == NULL)
        return flynn_round_ns(c->flynn, count);
    if (c->prepare != NULL)
        c->prepare();
    start = now_ns();
    for (size_t i = 0; i < count; i++)
        c->once();
    return now_ns() - start;
}

/* How many calls fill a round, and a warm-up. */
static void calibrate(struct contender *c)
{
    uint64_t ns;

    for (c->count = 1; (ns = round_ns(c, c->count)) < ROUND_NS / 4; c->count *= 2)
        ;
    c->count = (size_t)((double)c->count * ROUND_NS / (double)ns) + 1;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Runs the rounds and prints one row per contender; `scale` turns calls per second into the unit.
 */
static void contest(const char *title, struct contender *contenders, size_t count, double scale)
{
    double first_best = 0;

    for (size_t i = 0; i < count; i++)
        calibrate(&contenders[i]);
    for (size_t round = 0; round < ROUNDS_COUNT; round++) {
        for (size_t i = 0; i < count; i++) {
            struct contender *c = &contenders[i];

            c->rates[round] = (double)c->count * 1e9 / (double)round_ns(c, c->count);
        }
    }
    for (size_t i = 0; i < count; i++) {
        double *rates = contenders[i].rates;
        double median, best;

        qsort(rates, ROUNDS_COUNT, sizeof rates[0], compare);
        median = rates[ROUNDS_COUNT / 2];
        best = rates[ROUNDS_COUNT - 1];
        if (i == 0)
            first_best = best;
        printf("| %s | %s | %.*f | %.*f | %.0f %% | %.1f %% |\n", title, contenders[i].name,
               scale == 1 ? 0 : 1, median * scale, scale == 1 ? 0 : 1, best * scale,
               100 * (best - rates[0]) / median, 100 * first_best / best);
    }
    fflush(stdout);
}

static void start_flynn(const char *path)
{
    int to[2], from[2];
    pid_t child;

    if (pipe(to) != 0 || pipe(from) != 0 || (child = fork()) < 0)
        die("no process");
    if (child == 0) {
        dup2(to[0], STDIN_FILENO);
        dup2(from[1], STDOUT_FILENO);
        close(to[1]);
        close(from[0]);
        execl(path, path, "bench", (char *)NULL);
        _exit(1);
    }
    close(to[0]);
    close(from[1]);
    flynn_in = fdopen(to[1], "w");
    flynn_out = fdopen(from[0], "r");
    if (flynn_in == NULL || flynn_out == NULL)
        die("no pipe");
}

static void bench_handshake(bool has_flynn)
{
    struct contender contenders[CONTENDERS_MAX] = {
        {.name = "noise_xk", .once = handshake_once},
        {.name = "bound: 6 DH, 2 base", .once = multiplications_once},
        {.name = "the same, hashes and AEAD", .once = primitives_once},
        {.name = "flynn/noise", .flynn = "handshake"},
    };

    size = 0;
    contest("handshake, both sides, 1/s", contenders, has_flynn ? 4 : 3, 1);
}

static void bench_transport(size_t plain_len, bool has_flynn)
{
    struct contender seals[CONTENDERS_MAX] = {
        {.name = "noise_transport", .once = seal_once},
        {.name = "libsodium AEAD", .once = sodium_seal_once},
        {.name = "flynn/noise", .flynn = "seal"},
    };
    struct contender opens[CONTENDERS_MAX] = {
        {.name = "noise_transport", .prepare = prepare_open, .once = open_once},
        {.name = "libsodium AEAD", .prepare = sodium_seal_once, .once = sodium_open_once},
        {.name = "flynn/noise", .flynn = "open"},
    };
    char title[64];

    size = plain_len;
    snprintf(title, sizeof title, "seal %zu bytes, MB/s", size);
    contest(title, seals, has_flynn ? 3 : 2, (double)size / 1e6);
    snprintf(title, sizeof title, "open %zu bytes, MB/s", size);
    contest(title, opens, has_flynn ? 3 : 2, (double)size / 1e6);
}

int main(int argc, char **argv)
{
    static const size_t sizes[] = {64, 1024, 16384, NOISE_PLAINTEXT_MAX};
    bool has_flynn = argc == 2;

    if (argc > 2 || noise_init() != 0) {
        fprintf(stderr, "usage: noise-bench [FLYNN]\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    if (has_flynn)
        start_flynn(argv[1]);
    memset(init.private_key, 1, NOISE_KEY_LEN);
    memset(resp.private_key, 2, NOISE_KEY_LEN);
    noise_static_key_init(&init.key, init.private_key);
    noise_static_key_init(&resp.key, resp.private_key);
    printf("%d interleaved rounds of %d ms each. Spread: (best - worst) / median. Last column: "
           "best of the\n"
           "first row of its group against best of this row.\n\n",
           ROUNDS_COUNT, ROUND_NS / 1000000);
    printf("| what | who | median | best | spread | first / this |\n|---|---|---|---|---|---|\n");
    handshake_once();
    bench_handshake(has_flynn);
    handshake_once(); /* a transport for what follows */
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        bench_transport(sizes[i], has_flynn);
    return 0;
}
