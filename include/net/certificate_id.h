/*
 * A certificate by its issuer and serial number, which name it for good (RFC 5280, section
 * 4.1.2.2): 16 bytes, the start of a SHA-256 over both. The issuer goes in as OpenSSL's hash of the
 * name's canonical form, so that another string type or case does not hide a revoked certificate;
 * two issuers that share the hash could only refuse each other's certificates.
 */
#ifndef PANGATE_NET_CERTIFICATE_ID_H
#define PANGATE_NET_CERTIFICATE_ID_H

#include <stdint.h>

enum { CERTIFICATE_ID_SIZE = 16 };

struct certificate_id {
    uint8_t bytes[CERTIFICATE_ID_SIZE];
};

struct x509_st;
struct X509_name_st;
struct asn1_string_st;

struct certificate_id certificate_id_of(const struct x509_st *certificate);
struct certificate_id certificate_id_from(const struct X509_name_st *issuer,
                                          const struct asn1_string_st *serial);

/* Another kind: of these very bytes, the start of the certificate's own SHA-256. For an authority,
 * which may come again under its old name and number with another key. */
struct certificate_id certificate_id_exact(const struct x509_st *certificate);

#endif
