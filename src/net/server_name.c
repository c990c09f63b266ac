#include "net/server_name.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include "base/bytes.h"
#include "net/certificate_rules.h"
#include "net/der.h"

/* The address as an iPAddress holds it; empty if the host is none. */
static struct bytes address_of(const char *host, uint8_t storage[sizeof(struct in6_addr)])
{
    if (inet_pton(AF_INET, host, storage) == 1)
        return bytes_of(storage, sizeof(struct in_addr));
    if (inet_pton(AF_INET6, host, storage) == 1)
        return bytes_of(storage, sizeof(struct in6_addr));
    return bytes_of(NULL, 0);
}

bool host_is_address(const char *host)
{
    uint8_t storage[sizeof(struct in6_addr)];

    return address_of(host, storage).size > 0;
}

static bool dns_matches(struct bytes presented, struct bytes host)
{
    if (!bytes_start_with(presented, bytes_lit("*.")))
        return bytes_equal_nocase(presented, host);
    return bytes_index(host, '.') > 0 &&
           bytes_equal_nocase(bytes_from(presented, 1), bytes_from(host, bytes_index(host, '.')));
}

bool server_name_matches(const X509 *certificate, const char *host)
{
    uint8_t storage[sizeof(struct in6_addr)];
    const struct bytes address = address_of(host, storage);
    struct bytes name;
    uint8_t tag;

    for (unsigned i = 0; certificate_name(certificate, i, &tag, &name); i++) {
        if (address.size > 0 && tag == (DER_CONTEXT | GEN_IPADD) && bytes_equal(name, address))
            return true;
        if (address.size == 0 && tag == (DER_CONTEXT | GEN_DNS) &&
            dns_matches(name, bytes_str(host)))
            return true;
    }
    return false;
}
