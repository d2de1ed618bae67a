/* SPDX-License-Identifier: Apache-2.0 */
/* What an example wants of its host: key files, a TCP connection, random bytes. Errors end it. */
#include <dsoftbus/link.h>
#include <err.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/random.h>
#include <unistd.h>

/* The device that host_load makes. */
static struct dsb_identity host_identity;
static struct dsb_trust_store host_trust;

static inline void must(bool ok, const char *what)
{
    if (!ok)
        errx(1, "%s", what);
}

static inline size_t load(const char *name, char *text, size_t text_cap)
{
    int file = open(name, O_RDONLY);
    ssize_t len = read(file, text, text_cap);
    must(len >= 0 && close(file) == 0, name);
    return (size_t)len;
}

/* The files identity and trust of the current folder (dsoftbus keygen, dsoftbus trust add). */
static inline void host_load(void)
{
    static struct dsb_identity_file own; /* with the private key, as long as the program runs */
    static struct dsb_trust_entry peers[64];
    char text[8192];
    struct dsb_text_error fault = {0};

    size_t len = load("identity", text, sizeof text);
    bool good = dsb_identity_parse(&own, text, len, &fault) == DSB_OK &&
                dsb_identity_init(&host_identity, &own) == DSB_OK;
    noise_wipe(text, sizeof text);
    if (!good)
        errx(1, "identity:%zu: %s", fault.line, dsb_text_fault_name(fault.fault));
    dsb_trust_store_init(&host_trust, peers, sizeof peers / sizeof peers[0]);
    len = load("trust", text, sizeof text);
    if (dsb_trust_store_parse(&host_trust, &host_identity, text, len, &fault) != DSB_OK)
        errx(1, "trust:%zu: %s", fault.line, dsb_text_fault_name(fault.fault));
}

static inline int host_dial(const char *host, const char *port)
{
    struct addrinfo *at;
    must(getaddrinfo(host, port, NULL, &at) == 0, host);
    int fd = socket(at->ai_family, SOCK_STREAM, 0);
    must(connect(fd, at->ai_addr, at->ai_addrlen) == 0, host);
    freeaddrinfo(at);
    return fd;
}

static inline void host_random(void *bytes, size_t len)
{
    must(getrandom(bytes, len, 0) == (ssize_t)len, "no random bytes");
}

/* Writes what waits, then reads. (A real program waits for both, and keeps the time.) */
static inline void host_move(struct dsb_link *link, int fd)
{
    size_t len;
    for (const uint8_t *bytes; (bytes = dsb_link_pending(link, 0, &len)) != NULL;) {
        ssize_t put = write(fd, bytes, len);
        must(put > 0, "write");
        dsb_link_sent(link, (size_t)put, 0);
    }
    uint8_t *room = dsb_link_room(link, &len);
    ssize_t got = read(fd, room, len);
    if (got > 0)
        dsb_link_received(link, (size_t)got);
    else
        dsb_link_end_of_stream(link);
}
