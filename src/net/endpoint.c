#include "net/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "base/bytes.h"
#include "base/encode.h"

static enum err parse_port(struct bytes text, in_port_t *ret_port)
{
    uint64_t port;

    if (decode_decimal(text, UINT16_MAX, &port) != OK)
        return ERR_CONFIG;
    *ret_port = htons((uint16_t)port);
    return OK;
}

/* "[::1]:8443" */
static enum err parse_ipv6(struct bytes text, struct endpoint *ret_endpoint)
{
    struct sockaddr_in6 address = { .sin6_family = AF_INET6 };
    const size_t end = bytes_index(text, ']');
    char host[INET6_ADDRSTRLEN];

    if (end + 1 >= text.size || text.data[end + 1] != ':' ||
        !bytes_copy_text(bytes_of(text.data + 1, end - 1), host, sizeof(host)) ||
        inet_pton(AF_INET6, host, &address.sin6_addr) != 1)
        return ERR_CONFIG;
    TRY(parse_port(bytes_from(text, end + 2), &address.sin6_port));
    memcpy(&ret_endpoint->address, &address, sizeof(address));
    ret_endpoint->size = sizeof(address);
    return OK;
}

/* "127.0.0.1:8443" */
static enum err parse_ipv4(struct bytes text, struct endpoint *ret_endpoint)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    const size_t end = bytes_index(text, ':');
    char host[INET_ADDRSTRLEN];

    if (end == text.size || !bytes_copy_text(bytes_of(text.data, end), host, sizeof(host)) ||
        inet_pton(AF_INET, host, &address.sin_addr) != 1)
        return ERR_CONFIG;
    TRY(parse_port(bytes_from(text, end + 1), &address.sin_port));
    memcpy(&ret_endpoint->address, &address, sizeof(address));
    ret_endpoint->size = sizeof(address);
    return OK;
}

static enum err parse_unix(struct bytes path, struct endpoint *ret_endpoint)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    if (path.size == 0 || !bytes_copy_text(path, address.sun_path, sizeof(address.sun_path)))
        return ERR_CONFIG;
    memcpy(&ret_endpoint->address, &address, sizeof(address));
    ret_endpoint->size = sizeof(address);
    return OK;
}

enum err endpoint_parse(const char *text, struct endpoint *ret_endpoint)
{
    struct endpoint endpoint = { 0 };
    const struct bytes bytes = bytes_str(text);

    if (bytes_start_with(bytes, bytes_lit("unix:")))
        TRY(parse_unix(bytes_from(bytes, sizeof("unix:") - 1), &endpoint));
    else if (bytes_start_with(bytes, bytes_lit("[")))
        TRY(parse_ipv6(bytes, &endpoint));
    else
        TRY(parse_ipv4(bytes, &endpoint));
    *ret_endpoint = endpoint;
    return OK;
}

void endpoint_write_host(const struct endpoint *endpoint, char ret_text[ENDPOINT_TEXT_SIZE])
{
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;

    (void)snprintf(ret_text, ENDPOINT_TEXT_SIZE, "unix");
    if (endpoint->address.ss_family == AF_INET) {
        memcpy(&ipv4, &endpoint->address, sizeof(ipv4));
        (void)inet_ntop(AF_INET, &ipv4.sin_addr, ret_text, ENDPOINT_TEXT_SIZE);
    } else if (endpoint->address.ss_family == AF_INET6) {
        memcpy(&ipv6, &endpoint->address, sizeof(ipv6));
        (void)inet_ntop(AF_INET6, &ipv6.sin6_addr, ret_text, ENDPOINT_TEXT_SIZE);
    }
}

