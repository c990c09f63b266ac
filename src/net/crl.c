#include "net/crl.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "base/clock.h"
#include "net/certificate_rules.h"
#include "net/pem.h"

enum { CRL_LISTS_MAX = 64 };

struct crl {
    X509_CRL *list;
    ASN1_INTEGER *number; /* NULL: it has none (version 1) */
    int64_t this_update_ms, next_update_ms;
    bool proved; /* its issuer is configured and has signed it */
};

struct crl_set {
    struct crl lists[CRL_LISTS_MAX];
    size_t count;
    struct certificate_id *revoked; /* of all lists, sorted */
    size_t revoked_count;
};

static void crl_done(struct crl *crl)
{
    X509_CRL_free(crl->list);
    ASN1_INTEGER_free(crl->number);
    *crl = (struct crl){ 0 };
}

void crl_set_free(struct crl_set *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->count; i++)
        crl_done(&set->lists[i]);
    free(set->revoked);
    free(set);
}

/* Extensions that narrow down what a list says are critical (RFC 5280, section 5.2); those of an
 * entry, too (section 5.3). None of them is understood here. */
static bool is_complete_list(X509_CRL *list)
{
    const STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(list);

    if (X509_CRL_get_ext_by_NID(list, NID_delta_crl, -1) >= 0 ||
        X509_CRL_get_ext_by_critical(list, 1, -1) >= 0)
        return false;
    for (int i = 0; i < sk_X509_REVOKED_num(entries); i++)
        if (X509_REVOKED_get_ext_by_critical(sk_X509_REVOKED_value(entries, i), 1, -1) >= 0)
            return false;
    return true;
}

static bool is_same_issuer(const struct crl *a, const struct crl *b)
{
    AUTHORITY_KEYID *key_a, *key_b;
    bool same;

    if (X509_NAME_cmp(X509_CRL_get_issuer(a->list), X509_CRL_get_issuer(b->list)) != 0)
        return false;
    key_a = X509_CRL_get_ext_d2i(a->list, NID_authority_key_identifier, NULL, NULL);
    key_b = X509_CRL_get_ext_d2i(b->list, NID_authority_key_identifier, NULL, NULL);
    same = key_a == NULL || key_b == NULL || key_a->keyid == NULL || key_b->keyid == NULL ||
           ASN1_OCTET_STRING_cmp(key_a->keyid, key_b->keyid) == 0;
    AUTHORITY_KEYID_free(key_a);
    AUTHORITY_KEYID_free(key_b);
    return same;
}

static bool is_older(const struct crl *a, const struct crl *b)
{
    if (a->number != NULL && b->number != NULL && ASN1_INTEGER_cmp(a->number, b->number) != 0)
        return ASN1_INTEGER_cmp(a->number, b->number) < 0;
    return a->this_update_ms < b->this_update_ms;
}

static bool is_signed_by(X509_CRL *list, const X509 *issuer)
{
    EVP_PKEY *key = X509_get0_pubkey(issuer);
    const bool good = key != NULL && X509_CRL_verify(list, key) == 1;

    ERR_clear_error();
    return good && X509_get_key_usage((X509 *)issuer) & KU_CRL_SIGN;
}

/* An issuer may have several keys: it is enough that one of them made the signature. */
static enum err crl_prove(struct crl *crl, const STACK_OF(X509) *issuers)
{
    bool named = false;

    for (int i = 0; i < sk_X509_num(issuers); i++) {
        const X509 *issuer = sk_X509_value(issuers, i);

        if (X509_NAME_cmp(X509_get_subject_name(issuer), X509_CRL_get_issuer(crl->list)) != 0)
            continue;
        named = true;
        crl->proved |= is_signed_by(crl->list, issuer);
    }
    return named && !crl->proved ? ERR_FORGED : OK;
}

static enum err crl_read(X509_CRL *list, const STACK_OF(X509) *issuers, struct why *why,
                         struct crl *ret_crl)
{
    struct crl crl = { .list = list };
    const ASN1_TIME *next = X509_CRL_get0_nextUpdate(list);
    char issuer[128];

    (void)X509_NAME_oneline(X509_CRL_get_issuer(list), issuer, sizeof(issuer));
    if (!is_complete_list(list))
        return why_say(why, ERR_CERTIFICATE,
                       "the revocation list of %s is a delta, indirect or partial one: give the "
                       "complete list",
                       issuer);
    if (next == NULL || !certificate_time_ms(next, &crl.next_update_ms) ||
        !certificate_time_ms(X509_CRL_get0_lastUpdate(list), &crl.this_update_ms))
        return why_say(why, ERR_CERTIFICATE,
                       "the revocation list of %s does not say when the next is due", issuer);
    if (crl.this_update_ms > clock_wall_ms())
        return why_say(why, ERR_CERTIFICATE, "the revocation list of %s is from the future",
                       issuer);
    if (crl_prove(&crl, issuers) != OK)
        return why_say(why, ERR_FORGED, "the revocation list of %s is not signed by it", issuer);
    crl.number = X509_CRL_get_ext_d2i(list, NID_crl_number, NULL, NULL);
    *ret_crl = crl;
    return OK;
}

/* The newer of two lists of one issuer stays. */
static enum err crl_set_add(struct crl_set *set, struct crl *crl)
{
    for (size_t i = 0; i < set->count; i++)
        if (is_same_issuer(&set->lists[i], crl)) {
            if (is_older(crl, &set->lists[i])) {
                crl_done(crl);
                return OK;
            }
            crl_done(&set->lists[i]);
            set->lists[i] = *crl;
            return OK;
        }
    if (set->count == CRL_LISTS_MAX) {
        crl_done(crl);
        return ERR_LIMIT;
    }
    set->lists[set->count++] = *crl;
    return OK;
}

