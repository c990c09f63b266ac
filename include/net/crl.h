/*
 * Revocation lists of client certificates: one file, any number of issuers (RFC 5280, section 5).
 *
 * Of several lists of one issuer the newest counts. A list of an issuer that is configured is
 * proved when the file is read; one of an issuer that only clients send, when a chain shows the
 * issuer. A set never changes; any thread.
 */
#ifndef PANGATE_NET_CRL_H
#define PANGATE_NET_CRL_H

#include <stdint.h>

#include "base/err.h"
#include "base/why.h"
#include "net/handshake.h"
#include "net/peer.h"

struct crl_set;
struct stack_st_X509;

/*
 * `issuers` are the configured CA certificates. ERR_FORGED for a list of one of them that it did
 * not sign; ERR_CERTIFICATE for what is no complete list, or one of a kind that is not understood
 * (delta, indirect, of a part of the certificates only), or one without an end; ERR_NOT_FOUND,
 * ERR_IO, ERR_LIMIT.
 */
enum err crl_set_read(const char *path, const struct stack_st_X509 *issuers, struct why *why,
                      struct crl_set **ret_set);
void crl_set_free(struct crl_set *set); /* accepts NULL */

/* ERR_ROLLED_BACK if a list is older than the one of the same issuer in `before`. */
enum err crl_set_compare(const struct crl_set *set, const struct crl_set *before, struct why *why);

/* When the first list is overdue; whether it is now. */
int64_t crl_set_due_ms(const struct crl_set *set);
bool crl_set_is_overdue(const struct crl_set *set);

/* A proved chain, leaf first: every issuer in it must have a list, and no certificate of it, the
 * trusted one included, may stand in one. Nobody passes when a list is overdue. */
enum handshake crl_set_judge(const struct crl_set *set, const struct stack_st_X509 *chain,
                             int64_t now_ms);

/* The same at this moment. */
enum handshake crl_set_judge_now(const struct crl_set *set, const struct stack_st_X509 *chain);

/* The same for a chain that was proved before and of which only the facts are left. */
enum handshake crl_set_judge_again(const struct crl_set *set, const struct peer *peer,
                                   int64_t now_ms);

#endif
