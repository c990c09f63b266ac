/*
 * Keys and certificates for playgrounds and tests: EC P-256, X.509 version 3.
 *
 * A private key exists in OpenSSL's memory and in the file that is written with mode 0600, nowhere
 * else.
 */
#ifndef PANGATE_NET_CERTIFICATE_MAKE_H
#define PANGATE_NET_CERTIFICATE_MAKE_H

#include <stdint.h>

#include "base/err.h"

/* A key with its certificate, in memory. */
struct certificate;

enum certificate_kind {
    CERTIFICATE_CA,     /* signs others; its path length is 0 under a root, free when self-signed */
    CERTIFICATE_SERVER, /* serverAuth */
    CERTIFICATE_CLIENT, /* clientAuth */
};

struct certificate_options {
    enum certificate_kind kind;
    const char *common_name; /* for people; never used as an identity */
    const char *names;       /* "DNS:localhost,IP:127.0.0.1,URI:urn:x"; NULL: none */
    int64_t not_before_ms;   /* since 1970 */
    int64_t not_after_ms;
    const struct certificate *issuer; /* NULL: self-signed */
};

/* ERR_CONFIG if `names` cannot be read, ERR_TLS if the library fails. */
enum err certificate_make(const struct certificate_options *options,
                          struct certificate **ret_certificate);
void certificate_free(struct certificate *certificate); /* wipes the key; accepts NULL */

/* PEM files; ERR_EXISTS if there is one already. The key has mode 0600, the certificate 0644. */
enum err certificate_write(const struct certificate *certificate, const char *path);
enum err certificate_write_key(const struct certificate *certificate, const char *path);

#endif
