/*
 * A handshake over a pair of sockets: the client is ours, the server is OpenSSL's.
 */
#include "tls_scene.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <sys/stat.h>

#include "net/tls_client.h"

/* What the server shows, and how it ended for it. */
struct server {
    const struct temp *temp;
    const char *name;
    int fd;
    bool wants_client, done, saw_client;
};

static void *serve_once(void *argument)
{
    struct server *server = argument;
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    char file[64];
    SSL *ssl;

    (void)snprintf(file, sizeof(file), "%s.pem", server->name);
    (void)SSL_CTX_use_certificate_chain_file(context, temp_file(server->temp, file).text);
    (void)snprintf(file, sizeof(file), "%s.key", server->name);
    (void)SSL_CTX_use_PrivateKey_file(context, temp_file(server->temp, file).text,
                                      SSL_FILETYPE_PEM);
    (void)SSL_CTX_load_verify_locations(context, temp_file(server->temp, "ca.pem").text, NULL);
    if (server->wants_client)
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    ssl = SSL_new(context);
    (void)SSL_set_fd(ssl, server->fd);
    server->done = SSL_accept(ssl) == 1;
    server->saw_client = SSL_get0_peer_certificate(ssl) != NULL;
    (void)SSL_shutdown(ssl);
    SSL_free(ssl);
    SSL_CTX_free(context);
    (void)close(server->fd);
    return NULL;
}

/* The folder's CA is trusted; what is asked of the client comes in `options`. */
static enum handshake shake(struct server *server, struct tls_client *client)
{
    struct tls_visit visit = { .client = client };
    pthread_t thread;
    SSL *ssl;
    int fds[2];

    assert_int_equal(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
    server->fd = fds[1];
    assert_int_equal(0, pthread_create(&thread, NULL, serve_once, server));
    ssl = tls_client_begin(&visit, fds[0]);
    assert_non_null(ssl);
    (void)SSL_do_handshake(ssl);
    ERR_clear_error();
    SSL_free(ssl);
    (void)close(fds[0]);
    assert_int_equal(0, pthread_join(thread, NULL));
    return visit.result;
}

static struct tls_client *client_of(const struct tls_client_options *options)
{
    struct tls_client *client = NULL;
    struct why why = { 0 };

    if (tls_client_new(options, &why, &client) != OK)
        fail_msg("%s", why.text);
    return client;
}

static enum handshake meet(struct server *server, const struct tls_client_options *options)
{
    struct tls_client *client = client_of(options);
    enum handshake result = shake(server, client);

    tls_client_release(client);
    return result;
}

static int folder_setup(void **state)
{
    struct temp *temp = calloc(1, sizeof(*temp));

    assert_non_null(temp);
    assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    *temp = temp_new();
    make_certificates(temp);
    certificate_free(
        make_certificate(temp, "other", (struct certificate_options){ .kind = CERTIFICATE_CA }));
    *state = temp;
    return 0;
}

static int folder_teardown(void **state)
{
    temp_done(*state);
    free(*state);
    return 0;
}

static void the_expected_name_under_the_trusted_authority_is_believed(void **state)
{
    struct server server = { .temp = *state, .name = "server" };
    struct temp_path ca = temp_file(*state, "ca.pem");

    assert_int_equal(HANDSHAKE_OK, meet(&server, &(struct tls_client_options){ .host = "localhost",
                                                                               .ca = ca.text }));
    assert_true(server.done);
    assert_int_equal(HANDSHAKE_OK, meet(&server, &(struct tls_client_options){ .host = "127.0.0.1",
                                                                               .ca = ca.text }));
}

static void another_name_or_another_authority_is_not(void **state)
{
    struct server server = { .temp = *state, .name = "server" };
    struct temp_path ca = temp_file(*state, "ca.pem"), other = temp_file(*state, "other.pem");

    assert_int_equal(HANDSHAKE_NO_IDENTITY,
                     meet(&server,
                          &(struct tls_client_options){ .host = "psp.example", .ca = ca.text }));
    assert_false(server.done);
    assert_int_equal(HANDSHAKE_UNTRUSTED,
                     meet(&server,
                          &(struct tls_client_options){ .host = "localhost", .ca = other.text }));
}

static void a_clients_certificate_is_no_servers(void **state)
{
    struct server server = { .temp = *state, .name = "client" };
    struct temp_path ca = temp_file(*state, "ca.pem");

    assert_int_equal(HANDSHAKE_WRONG_USAGE,
                     meet(&server,
                          &(struct tls_client_options){ .host = "localhost", .ca = ca.text }));
}

/* RFC 7469, section 2.4: the SHA-256 of the SubjectPublicKeyInfo. */
static void pin_of(const struct temp *temp, const char *file, uint8_t ret_pin[TLS_PIN_SIZE])
{
    FILE *stream = fopen(temp_file(temp, file).text, "re");
    X509 *certificate = PEM_read_X509(stream, NULL, NULL, NULL);
    unsigned char *info = NULL;
    int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &info);

