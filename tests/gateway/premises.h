/*
 * A server put together by hand: a vault, one worker without its thread, one listener with
 * certificates that were just made. Nothing listens.
 */
#ifndef PANGATE_TESTS_GATEWAY_PREMISES_H
#define PANGATE_TESTS_GATEWAY_PREMISES_H

#include "gateway/booth.h"

#include "gateway/server_parts.h"
#include "net/certificate_make.h"
#include "net/tls_server.h"

enum { PREMISES_DAY_MS = 24 * 3600 * 1000 };

struct premises {
    struct booth *booth;
    struct config_listener listener;
    struct config config; /* of the booth, and the listener */
    struct routes no_routes;
    struct server server;
};

/* NAME.pem and NAME.key in the folder. */
static inline struct certificate *premises_certificate(const struct temp *temp, const char *name,
                                                       struct certificate_options options)
{
    struct certificate *certificate = NULL;
    char file[64];

    options.common_name = name;
    options.not_before_ms = clock_wall_ms() - PREMISES_DAY_MS;
    options.not_after_ms = clock_wall_ms() + PREMISES_DAY_MS;
    assert_err(OK, certificate_make(&options, &certificate));
    (void)snprintf(file, sizeof(file), "%s.pem", name);
    assert_err(OK, certificate_write(certificate, temp_file(temp, file).text));
    (void)snprintf(file, sizeof(file), "%s.key", name);
    assert_err(OK, certificate_write_key(certificate, temp_file(temp, file).text));
    return certificate;
}

static inline void premises_listener(struct premises *premises)
{
    struct config_listener *listener = &premises->listener;
    const struct temp *temp = &premises->booth->world.temp;
    struct certificate *ca =
        premises_certificate(temp, "ca", (struct certificate_options){ .kind = CERTIFICATE_CA });
    const struct certificate_options server = { .kind = CERTIFICATE_SERVER,
                                                .names = "DNS:localhost",
                                                .issuer = ca };

    certificate_free(premises_certificate(temp, "server", server));
    certificate_free(ca);
    (void)snprintf(listener->name, sizeof(listener->name), "main");
    (void)snprintf(listener->address, sizeof(listener->address), "127.0.0.1:0");
    (void)snprintf(listener->certificate, PATH_SIZE, "%s", temp_file(temp, "server.pem").text);
    (void)snprintf(listener->key, PATH_SIZE, "%s", temp_file(temp, "server.key").text);
    (void)snprintf(listener->client_ca, PATH_SIZE, "%s", temp_file(temp, "ca.pem").text);
}

static inline int premises_setup(void **state)
{
    struct premises *premises = calloc(1, sizeof(*premises));
    struct tls_server *none[CONFIG_LISTENERS_MAX] = { 0 };
    struct server *server = &premises->server;
    struct why why = { 0 };
    void *booth = NULL;

    assert_int_equal(0, booth_setup(&booth));
    premises->booth = booth;
    premises_listener(premises);
    premises->config = premises->booth->config;
    premises->config.listener_count = 1;
    premises->config.listeners = &premises->listener;
    server->config = &premises->config;
    server->keyring = premises->booth->world.keyring;
    server->vault = premises->booth->world.vault;
    server->quarantine = premises->booth->worker.quarantine;
    server->worker_count = 1;
    server->routes = &premises->no_routes;
    server->workers[0] = &premises->booth->worker;
    server->started_ms = clock_wall_ms();
    assert_err(OK, tls_servers_open(&premises->config, none, server->tls, &why));
    *state = premises;
    return 0;
}

static inline int premises_teardown(void **state)
{
    struct premises *premises = *state;
    void *booth = premises->booth;

    tls_server_release(premises->server.tls[0]);
    assert_int_equal(0, booth_teardown(&booth));
    free(premises);
    return 0;
}

#endif
