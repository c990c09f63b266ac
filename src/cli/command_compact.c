#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "cli/command.h"
#include "cli/config_argument.h"
#include "gateway/server_parts.h"

static uint64_t vault_bytes(const struct config *config)
{
    char path[PATH_SIZE];
    struct stat file;

    if (path_join(config->gateway.vault, "vault.mdb", path, sizeof(path)) != OK ||
        stat(path, &file) != 0)
        return 0;
    return (uint64_t)file.st_size;
}

static enum err compact(const struct config *config, struct why *why)
{
    struct keyring *keyring = NULL;
    struct vault_options options;
    enum err err;

    TRY(keyring_of_config(config, &keyring, why));
    options = vault_options_of(config, keyring);
    err = vault_compact(&options, why);
    keyring_free(keyring);
    return err;
}

static int run(int argc, char **argv)
{
    const char *path = NULL;
    const struct argp_child children[] = { { &config_argument, 0, NULL, 0 }, { 0 } };
    const struct argp parser = {
        .doc = "Rewrite the vault's file with full pages and none that is free, while no gateway "
               "runs.\v"
               "Needs as much room on the disk as the cards take. The new file takes the place of "
               "the old one only once it is whole and on disk.",
        .children = children,
    };
    struct config *config;
    struct why why = { 0 };
    uint64_t before;
    enum err err;

    (void)argp_parse(&parser, argc, argv, 0, NULL, &path);
    config = config_of_argument(path);
    if (config == NULL)
        return EXIT_REFUSED;
    before = vault_bytes(config);
    err = compact(config, &why);
    if (err == OK)
        (void)printf("vault.mdb had %" PRIu64 " bytes and has %" PRIu64 "\n", before,
                     vault_bytes(config));
    config_free(config);
    return err == OK ? EXIT_DONE : say_why(err, &why);
}

const struct command compact_command = { "compact", "shrink the vault's file, offline", run };
