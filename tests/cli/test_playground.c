#include "test.h"

#include <string.h>
#include <sys/stat.h>

#include "cli/playground.h"
#include "gateway/config.h"
#include "gateway/server_parts.h"

static struct config *config_of(const char *folder)
{
    struct config_mistakes *mistakes = calloc(1, sizeof(*mistakes));
    struct config *config = NULL;
    char path[PATH_SIZE];

    assert_non_null(mistakes);
    assert_err(OK, path_join(folder, "pangate.conf", path, sizeof(path)));
    if (config_load(path, &config, mistakes) != OK)
        print_error("%s\n", mistakes->text[0]);
    free(mistakes);
    assert_non_null(config);
    return config;
}

static const struct config_client *client_of(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->client_count; i++) {
        if (strcmp(config->clients[i].name, name) == 0)
            return &config->clients[i];
    }
    fail_msg("there is no client %s", name);
    return NULL;
}

static void assert_rights(const struct config *config, const char *name, const char *tenant,
                          unsigned rights)
{
    const struct config_client *client = client_of(config, name);
    char identity[128];

    (void)snprintf(identity, sizeof(identity), "URI:urn:pangate:client:%s", name);
    assert_string_equal(identity, client->identity);
    assert_string_equal(tenant, client->tenant);
    assert_int_equal(rights, client->rights);
}

static void a_playground_has_the_clients_of_the_manual(void **state)
{
    const unsigned shop =
        RIGHT_TOKENIZE | RIGHT_INSPECT | RIGHT_UPDATE | RIGHT_ERASE | RIGHT_FORWARD_ANY;
    struct temp temp AUTO(temp_done) = temp_new();
    struct temp_path folder = temp_file(&temp, "play");
    struct config *config;
    struct why why = { 0 };
    (void)state;

    assert_err(OK, playground_make(folder.text, 12345, &why));
    config = config_of(folder.text);
    assert_string_equal("127.0.0.1:12345", config->listeners[0].address);
    assert_int_equal(5, config->client_count);
    assert_rights(config, "shop", "shop", shop);
    assert_rights(config, "shop2", "shop2", shop);
    assert_rights(config, "back-office", "shop", RIGHT_DETOKENIZE | RIGHT_INSPECT);
    assert_rights(config, "pos-001", "shop", RIGHT_TOKENIZE | RIGHT_FORWARD_ANY);
    assert_rights(config, "officer", "shop", RIGHT_ADMIN);
    config_free(config);
}

static void its_vault_opens(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct temp_path folder = temp_file(&temp, "play");
    struct keyring *keyring = NULL;
    struct vault *vault = NULL;
    struct vault_options options;
    struct config *config;
    struct why why = { 0 };
    (void)state;

    assert_err(OK, playground_make(folder.text, PLAYGROUND_PORT, &why));
    config = config_of(folder.text);
    assert_err(OK, keyring_of_config(config, &keyring, &why));
    options = vault_options_of(config, keyring);
    assert_err(OK, vault_open(&options, &vault, &why));
    vault_close(vault);
    keyring_free(keyring);
    config_free(config);
}

static void only_its_owner_sees_it(void **state)
{
    static const char *const names[] = { "", "certs", "vault", "root.key", "certs/shop.key" };
    struct temp temp AUTO(temp_done) = temp_new();
    struct temp_path folder = temp_file(&temp, "play");
    struct why why = { 0 };
    char path[PATH_SIZE];
    struct stat status;
    (void)state;

    assert_err(OK, playground_make(folder.text, PLAYGROUND_PORT, &why));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_err(OK, path_join(folder.text, names[i], path, sizeof(path)));
        assert_int_equal(0, stat(path, &status));
        assert_int_equal(0, status.st_mode & 0077);
    }
}

static void a_folder_that_exists_is_refused_and_left_alone(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct why why = { 0 };
    (void)state;

    assert_err(ERR_EXISTS, playground_make(temp.path, PLAYGROUND_PORT, &why));
    assert_non_null(strstr(why.text, "is there already; nothing was changed"));
    assert_int_equal(0, rmdir(temp.path)); /* still empty */
}

static void a_folder_that_cannot_be_made_is_named(void **state)
{
    struct why why = { 0 };
    (void)state;

    assert_err(ERR_NOT_FOUND, playground_make("/nowhere/at/all", PLAYGROUND_PORT, &why));
    assert_non_null(strstr(why.text, "/nowhere/at/all: the folder cannot be made"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_playground_has_the_clients_of_the_manual),
        cmocka_unit_test(its_vault_opens),
        cmocka_unit_test(only_its_owner_sees_it),
        cmocka_unit_test(a_folder_that_exists_is_refused_and_left_alone),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
