/*
 * What one thread needs to serve: the vault, a way to read it, keys in use. Not shared.
 */
#ifndef PANGATE_SERVICE_WORKER_H
#define PANGATE_SERVICE_WORKER_H

#include "keys/key_user.h"
#include "service/cvc_box.h"
#include "service/refusals.h"
#include "vault/vault.h"

struct caller;

/* Hears of each use of a canary, on the thread that serves it. */
struct canary_watch {
    void (*used)(void *owner, const struct caller *caller, const struct token *token,
                 bool quarantines);
    void *owner;
};

struct service_worker {
    struct vault *vault;     /* lent */
    struct keyring *keyring; /* lent */
    struct vault_reader *reader;
    struct audit_reader *log; /* its files */
    struct key_user *keys;
    struct refusals *refusals;
    struct cvc_box *cvcs;         /* lent, shared by all threads; NULL: no security code is held */
    struct canary_watch canaries; /* zeroes: nobody hears */
};

enum err service_worker_init(struct vault *vault, struct keyring *keyring,
                             struct service_worker *ret_worker);
void service_worker_done(struct service_worker *worker);

#endif
