#include "bench/offline.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/directory.h"
#include "gateway/server_parts.h"

static enum err load_config(const char *path, struct why *why, struct config **ret_config)
{
    struct config_mistakes *mistakes = calloc(1, sizeof(*mistakes));
    enum err err = mistakes == NULL ? ERR_MEMORY : config_load(path, ret_config, mistakes);

    if (err != OK)
        err = why_say(why, err, "%s", mistakes == NULL ? err_text(err) : mistakes->text[0]);
    free(mistakes);
    return err;
}

static enum err find_client(struct offline *offline, const char *name, struct why *why)
{
    const struct clients *table = shared_clients_table(offline->clients);

    for (size_t i = 0; i < offline->config->client_count; i++) {
        const struct config_client *client = &offline->config->clients[i];
        const struct principal *principal = clients_find(table, client->identity);

        if (!principal_may(principal, RIGHT_TOKENIZE) ||
            (name != NULL && strcmp(name, client->name) != 0))
            continue;
        offline->principal = principal;
        return OK;
    }
    return why_say(why, ERR_NOT_FOUND, "%s: there is no client %s%sthat may tokenize",
                   offline->config->path, name == NULL ? "" : name, name == NULL ? "" : " ");
}

static enum err open_parts(struct offline *offline, const char *path, struct why *why)
{
    struct vault_options options;

    TRY(load_config(path, why, &offline->config));
    TRY(keyring_of_config(offline->config, &offline->keyring, why));
    TRY(tenants_ensure(offline->config, offline->keyring, why));
    options = vault_options_of(offline->config, offline->keyring);
    TRY(vault_open(&options, &offline->vault, why));
    return shared_clients_new(offline->config, offline->keyring, why, &offline->clients);
}

enum err offline_open(const char *path, const char *client, struct why *why,
                      struct offline *ret_offline)
{
    struct offline offline AUTO(offline_close) = { 0 };

    TRY(open_parts(&offline, path, why));
    TRY(find_client(&offline, client, why));
    *ret_offline = offline;
    offline = (struct offline){ 0 };
    return OK;
}

void offline_close(struct offline *offline)
{
    if (offline->vault != NULL)
        vault_close(offline->vault);
    shared_clients_release(offline->clients);
    if (offline->keyring != NULL)
        keyring_free(offline->keyring);
    config_free(offline->config);
    *offline = (struct offline){ 0 };
}
