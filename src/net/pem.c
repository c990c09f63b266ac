#include "net/pem.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/secret.h"

static enum err say_file(struct why *why, enum err err, const char *path)
{
    switch ((int)err) {
    case ERR_MODE:
        return why_say(why, err,
                       "%s: must belong to this user and be readable by nobody else (chmod 600)",
                       path);
    case ERR_LIMIT: return why_say(why, err, "%s: larger than %d bytes", path, PEM_FILE_MAX);
    default: return why_say(why, err, "%s: cannot be read: %s", path, strerror(errno));
    }
}

enum err pem_open(const char *path, struct why *why, struct bio_st **ret_file)
{
    struct buf text AUTO(buf_done);
    enum err err;
    BIO *file;

    buf_init(&text, PEM_FILE_MAX);
    err = file_read(path, &text);
    if (err != OK)
        return say_file(why, err, path);
    file = BIO_new(BIO_s_mem());
    if (file == NULL || BIO_write(file, text.data, (int)text.size) != (int)text.size) {
        BIO_free(file);
        return why_say(why, ERR_MEMORY, "%s: no memory to read it", path);
    }
    *ret_file = file;
    return OK;
}

bool pem_ended(void)
{
    const unsigned long error = ERR_peek_last_error();

    ERR_clear_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

enum err pem_certificates(const char *path, struct why *why, struct stack_st_X509 **ret_stack)
{
    STACK_OF(X509) *stack;
    X509 *certificate;
    BIO *file;

    TRY(pem_open(path, why, &file));
    stack = sk_X509_new_null();
    if (stack == NULL) {
        BIO_free(file);
        return ERR_MEMORY;
    }
    for (certificate = PEM_read_bio_X509(file, NULL, NULL, NULL);
         certificate != NULL && sk_X509_push(stack, certificate) > 0;
         certificate = PEM_read_bio_X509(file, NULL, NULL, NULL))
        ;
    BIO_free(file);
    if (!pem_ended() || sk_X509_num(stack) == 0) {
        sk_X509_pop_free(stack, X509_free);
        return why_say(why, ERR_CERTIFICATE, "%s: holds no certificate in PEM, or a damaged one",
                       path);
    }
    *ret_stack = stack;
    return OK;
}

/* Instead of a question on the terminal. */
static int no_password(char *text, int size, int writing, void *argument)
{
    (void)text;
    (void)size;
    (void)writing;
    (void)argument;
    return -1;
}

enum err pem_key(const char *path, struct why *why, struct evp_pkey_st **ret_key)
{
    struct buf text AUTO(buf_done);
    enum err err;
    EVP_PKEY *key;
    BIO *file;

    buf_init(&text, PEM_FILE_MAX);
    err = file_read_private(path, &text);
    if (err != OK)
        return say_file(why, err, path);
    file = BIO_new_mem_buf(text.data, (int)text.size);
    if (file == NULL)
        return ERR_MEMORY;
    key = PEM_read_bio_PrivateKey(file, NULL, no_password, NULL);
    BIO_free(file);
    ERR_clear_error();
    if (key == NULL)
        return why_say(why, ERR_CERTIFICATE, "%s: holds no private key in PEM, or an encrypted one",
                       path);
    *ret_key = key;
    return OK;
}
