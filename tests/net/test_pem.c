#include "tls_scene.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include "base/file.h"
#include "net/pem.h"

static struct temp_path put(const struct temp *temp, const char *name, struct bytes text)
{
    struct temp_path path = temp_file(temp, name);

    assert_err(OK, file_replace(path.text, text, 0600));
    return path;
}

/* How many certificates a text holds; below zero: an error. */
static int count(const struct temp *temp, struct bytes text)
{
    struct temp_path path = put(temp, "some.pem", text);
    STACK_OF(X509) *stack = NULL;
    struct why why = { 0 };
    int number;

    if (pem_certificates(path.text, &why, &stack) != OK) {
        assert_non_null(strstr(why.text, "some.pem"));
        return -1;
    }
    number = sk_X509_num(stack);
    sk_X509_pop_free(stack, X509_free);
    return number;
}

static void read_text(const struct temp *temp, const char *name, struct buf *ret_text)
{
    buf_init(ret_text, 65536);
    assert_err(OK, file_read(temp_file(temp, name).text, ret_text));
}

static void every_certificate_of_a_file_is_read(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct buf text AUTO(buf_done) = { 0 }, second AUTO(buf_done) = { 0 };
    (void)state;

    make_certificates(&temp);
    read_text(&temp, "ca.pem", &text);
    read_text(&temp, "server.pem", &second);
    assert_int_equal(1, count(&temp, buf_bytes(&text)));
    buf_add_str(&text, "a comment between them\n");
    buf_add(&text, buf_bytes(&second));
    assert_int_equal(2, count(&temp, buf_bytes(&text)));
    assert_int_equal(0, ERR_peek_error()); /* nothing is left behind for others to find */
}

static void a_damaged_certificate_spoils_the_file(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct buf text AUTO(buf_done) = { 0 };
    (void)state;

    make_certificates(&temp);
    read_text(&temp, "ca.pem", &text);
    buf_add_str(&text, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assert_int_equal(-1, count(&temp, buf_bytes(&text)));
    assert_int_equal(-1, count(&temp, bytes_lit("")));
    assert_int_equal(-1, count(&temp, bytes_lit("no certificate")));
    assert_int_equal(-1, count(&temp, bytes_lit("-----BEGIN CERTIFICATE-----\n")));
}

static void a_key_is_read_from_its_owners_file_only(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct temp_path path;
    struct why open = { 0 }, missing = { 0 };
    EVP_PKEY *key = NULL;
    (void)state;

    make_certificates(&temp);
    path = temp_file(&temp, "server.key");
    assert_err(OK, pem_key(path.text, &open, &key));
    EVP_PKEY_free(key);
    key = NULL;
    assert_int_equal(0, chmod(path.text, 0640));
    assert_err(ERR_MODE, pem_key(path.text, &open, &key));
    assert_non_null(strstr(open.text, "chmod 600"));
    assert_err(ERR_NOT_FOUND, pem_key(temp_file(&temp, "none.key").text, &missing, &key));
    assert_null(key);
}

static void what_is_no_plain_key_is_refused(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    EVP_PKEY *made = EVP_EC_gen("P-256"), *key = NULL;
    struct temp_path path = temp_file(&temp, "encrypted.key");
    struct why encrypted = { 0 }, text = { 0 };
    FILE *file = fopen(path.text, "we");
    (void)state;

    assert_int_equal(1, PEM_write_PrivateKey(file, made, EVP_aes_128_cbc(),
                                             (const unsigned char *)"secret", 6, NULL, NULL));
    (void)fclose(file);
    assert_int_equal(0, chmod(path.text, 0600));
    assert_err(ERR_CERTIFICATE, pem_key(path.text, &encrypted, &key)); /* and nobody is asked */
    path = put(&temp, "text.key", bytes_lit("no key"));
    assert_err(ERR_CERTIFICATE, pem_key(path.text, &text, &key));
    assert_null(strstr(text.text, "no key"));
    EVP_PKEY_free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_certificate_of_a_file_is_read),
        cmocka_unit_test(a_damaged_certificate_spoils_the_file),
        cmocka_unit_test(a_key_is_read_from_its_owners_file_only),
        cmocka_unit_test(what_is_no_plain_key_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
