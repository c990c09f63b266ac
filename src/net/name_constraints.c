#include "net/name_constraints.h"

#include <openssl/x509v3.h>

#include "net/der.h"

enum {
    PERMITTED = DER_CONTEXT | DER_CONSTRUCTED | 0,
    EXCLUDED = DER_CONTEXT | DER_CONSTRUCTED | 1
};

/* Take the base of the next subtree off the front; false at the end or at something else. */
static bool take_base(struct bytes *subtrees, struct der *ret_base)
{
    struct der subtree;

    return der_take(subtrees, &subtree) && subtree.tag == DER_SEQUENCE &&
           der_take(&subtree.content, ret_base);
}

static bool is_dns(const struct der *name)
{
    return name->tag == (DER_CONTEXT | GEN_DNS);
}

bool name_constraints_are_sound(struct bytes value)
{
    struct der constraints, list, base;

    if (!der_take(&value, &constraints) || constraints.tag != DER_SEQUENCE)
        return false;
    while (der_take(&constraints.content, &list)) {
        if ((list.tag != PERMITTED && list.tag != EXCLUDED) || list.content.size == 0)
            return false;
        while (list.content.size > 0)
            if (!take_base(&list.content, &base) ||
                (is_dns(&base) && bytes_start_with(base.content, bytes_lit("."))))
                return false;
    }
    return constraints.content.size == 0;
}

static struct bytes constraints_of(const X509 *certificate)
{
    const int at = X509_get_ext_by_NID(certificate, NID_name_constraints, -1);
    const ASN1_OCTET_STRING *value;

    if (at < 0)
        return bytes_of(NULL, 0);
    value = X509_EXTENSION_get_data(X509_get_ext(certificate, at));
    return bytes_of(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
}

/* The base is one of the names that the star stands for, or below one. */
static bool is_below(struct bytes base, struct bytes wildcard)
{
    const struct bytes suffix = bytes_from(wildcard, 1);

    return base.size > suffix.size &&
           bytes_equal_nocase(bytes_from(base, base.size - suffix.size), suffix);
}

bool name_constraints_exclude_some(const X509 *certificate, struct bytes wildcard)
{
    struct bytes value = constraints_of(certificate);
    struct der constraints, list, base;

    if (!der_take(&value, &constraints))
        return false;
    while (der_take(&constraints.content, &list))
        while (list.tag == EXCLUDED && take_base(&list.content, &base))
            if (is_dns(&base) && is_below(base.content, wildcard))
                return true;
    return false;
}