static enum err crl_set_read_lists(struct crl_set *set, BIO *file, const STACK_OF(X509) *issuers,
                                   struct why *why)
{
    for (X509_CRL *list = PEM_read_bio_X509_CRL(file, NULL, NULL, NULL); list != NULL;
         list = PEM_read_bio_X509_CRL(file, NULL, NULL, NULL)) {
        struct crl crl;
        enum err err = crl_read(list, issuers, why, &crl);

        if (err != OK) {
            X509_CRL_free(list);
            return err;
        }
        if (crl_set_add(set, &crl) != OK)
            return why_say(why, ERR_LIMIT, "more than %d revocation lists", CRL_LISTS_MAX);
    }
    if (!pem_ended() || set->count == 0)
        return why_say(why, ERR_CERTIFICATE, "no revocation list in PEM, or a damaged one");
    return OK;
}

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, CERTIFICATE_ID_SIZE);
}

static enum err crl_set_index(struct crl_set *set)
{
    size_t total = 0;

    for (size_t i = 0; i < set->count; i++) {
        const int count = sk_X509_REVOKED_num(X509_CRL_get_REVOKED(set->lists[i].list));

        total += count > 0 ? (size_t)count : 0;
    }
    set->revoked = calloc(total + 1, sizeof(*set->revoked));
    if (set->revoked == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < set->count; i++) {
        const X509_CRL *list = set->lists[i].list;
        const STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED((X509_CRL *)list);

        for (int j = 0; j < sk_X509_REVOKED_num(entries); j++)
            set->revoked[set->revoked_count++] =
                certificate_id_from(X509_CRL_get_issuer(list),
                                    X509_REVOKED_get0_serialNumber(
                                        sk_X509_REVOKED_value(entries, j)));
    }
    qsort(set->revoked, set->revoked_count, sizeof(*set->revoked), compare_ids);
    return OK;
}

enum err crl_set_read(const char *path, const STACK_OF(X509) *issuers, struct why *why,
                      struct crl_set **ret_set)
{
    struct crl_set *set;
    enum err err;
    BIO *file;

    TRY(pem_open(path, why, &file));
    set = calloc(1, sizeof(*set));
    err = set == NULL ? ERR_MEMORY : crl_set_read_lists(set, file, issuers, why);
    BIO_free(file);
    if (err == OK)
        err = crl_set_index(set);
    if (err != OK) {
        crl_set_free(set);
        return why_say(why, err, "%s: %s", path, err_text(err));
    }
    *ret_set = set;
    return OK;
}

enum err crl_set_compare(const struct crl_set *set, const struct crl_set *before, struct why *why)
{
    for (size_t i = 0; i < set->count; i++)
        for (size_t j = 0; j < before->count; j++)
            if (is_same_issuer(&set->lists[i], &before->lists[j]) &&
                is_older(&set->lists[i], &before->lists[j]))
                return why_say(why, ERR_ROLLED_BACK,
                               "a revocation list is older than the one in use");
    return OK;
}

int64_t crl_set_due_ms(const struct crl_set *set)
{
    int64_t due_ms = INT64_MAX;

    for (size_t i = 0; i < set->count; i++)
        if (set->lists[i].next_update_ms < due_ms)
            due_ms = set->lists[i].next_update_ms;
    return due_ms;
}

static bool is_revoked(const struct crl_set *set, const struct certificate_id *id)
{
    return bsearch(id, set->revoked, set->revoked_count, sizeof(*id), compare_ids) != NULL;
}

static bool has_list_of(const struct crl_set *set, const X509 *issuer)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct crl *crl = &set->lists[i];

        if (X509_NAME_cmp(X509_CRL_get_issuer(crl->list), X509_get_subject_name(issuer)) == 0 &&
            (crl->proved || is_signed_by(crl->list, issuer)))
            return true;
    }
    return false;
}

enum handshake crl_set_judge(const struct crl_set *set, const STACK_OF(X509) *chain, int64_t now_ms)
{
    if (now_ms > crl_set_due_ms(set))
        return HANDSHAKE_CRL_EXPIRED;
    for (int i = 0; i < sk_X509_num(chain); i++) {
        const struct certificate_id id = certificate_id_of(sk_X509_value(chain, i));

        if (is_revoked(set, &id))
            return HANDSHAKE_REVOKED;
        if (i > 0 && !has_list_of(set, sk_X509_value(chain, i)))
            return HANDSHAKE_CRL_MISSING;
    }
    return HANDSHAKE_OK;
}

enum handshake crl_set_judge_again(const struct crl_set *set, const struct peer *peer,
                                   int64_t now_ms)
{
    if (now_ms > crl_set_due_ms(set))
        return HANDSHAKE_CRL_EXPIRED;
    for (size_t i = 0; i < peer->chain_count; i++)
        if (is_revoked(set, &peer->chain[i]))
            return HANDSHAKE_REVOKED;
    return HANDSHAKE_OK;
}

enum handshake crl_set_judge_now(const struct crl_set *set, const STACK_OF(X509) *chain)
{
    return crl_set_judge(set, chain, clock_wall_ms());
}

bool crl_set_is_overdue(const struct crl_set *set)
{
    return clock_wall_ms() > crl_set_due_ms(set);
}
