/*
 * What the tests of TLS share: a folder of fresh certificates, and a client that blocks.
 */
#ifndef PANGATE_TESTS_NET_TLS_SCENE_H
#define PANGATE_TESTS_NET_TLS_SCENE_H

#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/clock.h"
#include "net/certificate_make.h"

enum { DAY_MS = 24 * 60 * 60 * 1000, CLIENT_TIMEOUT_S = 5 };

/* NAME.pem and NAME.key in the folder. */
static inline struct certificate *make_certificate(const struct temp *temp, const char *name,
                                                   struct certificate_options options)
{
    struct certificate *certificate;
    char file[64];

    options.common_name = name;
    if (options.not_after_ms == 0) {
        options.not_before_ms = clock_wall_ms() - DAY_MS;
        options.not_after_ms = clock_wall_ms() + DAY_MS;
    }
    assert_err(OK, certificate_make(&options, &certificate));
    (void)snprintf(file, sizeof(file), "%s.pem", name);
    assert_err(OK, certificate_write(certificate, temp_file(temp, file).text));
    (void)snprintf(file, sizeof(file), "%s.key", name);
    assert_err(OK, certificate_write_key(certificate, temp_file(temp, file).text));
    return certificate;
}

/* ca, server (localhost), client (urn:pangate:client:shop). */
static inline void make_certificates(const struct temp *temp)
{
    struct certificate *ca =
        make_certificate(temp, "ca", (struct certificate_options){ .kind = CERTIFICATE_CA });
    const struct certificate_options server = { .kind = CERTIFICATE_SERVER,
                                                .names = "DNS:localhost,IP:127.0.0.1",
                                                .issuer = ca };
    const struct certificate_options client = { .kind = CERTIFICATE_CLIENT,
                                                .names = "URI:urn:pangate:client:shop",
                                                .issuer = ca };

    certificate_free(make_certificate(temp, "server", server));
    certificate_free(make_certificate(temp, "client", client));
    certificate_free(ca);
}

/* A context that trusts the folder's CA; `name` is its certificate, NULL for none. */
static inline SSL_CTX *client_context(const struct temp *temp, const char *name)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    char file[64];

    assert_non_null(context);
    assert_int_equal(1,
                     SSL_CTX_load_verify_locations(context, temp_file(temp, "ca.pem").text, NULL));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (name == NULL)
        return context;
    (void)snprintf(file, sizeof(file), "%s.pem", name);
    assert_int_equal(1, SSL_CTX_use_certificate_chain_file(context, temp_file(temp, file).text));
    (void)snprintf(file, sizeof(file), "%s.key", name);
    assert_int_equal(1, SSL_CTX_use_PrivateKey_file(context, temp_file(temp, file).text,
                                                    SSL_FILETYPE_PEM));
    return context;
}

/* A connected socket that gives up after a few seconds. */
static inline int client_socket(in_port_t port)
{
    const struct sockaddr_in address = { .sin_family = AF_INET,
                                         .sin_port = htons(port),
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const struct timeval timeout = { .tv_sec = CLIENT_TIMEOUT_S };
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(0, setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)));
    assert_int_equal(0, connect(fd, (const struct sockaddr *)&address, sizeof(address)));
    return fd;
}

/* The handshake is done on this side; whether the server agrees shows when it answers. */
static inline SSL *client_begin(SSL_CTX *context, in_port_t port)
{
    SSL *ssl = SSL_new(context);

    assert_non_null(ssl);
    assert_int_equal(1, SSL_set_fd(ssl, client_socket(port)));
    (void)SSL_connect(ssl);
    return ssl;
}

static inline void client_end(SSL *ssl)
{
    const int fd = SSL_get_fd(ssl);

    SSL_free(ssl);
    (void)close(fd);
}

/* Send, then read exactly `size` bytes; false if the connection ends before. */
static inline bool client_send(SSL *ssl, const char *text)
{
    return SSL_write(ssl, text, (int)strlen(text)) == (int)strlen(text);
}

static inline bool client_read(SSL *ssl, char *ret_text, size_t size)
{
    for (size_t at = 0; at < size;) {
        const int read = SSL_read(ssl, ret_text + at, (int)(size - at));

        if (read <= 0)
            return false;
        at += (size_t)read;
    }
    return true;
}

#endif
