#include "bench/target.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "net/tls_common.h"

/* "https://[::1]:8443" into its host, brackets off, and its port. */
static bool url_split(const char *url, struct target *target, char ret_port[8])
{
    static const char scheme[] = "https://";
    const char *authority = url + sizeof(scheme) - 1;
    const size_t size = strcspn(authority, "/?#");
    const char *colon;
    struct bytes host;

    if (strncmp(url, scheme, sizeof(scheme) - 1) != 0 || size >= sizeof(target->authority))
        return false;
    colon = memrchr(authority, ':', size);
    if (colon == NULL || authority[size + strspn(authority + size, "/")] != '\0')
        return false;
    host = bytes_of(authority, (size_t)(colon - authority));
    if (host.size > 2 && host.data[0] == '[' && host.data[host.size - 1] == ']')
        host = bytes_of(host.data + 1, host.size - 2);
    return bytes_copy_text(host, target->host, sizeof(target->host)) &&
           bytes_copy_text(bytes_of(authority, size), target->authority,
                           sizeof(target->authority)) &&
           bytes_copy_text(bytes_of(colon + 1, (size_t)(authority + size - colon - 1)), ret_port,
                           8);
}

static enum err target_find(struct target *target, const char *port, struct why *why)
{
    const struct addrinfo wanted = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
    struct addrinfo *found = NULL;
    const int result = getaddrinfo(target->host, port, &wanted, &found);

    if (result != 0)
        return why_say(why, ERR_NOT_FOUND, "%s: %s", target->authority, gai_strerror(result));
    memcpy(&target->address, found->ai_addr, found->ai_addrlen);
    target->address_size = found->ai_addrlen;
    freeaddrinfo(found);
    return OK;
}

static enum err target_secure(struct target *target, const struct client *client, struct why *why)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    target->context = context;
    if (context == NULL)
        return ERR_MEMORY;
    if (SSL_CTX_load_verify_locations(context, client->ca, NULL) != 1)
        return why_say(why, ERR_CERTIFICATE, "%s: holds no certificate", client->ca);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    (void)SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    (void)SSL_CTX_set_mode(context,
                           SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
        return ERR_TLS;
    return tls_context_identify(context, client->cert, client->key, why);
}

enum err target_open(const char *url, const struct client *client, struct why *why,
                     struct target *ret_target)
{
    struct target target AUTO(target_close) = { 0 };
    char port[8];

    if (!url_split(url, &target, port))
        return why_say(why, ERR_CONFIG, "the URL must be https://HOST:PORT");
    TRY(target_find(&target, port, why));
    TRY(target_secure(&target, client, why));
    *ret_target = target;
    target.context = NULL;
    return OK;
}

void target_close(struct target *target)
{
    SSL_CTX_free(target->context);
    target->context = NULL;
    ERR_clear_error();
}

int target_connect(const struct target *target)
{
    const int on = 1;
    const int fd = socket(target->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    (void)connect(fd, (const struct sockaddr *)&target->address, target->address_size);
    return fd;
}

/* An address must stand in the certificate as one; a name is also sent (RFC 6066, section 3). */
static bool tls_expect(SSL *ssl, const char *host)
{
    struct in6_addr address;

    if (inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

struct ssl_st *target_tls(const struct target *target, int fd)
{
    SSL *ssl = SSL_new(target->context);

    if (ssl != NULL && SSL_set_fd(ssl, fd) == 1 && tls_expect(ssl, target->host)) {
        SSL_set_connect_state(ssl);
        return ssl;
    }
    SSL_free(ssl);
    return NULL;
}
