#include "net/certificate_rules.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "net/der.h"
#include "net/name_constraints.h"
#include "net/peer.h"

enum {
    RSA_BITS_MIN = 2048,
    RSA_BITS_MAX = 8192,  /* beyond it a single check costs a worker milliseconds */
    SERIAL_SIZE_MAX = 20, /* RFC 5280, section 4.1.2.2 */
    VERSION_3 = 2,
    GROUP_NAME_SIZE = 64,
};

static enum handshake judge_form(const X509 *certificate)
{
    unsigned char *der = NULL;
    const int size = i2d_X509(certificate, &der);
    const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate);
    bool strict;

    if (size <= 0)
        return HANDSHAKE_MALFORMED;
    strict = der_is_strict(bytes_of(der, (size_t)size));
    OPENSSL_free(der);
    if (size > PEER_CERTIFICATE_SIZE_MAX)
        return HANDSHAKE_OVERSIZED;
    if (X509_get_version(certificate) != VERSION_3 ||
        ASN1_STRING_length(serial) > SERIAL_SIZE_MAX ||
        ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER)
        return HANDSHAKE_MALFORMED;
    return strict ? HANDSHAKE_OK : HANDSHAKE_MALFORMED;
}

/* The curve has to be named: explicit parameters can be made to look like a good curve. */
static bool is_strong_curve(const X509 *certificate, const EVP_PKEY *key)
{
    X509_ALGOR *algorithm = NULL;
    char group[GROUP_NAME_SIZE];
    size_t size;
    int kind;

    if (X509_PUBKEY_get0_param(NULL, NULL, NULL, &algorithm, X509_get_X509_PUBKEY(certificate)) !=
        1)
        return false;
    X509_ALGOR_get0(NULL, &kind, NULL, algorithm);
    if (kind != V_ASN1_OBJECT || EVP_PKEY_get_group_name(key, group, sizeof(group), &size) != 1)
        return false;
    return strcmp(group, SN_X9_62_prime256v1) == 0 || strcmp(group, SN_secp384r1) == 0 ||
           strcmp(group, SN_secp521r1) == 0;
}

static bool is_strong_key(const X509 *certificate)
{
    const EVP_PKEY *key = X509_get0_pubkey(certificate);

    if (key == NULL)
        return false;
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
        return EVP_PKEY_get_bits(key) >= RSA_BITS_MIN && EVP_PKEY_get_bits(key) <= RSA_BITS_MAX;
    case EVP_PKEY_EC: return is_strong_curve(certificate, key);
    case EVP_PKEY_ED25519: return true;
    default: return false;
    }
}

static bool is_strong_signature(const X509 *certificate)
{
    int digest, key;

    if (X509_get_signature_info((X509 *)certificate, &digest, &key, NULL, NULL) != 1)
        return false;
    if (key == EVP_PKEY_ED25519)
        return true;
    return digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512;
}

/* A value that we read must be one strict element. Constraints on others belong to those that sign
 * (RFC 5280, section 4.2.1.10) and, on policies, must not be overlooked (section 4.2.1.11). */
static enum handshake judge_known(int nid, struct bytes value, enum certificate_place place)
{
    if (!der_is_strict(value))
        return HANDSHAKE_MALFORMED;
    if (nid != NID_name_constraints)
        return HANDSHAKE_OK;
    if (place == PLACE_CLIENT || place == PLACE_SERVER)
        return HANDSHAKE_EXTENSION;
    return name_constraints_are_sound(value) ? HANDSHAKE_OK : HANDSHAKE_MALFORMED;
}

/* Of an extension that nobody here reads, only that it is not critical is asked. */
static enum handshake judge_extension(const X509 *certificate, int at, enum certificate_place place)
{
    X509_EXTENSION *extension = X509_get_ext(certificate, at);
    ASN1_OBJECT *object = X509_EXTENSION_get_object(extension);
    const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
    const bool critical = X509_EXTENSION_get_critical(extension) == 1;
    const int nid = OBJ_obj2nid(object);

    if (X509_get_ext_by_OBJ(certificate, object, at) >= 0)
        return HANDSHAKE_MALFORMED; /* twice: RFC 5280, section 4.2 */
    switch (nid) {
    case NID_policy_constraints:
        if (!critical)
            return HANDSHAKE_MALFORMED;
        [[fallthrough]];
    case NID_basic_constraints:
    case NID_key_usage:
    case NID_ext_key_usage:
    case NID_subject_alt_name:
    case NID_name_constraints:
    case NID_subject_key_identifier:
    case NID_authority_key_identifier:
    case NID_certificate_policies:
    case NID_inhibit_any_policy:
        return judge_known(
            nid, bytes_of(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)), place);
    default: return critical ? HANDSHAKE_EXTENSION : HANDSHAKE_OK;
    }
}

static enum handshake judge_extensions(const X509 *certificate, enum certificate_place place)
{
    enum handshake result = HANDSHAKE_OK;

    for (int at = 0; at < X509_get_ext_count(certificate) && result == HANDSHAKE_OK; at++)
        result = judge_extension(certificate, at, place);
    return result;
}

/* Letters, digits, dashes and dots, in labels that are not empty; a star only as the whole first
 * label, where servers may have one (RFC 5890, section 2.3.1; RFC 9525, section 6.3). */
static bool is_dns_name(struct bytes name, enum certificate_place place)
{
    uint8_t before = '.';

    if (place == PLACE_SERVER && bytes_start_with(name, bytes_lit("*.")))
        name = bytes_from(name, 2);
    for (size_t i = 0; i < name.size; i++) {
        const uint8_t byte = name.data[i];
        const bool alphanumeric = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                                  (byte >= 'A' && byte <= 'Z');

        if (!alphanumeric && byte != '-' && byte != '.')
            return false;
        if (before == '.' && !alphanumeric)
            return false;
        if (before == '-' && byte == '.')
            return false;
        before = byte;
    }
    return name.size > 0 && before != '.' && before != '-';
}

