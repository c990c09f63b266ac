/*
 * How a handshake can end: `ok`, or the reason why the connection was closed before any request
 * was read. The names are the `result` label of the handshake metric and the code in the audit log.
 */
#ifndef PANGATE_NET_HANDSHAKE_H
#define PANGATE_NET_HANDSHAKE_H

#define HANDSHAKE_TABLE(X)                                                                         \
    X(HANDSHAKE_OK, "ok")                                                                          \
    X(HANDSHAKE_TIMEOUT, "timeout")                                                                \
    X(HANDSHAKE_HUNG_UP, "hung_up")               /* the peer left in the middle */                \
    X(HANDSHAKE_PROTOCOL, "protocol")             /* not TLS, an old version, no common suite */   \
    X(HANDSHAKE_NO_CERTIFICATE, "no_certificate") /* the peer showed none */                       \
    X(HANDSHAKE_MALFORMED, "malformed") /* the certificate is not strict DER, version 3 */         \
    X(HANDSHAKE_OVERSIZED, "oversized")                                                            \
    X(HANDSHAKE_UNTRUSTED, "untrusted") /* no chain to a configured CA, or a broken one */         \
    X(HANDSHAKE_TOO_DEEP, "too_deep")                                                              \
    X(HANDSHAKE_EXPIRED, "expired")                                                                \
    X(HANDSHAKE_NOT_YET_VALID, "not_yet_valid")                                                    \
    X(HANDSHAKE_WRONG_USAGE, "wrong_usage") /* keyUsage, extended usage, a CA as leaf */           \
    X(HANDSHAKE_EXTENSION, "extension")     /* an unknown critical extension, a name constraint */ \
    X(HANDSHAKE_WEAK_KEY, "weak_key")                                                              \
    X(HANDSHAKE_WEAK_SIGNATURE, "weak_signature")                                                  \
    X(HANDSHAKE_BAD_NAME, "bad_name")       /* a name with bytes that names do not have */         \
    X(HANDSHAKE_NO_IDENTITY, "no_identity") /* no URI or DNS name */                               \
    X(HANDSHAKE_NO_CLIENT, "no_client")     /* no name is a configured client's, or two are */     \
    X(HANDSHAKE_REVOKED, "revoked")                                                                \
    X(HANDSHAKE_CRL_MISSING, "crl_missing") /* lists are configured, but none for this issuer */   \
    X(HANDSHAKE_CRL_EXPIRED, "crl_expired") /* a list is overdue: nobody is let in */              \
    X(HANDSHAKE_INTERNAL, "internal")       /* out of memory or worse */

#define HANDSHAKE_ENUM(name, text) name,
enum handshake { HANDSHAKE_TABLE(HANDSHAKE_ENUM) HANDSHAKE_COUNT };

const char *handshake_text(enum handshake result);

#endif