void endpoint_write(const struct endpoint *endpoint, char ret_text[ENDPOINT_TEXT_SIZE])
{
    char host[ENDPOINT_TEXT_SIZE];
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
    struct sockaddr_un path = { 0 };

    endpoint_write_host(endpoint, host);
    if (endpoint->address.ss_family == AF_INET) {
        memcpy(&ipv4, &endpoint->address, sizeof(ipv4));
        (void)snprintf(ret_text, ENDPOINT_TEXT_SIZE, "%.64s:%u", host, ntohs(ipv4.sin_port));
    } else if (endpoint->address.ss_family == AF_INET6) {
        memcpy(&ipv6, &endpoint->address, sizeof(ipv6));
        (void)snprintf(ret_text, ENDPOINT_TEXT_SIZE, "[%.64s]:%u", host, ntohs(ipv6.sin6_port));
    } else if (endpoint->size > offsetof(struct sockaddr_un, sun_path)) {
        memcpy(&path, &endpoint->address, sizeof(path));
        (void)snprintf(ret_text, ENDPOINT_TEXT_SIZE, "unix:%.107s", path.sun_path);
    } else {
        (void)snprintf(ret_text, ENDPOINT_TEXT_SIZE, "%s", host);
    }
}

bool endpoint_is_local(const struct endpoint *endpoint)
{
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;

    if (endpoint->address.ss_family == AF_INET) {
        memcpy(&ipv4, &endpoint->address, sizeof(ipv4));
        return ntohl(ipv4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    if (endpoint->address.ss_family == AF_INET6) {
        memcpy(&ipv6, &endpoint->address, sizeof(ipv6));
        return IN6_IS_ADDR_LOOPBACK(&ipv6.sin6_addr);
    }
    return true;
}

struct range {
    uint32_t network;
    uint8_t bits;
};

/* IANA IPv4 Special-Purpose Address Registry (RFC 6890), multicast (RFC 5771), class E. */
static const struct range private_ipv4[] = {
    { 0x00000000, 8 },  { 0x0a000000, 8 },  { 0x64400000, 10 }, { 0x7f000000, 8 },
    { 0xa9fe0000, 16 }, { 0xac100000, 12 }, { 0xc0000000, 24 }, { 0xc0000200, 24 },
    { 0xc0586300, 24 }, { 0xc0a80000, 16 }, { 0xc6120000, 15 }, { 0xc6336400, 24 },
    { 0xcb007100, 24 }, { 0xe0000000, 4 },  { 0xf0000000, 4 },
};

static bool is_private_ipv4(uint32_t address)
{
    for (size_t i = 0; i < sizeof(private_ipv4) / sizeof(private_ipv4[0]); i++)
        if ((address ^ private_ipv4[i].network) >> (32 - private_ipv4[i].bits) == 0)
            return true;
    return false;
}

/* Of IPv6 only 2000::/3 is public, without documentation and what carries IPv4 inside: 2001::/23
 * (protocol assignments, Teredo), 2001:db8::/32, 2002::/16 (6to4), 3fff::/20. Mapped IPv4 addresses
 * are not of 2000::/3. */
static bool is_private_ipv6(const struct in6_addr *address)
{
    const uint8_t *byte = address->s6_addr;

    if (byte[0] >> 5 != 1)
        return true;
    if (byte[0] == 0x20 && byte[1] == 0x01)
        return byte[2] < 2 || (byte[2] == 0x0d && byte[3] == 0xb8);
    return (byte[0] == 0x20 && byte[1] == 0x02) ||
           (byte[0] == 0x3f && byte[1] == 0xff && byte[2] < 0x10);
}

bool endpoint_is_private(const struct endpoint *endpoint)
{
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;

    if (endpoint->address.ss_family == AF_INET) {
        memcpy(&ipv4, &endpoint->address, sizeof(ipv4));
        return is_private_ipv4(ntohl(ipv4.sin_addr.s_addr));
    }
    if (endpoint->address.ss_family == AF_INET6) {
        memcpy(&ipv6, &endpoint->address, sizeof(ipv6));
        return is_private_ipv6(&ipv6.sin6_addr);
    }
    return true;
}
