/*
 * Judges chains of servers for tests/net/test_limbo.py, without a handshake.
 *
 *   chain_judge ROOTS CHAIN HOST SECONDS
 *
 * Both files are PEM, the chain leaf first; SECONDS since 1970, or "now". Prints the result.
 */
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "net/pem.h"
#include "net/tls_client.h"

int main(int count, char **words)
{
    X509_STORE *trusted = X509_STORE_new();
    X509_STORE_CTX *store = X509_STORE_CTX_new();
    STACK_OF(X509) *roots, *chain;
    struct why why = { 0 };

    must(count == 5 && trusted != NULL && store != NULL);
    if (pem_certificates(words[1], &why, &roots) != OK ||
        pem_certificates(words[2], &why, &chain) != OK) {
        (void)printf("unreadable\n");
        return 0;
    }
    for (int i = 0; i < sk_X509_num(roots); i++)
        must(X509_STORE_add_cert(trusted, sk_X509_value(roots, i)) == 1);
    must(X509_STORE_set_flags(trusted, tls_client_verify_flags()) == 1);
    must(X509_STORE_CTX_init(store, trusted, sk_X509_value(chain, 0), chain) == 1);
    must(X509_STORE_CTX_set_default(store, "ssl_server") == 1);
    if (strcmp(words[4], "now") != 0)
        X509_STORE_CTX_set_time(store, 0, (time_t)strtoll(words[4], NULL, 10));
    X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(store), 2);
    (void)printf("%s\n", handshake_text(tls_client_judge(store, words[3])));
    X509_STORE_CTX_free(store);
    X509_STORE_free(trusted);
    sk_X509_pop_free(roots, X509_free);
    sk_X509_pop_free(chain, X509_free);
    return 0;
}
