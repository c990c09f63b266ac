#include "crypto/library.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "base/secret.h"

static void *library_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return wiping_malloc(size);
}

static void *library_realloc(void *data, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return wiping_realloc(data, size);
}

static void library_free(void *data, const char *file, int line)
{
    (void)file;
    (void)line;
    wiping_free(data);
}

enum err crypto_start(void)
{
    return crypto_err(CRYPTO_set_mem_functions(library_malloc, library_realloc, library_free));
}

enum err crypto_err(int result)
{
    if (result == 1)
        return OK;
    ERR_clear_error();
    return ERR_CRYPTO;
}
