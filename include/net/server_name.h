/*
 * Is a certificate for this server? RFC 9525, section 6.
 */
#ifndef PANGATE_NET_SERVER_NAME_H
#define PANGATE_NET_SERVER_NAME_H

#include <stdbool.h>

struct x509_st;

/* A DNS name matches a dNSName, in any case, and its first label a star; an IP address matches an
 * iPAddress, byte by byte. Nothing else is a name. */
bool server_name_matches(const struct x509_st *certificate, const char *host);

bool host_is_address(const char *host);

#endif