    assert_int_equal(1, EVP_Digest(info, (size_t)size, ret_pin, NULL, EVP_sha256(), NULL));
    OPENSSL_free(info);
    X509_free(certificate);
    (void)fclose(stream);
}

static void a_pinned_key_needs_no_authority_and_others_do_not_help(void **state)
{
    struct server server = { .temp = *state, .name = "server" };
    struct temp_path ca = temp_file(*state, "ca.pem");
    uint8_t pins[2][TLS_PIN_SIZE] = { { 0 } };
    struct tls_client_options pinned = { .host = "localhost", .pins = pins, .pin_count = 2 };
    struct tls_client_options other = {
        .host = "localhost", .ca = ca.text, .pins = pins, .pin_count = 1
    };

    pin_of(*state, "server.pem", pins[1]);
    assert_int_equal(HANDSHAKE_OK, meet(&server, &pinned));
    assert_int_equal(HANDSHAKE_UNTRUSTED, meet(&server, &other)); /* its one pin is another's */
    pinned.host = "psp.example";
    assert_int_equal(HANDSHAKE_NO_IDENTITY, meet(&server, &pinned));
}

static void a_certificate_of_ours_is_shown(void **state)
{
    struct server server = { .temp = *state, .name = "server", .wants_client = true };
    struct temp_path ca = temp_file(*state, "ca.pem"), ours = temp_file(*state, "client.pem");
    struct temp_path key = temp_file(*state, "client.key");

    assert_int_equal(HANDSHAKE_OK,
                     meet(&server, &(struct tls_client_options){ .host = "localhost",
                                                                 .ca = ca.text,
                                                                 .certificate = ours.text,
                                                                 .key = key.text }));
    assert_true(server.saw_client);
}

static void what_cannot_be_read_is_named(void **state)
{
    struct temp_path ca = temp_file(*state, "ca.pem"), none = temp_file(*state, "none.pem");
    struct temp_path server = temp_file(*state, "server.pem"), key = temp_file(*state, "ca.key");
    struct tls_client *client = NULL;
    struct why missing = { 0 }, foreign = { 0 };

    assert_err(ERR_NOT_FOUND,
               tls_client_new(&(struct tls_client_options){ .host = "localhost", .ca = none.text },
                              &missing, &client));
    assert_non_null(strstr(missing.text, "none.pem"));
    assert_err(ERR_CERTIFICATE,
               tls_client_new(&(struct tls_client_options){ .host = "localhost",
                                                            .ca = ca.text,
                                                            .certificate = server.text,
                                                            .key = key.text },
                              &foreign, &client));
    assert_null(client);
    tls_client_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_expected_name_under_the_trusted_authority_is_believed),
        cmocka_unit_test(another_name_or_another_authority_is_not),
        cmocka_unit_test(a_clients_certificate_is_no_servers),
        cmocka_unit_test(a_pinned_key_needs_no_authority_and_others_do_not_help),
        cmocka_unit_test(a_certificate_of_ours_is_shown),
        cmocka_unit_test(what_cannot_be_read_is_named),
    };

    return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
