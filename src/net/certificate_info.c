#include "net/certificate_info.h"

#include <openssl/x509.h>

#include "net/certificate_rules.h"
#include "net/pem.h"

enum err certificate_not_after(const char *path, int64_t *ret_ms)
{
    struct why nobody = { 0 };
    STACK_OF(X509) *certificates;
    bool read;

    TRY(pem_certificates(path, &nobody, &certificates));
    read = certificate_time_ms(X509_get0_notAfter(sk_X509_value(certificates, 0)), ret_ms);
    sk_X509_pop_free(certificates, X509_free);
    return read ? OK : ERR_CERTIFICATE;
}
