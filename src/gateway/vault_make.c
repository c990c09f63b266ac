#include "gateway/vault_make.h"

#include <unistd.h>

#include "base/clock.h"
#include "gateway/server_parts.h"

static enum err make_folder(const char *path, struct why *why)
{
    enum err err = folder_make(path, 0700);

    return err == OK || err == ERR_EXISTS
               ? OK
               : why_say(why, err, "%s: the folder cannot be made: %s", path, err_text(err));
}

static enum err make_keyring(const struct config *config, struct why *why)
{
    struct root_key root AUTO(root_key_wipe) = { 0 };
    char path[PATH_SIZE];

    if (access(config->gateway.root_key, F_OK) != 0)
        TRY(root_key_make(config->gateway.root_key, why));
    TRY(root_key_load(config->gateway.root_key, &root, why));
    TRY(path_join(config->gateway.vault, "keyring", path, sizeof(path)));
    return keyring_create(path, &root, clock_wall_ms(), why);
}

static enum err make_with_keyring(const struct config *config, struct keyring *keyring,
                                  struct why *why)
{
    const struct vault_options options = vault_options_of(config, keyring);

    TRY(tenants_ensure(config, keyring, why));
    return vault_create(&options, why);
}

enum err vault_make(const struct config *config, struct why *why)
{
    struct keyring *keyring = NULL;
    enum err err;

    TRY(make_folder(config->gateway.vault, why));
    if (config->gateway.journal_dir[0] != '\0')
        TRY(make_folder(config->gateway.journal_dir, why));
    TRY(make_keyring(config, why));
    TRY(keyring_of_config(config, &keyring, why));
    err = make_with_keyring(config, keyring, why);
    keyring_free(keyring);
    return err;
}
