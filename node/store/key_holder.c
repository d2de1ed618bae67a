/* SPDX-License-Identifier: Apache-2.0 */
/* Answers with the key, never of the key: what services/keystored is on the OS. There is one asker,
 * who waits for each answer, and is as fast as this process lets it be. */
#include "node/store/key_holder.h"

#include "node/base/secret.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

_Static_assert(KEY_LEN == DSB_KEY_LEN && KEY_ID_MAX == DSB_DEVICE_ID_MAX, "wire and library");

#define HOLDER_FD FILTER_KEY_FD /* the one descriptor */

static size_t answer_identity(struct key_identity_reply *reply,
                              const struct dsb_identity_file *file)
{
    reply->head.value = file->bring_up;
    noise_x25519_base(reply->public_key, file->private_key);
    reply->id_len = file->id.len;
    memcpy(reply->id, file->id.text, file->id.len);
    return sizeof *reply;
}

static size_t answer_dh(struct key_dh_reply *reply, const struct dsb_identity_file *file,
                        const struct key_dh_request *request)
{
    if (noise_x25519(reply->shared, file->private_key, request->peer) == 0)
        return sizeof *reply;
    memset(reply, 0, sizeof *reply);
    reply->head.status = KEY_LOW_ORDER;
    return sizeof reply->head;
}

static size_t answer_several(struct key_several_reply *reply, const struct dsb_identity_file *file,
                             const struct key_several_request *request, size_t points_len)
{
    const uint8_t *scalars[KEY_POINTS_MAX];
    size_t count = points_len / KEY_LEN;
    if (points_len % KEY_LEN != 0 || count < KEY_POINTS_MIN || count > KEY_POINTS_MAX) {
        reply->head.status = KEY_MALFORMED;
        return sizeof reply->head;
    }
    for (size_t i = 0; i < count; i++)
        scalars[i] = file->private_key;
    noise_x25519_several(reply->shared, scalars, request->peers, count);
    return sizeof reply->head + points_len;
}

union request {
    struct serve_request head;
    struct key_dh_request dh;
    struct key_several_request several;
    uint8_t too_long[sizeof(struct key_several_request) + 1]; /* so that a longer one shows */
};

union reply {
    struct serve_reply head;
    struct key_identity_reply identity;
    struct key_dh_reply dh;
    struct key_several_reply several;
};

static size_t answer(union reply *reply, const struct dsb_identity_file *file,
                     const union request *request, size_t request_len)
{
    *reply = (union reply){.head = {.status = KEY_MALFORMED}};
    if (request_len < sizeof request->head)
        return sizeof reply->head;
    if (request->head.op == KEY_OP_IDENTITY && request_len == sizeof request->head) {
        *reply = (union reply){.head = {.status = KEY_OK}};
        return answer_identity(&reply->identity, file);
    }
    if (request->head.op == KEY_OP_DH && request_len == sizeof request->dh) {
        *reply = (union reply){.head = {.status = KEY_OK}};
        return answer_dh(&reply->dh, file, &request->dh);
    }
    if (request->head.op == KEY_OP_DH_SEVERAL) {
        *reply = (union reply){.head = {.status = KEY_OK}};
        return answer_several(&reply->several, file, &request->several,
                              request_len - sizeof request->head);
    }
    return sizeof reply->head;
}

/* Until the asker is gone. */
static void serve(const struct dsb_identity_file *file)
{
    union request request;
    union reply reply;
    ssize_t len;
    while ((len = read(HOLDER_FD, &request, sizeof request)) > 0) {
        size_t reply_len = answer(&reply, file, &request, (size_t)len);
        ssize_t sent_len = write(HOLDER_FD, &reply, reply_len);
        secret_wipe(&reply, sizeof reply);
        if (sent_len != (ssize_t)reply_len)
            return;
    }
}

/* No descriptor but the socket, which had been the standard input's number. */
static bool keep_one_descriptor(int fd, struct error *e)
{
    if (dup2(fd, HOLDER_FD) == HOLDER_FD && close_range(HOLDER_FD + 1, ~0U, 0) == 0)
        return true;
    return error_set(e, EXIT_LOCAL, "the key's process: descriptors: %s", strerror(errno));
}

/* A terminal and a service manager mean the daemon, which lets this process end by itself. */
static bool block_signals(void)
{
    sigset_t all;
    (void)sigfillset(&all);
    return sigprocmask(SIG_BLOCK, &all, NULL) == 0;
}

_Noreturn void key_holder_run(int fd, key_reader *read_key, void *ctx)
{
    struct key_started started = {.ok = false, .filter = FILTER_ABSENT};
    (void)prctl(PR_SET_NAME, "dsoftbusd-key", 0, 0, 0);
    /* One that is stopped does not see the daemon's end of the socket close. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    const struct dsb_identity_file *file = block_signals() ? read_key(ctx, &started.error) : NULL;
    started.ok = file != NULL && keep_one_descriptor(fd, &started.error);
    if (!started.ok) {
        (void)!write(fd, &started, sizeof started);
        _exit(EXIT_LOCAL);
    }
    started.filter = filter_install(FILTER_KEY);
    if (write(HOLDER_FD, &started, sizeof started) == (ssize_t)sizeof started)
        serve(file);
    _exit(EXIT_OK); /* the kernel takes the key's pages back wiped */
}
