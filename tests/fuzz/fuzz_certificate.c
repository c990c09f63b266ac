/* Whatever OpenSSL can read as a certificate can be judged, and its names can be walked. */
#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/must.h"
#include "net/certificate_id.h"
#include "net/certificate_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    X509 *certificate = d2i_X509(NULL, &data, (long)size);
    struct bytes name;
    uint8_t tag;

    if (certificate != NULL) {
        for (unsigned place = PLACE_CLIENT; place <= PLACE_ROOT; place++)
            must(certificate_judge(certificate, (enum certificate_place)place) < HANDSHAKE_COUNT);
        for (unsigned i = 0; certificate_name(certificate, i, &tag, &name); i++)
            must(name.size < size);
        (void)certificate_id_of(certificate);
    }
    X509_free(certificate);
    ERR_clear_error();
    return 0;
}
