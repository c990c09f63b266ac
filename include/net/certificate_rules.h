/*
 * The rules for one certificate by itself, whatever chain it stands in.
 */
#ifndef PANGATE_NET_CERTIFICATE_RULES_H
#define PANGATE_NET_CERTIFICATE_RULES_H

#include <stdint.h>

#include "base/bytes.h"
#include "net/handshake.h"

struct x509_st;
struct asn1_string_st;

enum certificate_place {
    PLACE_CLIENT, /* the leaf of a client; extended usage clientAuth must be there */
    PLACE_SERVER, /* the leaf of a server; extended usage serverAuth if there is any */
    PLACE_BETWEEN,
    PLACE_ROOT, /* trusted by configuration: its own signature proves nothing and is not judged */
};

/* Size, strict DER, version, key, signature, names, extensions, usage. HANDSHAKE_OK or the first
 * rule that is broken. */
enum handshake certificate_judge(const struct x509_st *certificate, enum certificate_place place);

/* The alternative names, one after the other: start with index 0; false after the last. The tag is
 * DER_CONTEXT | 2 for DNS, | 6 for URI, | 7 for IP (RFC 5280, section 4.2.1.6). */
bool certificate_name(const struct x509_st *certificate, unsigned index, uint8_t *ret_tag,
                      struct bytes *ret_name);

/* ASN.1 time as milliseconds since 1970; false if it is not one that RFC 5280, section 4.1.2.5
 * allows. */
bool certificate_time_ms(const struct asn1_string_st *time, int64_t *ret_ms);

#endif
