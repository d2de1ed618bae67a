/* SPDX-License-Identifier: Apache-2.0 */
/*
 * noise-bench [FLYNN]: handshakes per second, and MB/s of seal and open, with each code that can
 * stand behind the seam here, beside what the fastest one's primitives alone allow and, when its
 * program is given, flynn/noise. Rounds are interleaved, so that a change of the machine's speed
 * meets all alike. Prints a table in Markdown: median and best of the rounds, and their spread.
 */
#include "bench/noise_bare.h"
#include "noise/crypto_provider.h"
#include "noise/noise_xk.h"

#include <blake2.h>
#include <signal.h>
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
#define ROWS_MAX       8
#define CONTENDERS_MAX (ROWS_MAX + 3)
#define RANDOM_COUNT   64 /* handshakes' ephemerals fetched at once */

struct side {
    uint8_t private_key[NOISE_KEY_LEN];
    struct noise_static_key key;
    struct noise_xk_handshake hs;
    struct noise_transport transport;
};

static struct side init, resp;
static uint8_t plain[NOISE_PLAINTEXT_MAX], sealed[NOISE_MESSAGE_MAX], opened[NOISE_PLAINTEXT_MAX];
static const struct noise_provider *rows[ROWS_MAX]; /* which this processor can run */
static size_t rows_count;
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
        for (left = 0; left < RANDOM_COUNT; left += 4) /* getrandom gives 256 bytes whole */
            if (getrandom(random[left], 4 * sizeof random[0], 0) != 4 * sizeof random[0])
                die("no random bytes");
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
    static const uint8_t clamped[NOISE_KEY_LEN] = {8, 1, 2, 3, [31] = 64};
    const struct noise_curve *curve = noise_provider_in_use()->curve;
    uint8_t out[NOISE_KEY_LEN];

    for (int i = 0; i < 6; i++)
        curve->multiply(out, clamped, resp.key.public_key);
    for (int i = 0; i < 2; i++)
        curve->base(out, clamped);
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
    const struct noise_aead *aead = noise_provider_in_use()->aead;
    uint8_t tagged[NOISE_TAG_LEN];

    multiplications_once();
    for (int i = 0; i < 2 * 4 * 3 * 2; i++)
        hash_once(96);
    for (int i = 0; i < 2 * 9; i++)
        hash_once(64);
    for (int i = 0; i < 4; i++) {
        aead->seal(tagged, init.private_key, nonce, plain, 32, NULL, 0);
        if (aead->open(NULL, init.private_key, nonce, plain, 32, tagged, sizeof tagged) != 0)
            die("the AEAD returned an error");
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

static void bare_seal_once(void)
{
    bare_seal(sealed, plain, size);
}

static void bare_open_once(void)
{
    if (!bare_open(opened, sealed, size))
        die("the bare AEAD returned an error");
}

/* What a round of opening needs in `sealed`. */
static void prepare_open(void)
{
    init.transport.send.n = 0;
    seal_once();
}

struct contender {
    const char *name;
    const struct noise_provider *row; /* behind the seam in its rounds, or NULL */
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
    if (c->row != NULL && noise_provider_use(c->row) != 0)
        die("a row cannot be used");
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
        printf("| %s | %s%s%s | %.*f | %.*f | %.0f %% | %.1f %% |\n", title, contenders[i].name,
               contenders[i].row != NULL ? ", " : "",
               contenders[i].row != NULL ? contenders[i].row->name : "", scale == 1 ? 0 : 1,
               median * scale, scale == 1 ? 0 : 1, best * scale, 100 * (best - rates[0]) / median,
               100 * first_best / best);
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
    static struct contender contenders[CONTENDERS_MAX];
    size_t count = 0;

    size = 0;
    for (size_t i = 0; i < rows_count; i++)
        contenders[count++] =
            (struct contender){.name = "noise_xk", .row = rows[i], .once = handshake_once};
    contenders[count++] = (struct contender){
        .name = "bound: 6 DH, 2 base", .row = rows[0], .once = multiplications_once};
    contenders[count++] = (struct contender){
        .name = "the same, hashes and AEAD", .row = rows[0], .once = primitives_once};
    if (has_flynn)
        contenders[count++] = (struct contender){.name = "flynn/noise", .flynn = "handshake"};
    contest("handshake, both sides, 1/s", contenders, count, 1);
}

/* One direction: `model` with every AEAD that a row has, then the bare one, then flynn/noise. */
static void bench_aead(const char *what, const struct contender *model,
                       const struct contender *bare, bool has_flynn)
{
    static struct contender contenders[CONTENDERS_MAX];
    size_t count = 0;
    char title[64];

    for (size_t i = 0; i < rows_count; i++) {
        if (i > 0 && rows[i]->aead == rows[i - 1]->aead)
            continue; /* another curve */
        contenders[count] = *model;
        contenders[count++].row = rows[i];
    }
    contenders[count] = *bare;
    contenders[count++].row = rows[0];
    if (has_flynn)
        contenders[count++] = (struct contender){.name = "flynn/noise", .flynn = what};
    snprintf(title, sizeof title, "%s %zu bytes, MB/s", what, size);
    contest(title, contenders, count, (double)size / 1e6);
}

static void bench_transport(size_t plain_len, bool has_flynn)
{
    static const struct contender seals = {.name = "noise_transport", .once = seal_once};
    static const struct contender opens = {
        .name = "noise_transport", .prepare = prepare_open, .once = open_once};
    const struct contender bare_seals = {.name = bare_name, .once = bare_seal_once};
    const struct contender bare_opens = {
        .name = bare_name, .prepare = bare_seal_once, .once = bare_open_once};

    size = plain_len;
    bench_aead("seal", &seals, &bare_seals, has_flynn);
    bench_aead("open", &opens, &bare_opens, has_flynn);
}

static void find_rows(void)
{
    uint32_t features = noise_cpu_features();

    for (size_t i = 0; i < noise_providers_count && rows_count < ROWS_MAX; i++)
        if ((noise_providers[i].needs & ~features) == 0)
            rows[rows_count++] = &noise_providers[i];
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
    find_rows();
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