static bool is_visible_ascii(struct bytes name)
{
    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] <= 0x20 || name.data[i] >= 0x7f)
            return false;
    return name.size > 0;
}

static bool is_good_name(uint8_t tag, struct bytes name, enum certificate_place place)
{
    switch (tag) {
    case DER_CONTEXT | GEN_DNS: return is_dns_name(name, place);
    case DER_CONTEXT | GEN_EMAIL:
    case DER_CONTEXT | GEN_URI: return is_visible_ascii(name);
    case DER_CONTEXT | GEN_IPADD: return name.size == 4 || name.size == 16;
    default: return true;
    }
}

static struct bytes alternative_names(const X509 *certificate)
{
    const int at = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1);
    const ASN1_OCTET_STRING *value;
    struct der names;
    struct bytes text;

    if (at < 0)
        return bytes_of(NULL, 0);
    value = X509_EXTENSION_get_data(X509_get_ext(certificate, at));
    text = bytes_of(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
    if (!der_take(&text, &names) || names.tag != DER_SEQUENCE)
        return bytes_of(NULL, 0);
    return names.content;
}

bool certificate_name(const X509 *certificate, unsigned index, uint8_t *ret_tag,
                      struct bytes *ret_name)
{
    struct bytes names = alternative_names(certificate);
    struct der name;

    for (unsigned i = 0; der_take(&names, &name); i++)
        if (i == index) {
            *ret_tag = name.tag;
            *ret_name = name.content;
            return true;
        }
    return false;
}

static bool is_clean_subject(const X509_NAME *subject)
{
    for (int i = 0; i < X509_NAME_entry_count(subject); i++) {
        const ASN1_STRING *text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i));

        if (!der_text_is_clean(bytes_of(ASN1_STRING_get0_data(text),
                                        (size_t)ASN1_STRING_length(text)),
                               (uint8_t)ASN1_STRING_type(text)))
            return false;
    }
    return true;
}

/* In an extension that is there, the list may not be empty (RFC 5280, section 4.2.1.6). */
static enum handshake judge_names(const X509 *certificate, enum certificate_place place)
{
    struct bytes names = alternative_names(certificate);
    struct der name;
    unsigned count = 0;

    if (place != PLACE_ROOT && !is_clean_subject(X509_get_subject_name(certificate)))
        return HANDSHAKE_BAD_NAME;
    while (der_take(&names, &name)) {
        if (++count > PEER_NAMES_MAX && place == PLACE_CLIENT)
            return HANDSHAKE_OVERSIZED;
        if (!is_good_name(name.tag, name.content, place))
            return HANDSHAKE_BAD_NAME;
    }
    if (count == 0 && X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1) >= 0)
        return HANDSHAKE_MALFORMED;
    return HANDSHAKE_OK;
}

/* A client must say clientAuth by name. A server may have no extended usage (RFC 5280, section
 * 4.2.1.12), but if it has one, serverAuth must be in it. A key usage, where it is said, must allow
 * to sign and must not allow to sign certificates. */
static enum handshake judge_leaf_usage(const X509 *certificate, enum certificate_place place)
{
    X509 *cached = (X509 *)certificate; /* OpenSSL reads and keeps the extensions on first use */
    const uint32_t flags = X509_get_extension_flags(cached);
    const uint32_t usage = X509_get_key_usage(cached);
    const uint32_t extended = X509_get_extended_key_usage(cached);
    const uint32_t wanted = place == PLACE_CLIENT ? XKU_SSL_CLIENT : XKU_SSL_SERVER;

    if (flags & EXFLAG_INVALID)
        return HANDSHAKE_MALFORMED;
    if (flags & EXFLAG_CA)
        return HANDSHAKE_WRONG_USAGE;
    if (flags & EXFLAG_KUSAGE &&
        (!(usage & KU_DIGITAL_SIGNATURE) || usage & (KU_KEY_CERT_SIGN | KU_CRL_SIGN)))
        return HANDSHAKE_WRONG_USAGE;
    if (flags & EXFLAG_XKUSAGE ? !(extended & wanted) : place == PLACE_CLIENT)
        return HANDSHAKE_WRONG_USAGE;
    return HANDSHAKE_OK;
}

enum handshake certificate_judge(const X509 *certificate, enum certificate_place place)
{
    enum handshake result = judge_form(certificate);

    if (result == HANDSHAKE_OK && !is_strong_key(certificate))
        result = HANDSHAKE_WEAK_KEY;
    if (result == HANDSHAKE_OK && place != PLACE_ROOT && !is_strong_signature(certificate))
        result = HANDSHAKE_WEAK_SIGNATURE;
    if (result == HANDSHAKE_OK)
        result = judge_extensions(certificate, place);
    if (result == HANDSHAKE_OK)
        result = judge_names(certificate, place);
    if (result == HANDSHAKE_OK && (place == PLACE_CLIENT || place == PLACE_SERVER))
        result = judge_leaf_usage(certificate, place);
    return result;
}

bool certificate_time_ms(const ASN1_TIME *time, int64_t *ret_ms)
{
    struct tm tm;
    time_t seconds;

    if (ASN1_TIME_check(time) != 1 || ASN1_TIME_to_tm(time, &tm) != 1)
        return false;
    seconds = timegm(&tm);
    *ret_ms = (int64_t)seconds * 1000;
    return true;
}
