/*
 * The clients of the configuration in force, as the workers share them.
 *
 * shared_clients is counted across threads; a directory is one worker's view of it, counted by
 * the exchanges that began under it, so that a reload never pulls a principal away from a request.
 */
#ifndef PANGATE_GATEWAY_DIRECTORY_H
#define PANGATE_GATEWAY_DIRECTORY_H

#include "gateway/config.h"
#include "keys/keyring.h"
#include "service/clients.h"

struct shared_clients;

/* Every tenant must be in the file (ERR_CONFIG) and in the keyring (ERR_NOT_FOUND). ERR_EXISTS for
 * two clients with one identity. */
enum err shared_clients_new(const struct config *config, const struct keyring *keyring,
                            struct why *why, struct shared_clients **ret_shared);
struct shared_clients *shared_clients_hold(struct shared_clients *shared);
void shared_clients_release(struct shared_clients *shared); /* accepts NULL */

/* Before a worker is told: what each client has used up stays used up. */
void shared_clients_inherit(struct shared_clients *shared, const struct shared_clients *before);
const struct clients *shared_clients_table(const struct shared_clients *shared);

struct directory {
    struct shared_clients *shared;
    unsigned users;
};

/* Holds `shared`, with one user: the maker. NULL: no memory. */
struct directory *directory_new(struct shared_clients *shared);
struct directory *directory_hold(struct directory *directory);
void directory_release(struct directory *directory); /* accepts NULL */

#endif
