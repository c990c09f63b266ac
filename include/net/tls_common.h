/*
 * What both sides of TLS share: versions, suites, modes, and how OpenSSL's verdicts read as ours.
 */
#ifndef PANGATE_NET_TLS_COMMON_H
#define PANGATE_NET_TLS_COMMON_H

#include "base/err.h"
#include "base/why.h"
#include "net/handshake.h"

struct ssl_ctx_st;
struct ssl_st;

/* TLS 1.3, and 1.2 with ECDHE and AEAD (RFC 9325, sections 3 and 4); nothing is kept in memory
 * that is not needed. */
void tls_context_harden(struct ssl_ctx_st *context);

/* Certificate chain and private key of this side; they must belong together. */
enum err tls_context_identify(struct ssl_ctx_st *context, const char *certificate, const char *key,
                              struct why *why);

/*
 * After a handshake whose peer is judged: let go of its certificates. OpenSSL would keep them,
 * parsed, for as long as the connection, some 10 KiB that nobody looks at again.
 */
void tls_forget_certificates(struct ssl_st *ssl);

/* Why the handshake that has just failed on this thread did, unless it was the certificate. */
enum handshake tls_handshake_result(void);

/* An X509_V_ERR_ code as the result that it means, and a result as the code whose alert tells the
 * peer most. */
enum handshake tls_verify_result(int verify_error);
int tls_verify_error(enum handshake result);

#endif
