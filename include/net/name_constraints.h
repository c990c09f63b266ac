/*
 * What OpenSSL leaves open in name constraints (RFC 5280, section 4.2.1.10).
 */
#ifndef PANGATE_NET_NAME_CONSTRAINTS_H
#define PANGATE_NET_NAME_CONSTRAINTS_H

#include <stdbool.h>

#include "base/bytes.h"

struct x509_st;

/* The value of the extension: a DNS constraint is a name, without a dot before it. */
bool name_constraints_are_sound(struct bytes value);

/* A name "*.example.com" stands for names that the certificate's constraints exclude. */
bool name_constraints_exclude_some(const struct x509_st *certificate, struct bytes wildcard);

#endif
