#include "service/worker.h"

static enum err open_parts(struct service_worker *worker)
{
    TRY(vault_reader_new(worker->vault, &worker->reader));
    TRY(vault_log_reader(worker->vault, &worker->log));
    TRY(key_user_new(worker->keyring, &worker->keys));
    return refusals_new(worker->vault, &worker->refusals);
}

enum err service_worker_init(struct vault *vault, struct keyring *keyring,
                             struct service_worker *ret_worker)
{
    struct service_worker worker = { .vault = vault, .keyring = keyring };
    enum err err = open_parts(&worker);

    if (err != OK)
        service_worker_done(&worker);
    else
        *ret_worker = worker;
    return err;
}

void service_worker_done(struct service_worker *worker)
{
    if (worker->refusals != NULL)
        refusals_free(worker->refusals);
    if (worker->keys != NULL)
        key_user_free(worker->keys);
    audit_reader_free(worker->log);
    if (worker->reader != NULL)
        vault_reader_free(worker->reader);
    *worker = (struct service_worker){ 0 };
}
