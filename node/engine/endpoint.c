/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as text and back. The system's resolver does the names; its answers keep their order.
 */
#include "node/engine/endpoint.h"

#include "node/base/number.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#define HOST_TEXT_SIZE 256 /* a DNS name has at most 253 characters */

/* Splits "host:port"; *port keeps its value when the text has none. */
static bool split(const char *text, char host[HOST_TEXT_SIZE], uint16_t *port)
{
    const char *host_start = text;
    const char *host_end;
    const char *rest;
    if (text[0] == '[') {
        host_start = text + 1;
        host_end = strchr(text, ']');
        if (host_end == NULL)
            return false;
        rest = host_end + 1;
    } else {
        host_end = strchr(text, ':');
        if (host_end == NULL ||
            strchr(host_end + 1, ':') != NULL) /* no port, or a bare IPv6 address */
            host_end = text + strlen(text);
        rest = host_end;
    }
    size_t host_len = (size_t)(host_end - host_start);
    uint64_t number = *port;
    if (host_len >= HOST_TEXT_SIZE)
        return false;
    if (rest[0] == ':' ? !number_parse(rest + 1, 0, UINT16_MAX, &number) : rest[0] != '\0')
        return false;
    memcpy(host, host_start, host_len);
    host[host_len] = '\0';
    *port = (uint16_t)number;
    return true;
}

static bool resolve(union endpoint *out, size_t cap, size_t *out_count, const char *text,
                    uint16_t port, int flags, struct error *e)
{
    char host[HOST_TEXT_SIZE];
    const bool passive = (flags & AI_PASSIVE) != 0;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags};
    const enum exit_code unresolved = passive ? EXIT_LISTEN : EXIT_UNREACHABLE;
    struct addrinfo *found;
    if (!split(text, host, &port) || (host[0] == '\0' && !passive))
        return error_set(e, EXIT_USAGE, "\"%s\" is not HOST:PORT", text);
    const char *name = host[0] != '\0' ? host : NULL;
    int fault = getaddrinfo(name, name == NULL ? "0" : NULL, &hints, &found);
    if (fault != 0)
        return error_set(e, unresolved, "%s: %s", host, gai_strerror(fault));
    *out_count = 0;
    for (const struct addrinfo *i = found; i != NULL && *out_count < cap; i = i->ai_next) {
        union endpoint *at = &out[*out_count];
        if (i->ai_addrlen > sizeof *at)
            continue;
        memset(at, 0, sizeof *at);
        memcpy(at, i->ai_addr, i->ai_addrlen);
        endpoint_set_port(at, port);
        ++*out_count;
    }
    freeaddrinfo(found);
    return *out_count > 0 || error_set(e, unresolved, "%s: no usable address", host);
}

bool endpoint_parse(union endpoint *out, const char *text, uint16_t default_port, bool passive,
                    struct error *e)
{
    size_t count;
    return resolve(out, 1, &count, text, default_port, passive ? AI_PASSIVE : 0, e);
}

bool endpoint_parse_address(union endpoint *out, const char *text, uint16_t default_port)
{
    struct error e;
    size_t count;
    return resolve(out, 1, &count, text, default_port, AI_NUMERICHOST, &e);
}

bool endpoint_parse_all(union endpoint out[ENDPOINT_ADDRESSES_MAX], size_t *out_count,
                        const char *text, uint16_t default_port, struct error *e)
{
    return resolve(out, ENDPOINT_ADDRESSES_MAX, out_count, text, default_port, 0, e);
}

/* "%eth0" behind a link-local address, which means nothing without. */
static void format_scope(const struct sockaddr_in6 *at, char out[IF_NAMESIZE + 1])
{
    char name[IF_NAMESIZE];
    out[0] = '\0';
    if (at->sin6_scope_id != 0 && if_indextoname(at->sin6_scope_id, name) != NULL)
        (void)snprintf(out, IF_NAMESIZE + 1, "%%%s", name);
}

void endpoint_format(const union endpoint *at, char out[ENDPOINT_TEXT_SIZE])
{
    char host[INET6_ADDRSTRLEN] = "?";
    char scope[IF_NAMESIZE + 1];
    uint8_t bytes[16];
    endpoint_address_bytes(at, bytes);
    if (at->any.sa_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(&at->v6.sin6_addr)) {
        inet_ntop(AF_INET6, &at->v6.sin6_addr, host, sizeof host);
        format_scope(&at->v6, scope);
        (void)snprintf(out, ENDPOINT_TEXT_SIZE, "[%s%s]:%u", host, scope, endpoint_port(at));
    } else {
        inet_ntop(AF_INET, bytes + 12, host, sizeof host);
        (void)snprintf(out, ENDPOINT_TEXT_SIZE, "%s:%u", host, endpoint_port(at));
    }
}

uint16_t endpoint_port(const union endpoint *at)
{
    return ntohs(at->any.sa_family == AF_INET6 ? at->v6.sin6_port : at->v4.sin_port);
}

void endpoint_set_port(union endpoint *at, uint16_t port)
{
    if (at->any.sa_family == AF_INET6)
        at->v6.sin6_port = htons(port);
    else
        at->v4.sin_port = htons(port);
}

socklen_t endpoint_len(const union endpoint *at)
{
    return at->any.sa_family == AF_INET6 ? sizeof at->v6 : sizeof at->v4;
}

void endpoint_address_bytes(const union endpoint *at, uint8_t out[16])
{
    if (at->any.sa_family == AF_INET6) {
        memcpy(out, &at->v6.sin6_addr, 16);
        return;
    }
    memset(out, 0, 10);
    memset(out + 10, 0xff, 2);
    memcpy(out + 12, &at->v4.sin_addr, 4);
}

bool endpoint_equal(const union endpoint *a, const union endpoint *b)
{
    uint8_t a_bytes[16], b_bytes[16];
    endpoint_address_bytes(a, a_bytes);
    endpoint_address_bytes(b, b_bytes);
    return endpoint_port(a) == endpoint_port(b) && memcmp(a_bytes, b_bytes, sizeof a_bytes) == 0;
}

bool endpoint_is_loopback(const union endpoint *at)
{
    uint8_t bytes[16];
    endpoint_address_bytes(at, bytes);
    if (at->any.sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&at->v6.sin6_addr))
        return true;
    return bytes[10] == 0xff && bytes[11] == 0xff && bytes[12] == 127;
}
