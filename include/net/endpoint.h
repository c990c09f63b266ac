/*
 * Where to listen or whom to connect to: an IPv4 or IPv6 address with a port, or a Unix path.
 */
#ifndef PANGATE_NET_ENDPOINT_H
#define PANGATE_NET_ENDPOINT_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/err.h"

enum { ENDPOINT_TEXT_SIZE = 128 };

struct endpoint {
    struct sockaddr_storage address;
    socklen_t size;
};

/* "127.0.0.1:8443", "[::1]:8443" or "unix:PATH"; numbers only, nothing is looked up.
 * ERR_CONFIG if it is none of them. */
enum err endpoint_parse(const char *text, struct endpoint *ret_endpoint);

/* As it was parsed; "unix" for a peer without a path. */
void endpoint_write(const struct endpoint *endpoint, char ret_text[ENDPOINT_TEXT_SIZE]);

/* The address alone, without a port: what a log names. */
void endpoint_write_host(const struct endpoint *endpoint, char ret_text[ENDPOINT_TEXT_SIZE]);

/* Loopback or a Unix path. */
bool endpoint_is_local(const struct endpoint *endpoint);

/* Not of the public internet: loopback, private, link-local, shared, reserved, multicast, and IPv6
 * forms that carry such an IPv4 address (RFC 6890 and its registries). A Unix path is private. */
bool endpoint_is_private(const struct endpoint *endpoint);

#endif
