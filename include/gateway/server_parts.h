/*
 * Opening what a server is made of, each with a sentence for when it fails.
 */
#ifndef PANGATE_GATEWAY_SERVER_PARTS_H
#define PANGATE_GATEWAY_SERVER_PARTS_H

#include "gateway/server.h"

/* Root key, keyring (with keys for tenants that are new in the configuration), vault. */
enum err server_open_vault(struct server *server, struct why *why);

/* The keyring and the vault's options of a configuration; for commands that serve nothing, too. */
enum err keyring_of_config(const struct config *config, struct keyring **ret_keyring,
                           struct why *why);
struct vault_options vault_options_of(const struct config *config, struct keyring *keyring);

/* Enter that each key from this id on was made; and that a root key opened them all. */
void keys_enter_made(struct server *server, uint32_t first);
void keys_enter_opened(struct server *server);

/* Give every tenant of the configuration its keys. */
enum err tenants_ensure(const struct config *config, struct keyring *keyring, struct why *why);

/* Hold the clients of the configuration that the vault knows to be in quarantine. */
enum err clients_recall(struct server *server, const struct config *config, struct why *why);

/* One tls_server per listener; `before` as tls_server_new() wants it, or NULLs. On failure none
 * is held. */
enum err tls_servers_open(const struct config *config,
                          struct tls_server *const before[CONFIG_LISTENERS_MAX],
                          struct tls_server *ret_tls[CONFIG_LISTENERS_MAX], struct why *why);

/* Bind the listeners: all that needs rights. What is not handed over is closed again. */
enum err server_open_sockets(struct server *server, struct why *why);
void server_close_sockets(struct server *server);

/* Certificates, and the workers, not yet started. */
enum err server_open_workers(struct server *server, struct why *why);

/* Become the configured user, if there is one and we are root. What was said against core dumps and
 * readers of our memory stays said. */
enum err server_drop_rights(const struct config *config, struct why *why);

#endif
