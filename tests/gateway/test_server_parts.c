#include "gateway/premises.h"

#include <arpa/inet.h>
#include <sys/prctl.h>

/* A server with nothing but a configuration, on its heap since it is large. */
static struct server *empty_server(const struct config *config)
{
    struct server *server = calloc(1, sizeof(*server));

    assert_non_null(server);
    server->config = config;
    return server;
}

static void the_vaults_options_come_from_the_configuration(void **state)
{
    struct premises *premises = *state;
    struct config config = premises->config;
    struct vault_options options;

    (void)snprintf(config.gateway.vault, PATH_SIZE, "/v");
    config.gateway.journal_size = 1;
    config.gateway.vault_size_max = 2;
    config.gateway.expired_keep_ms = 3;
    options = vault_options_of(&config, premises->server.keyring);
    assert_string_equal("/v", options.folder);
    assert_null(options.journal_folder);
    assert_int_equal(1, options.journal_size);
    assert_int_equal(2, options.size_max);
    assert_int_equal(3, options.expired_keep_ms);
    assert_ptr_equal(premises->server.keyring, options.keyring);
    (void)snprintf(config.gateway.journal_dir, PATH_SIZE, "/j");
    options = vault_options_of(&config, premises->server.keyring);
    assert_string_equal("/j", options.journal_folder);
}

static void tenants_get_their_keys_once(void **state)
{
    struct premises *premises = *state;
    struct keyring *keyring = premises->server.keyring;
    struct config_tenant tenants[2] = { { .name = "shop" }, { .name = "third" } };
    struct config config = { .tenants = tenants, .tenant_count = 2 };
    uint32_t count = keyring_tenant_count(keyring), keys;
    struct why why = { 0 };

    assert_err(OK, tenants_ensure(&config, keyring, &why));
    assert_int_equal(count + 1, keyring_tenant_count(keyring));
    keys = keyring_key_count(keyring);
    assert_err(OK, tenants_ensure(&config, keyring, &why));
    assert_int_equal(keys, keyring_key_count(keyring));
}

static void a_keyring_that_cannot_be_opened_is_named(void **state)
{
    struct premises *premises = *state;
    const struct temp *temp = &premises->booth->world.temp;
    struct config config = premises->config;
    struct keyring *keyring = NULL;
    struct why no_root = { 0 }, no_keyring = { 0 };

    (void)snprintf(config.gateway.root_key, PATH_SIZE, "%s", temp_file(temp, "none.key").text);
    assert_err(ERR_NOT_FOUND, keyring_of_config(&config, &keyring, &no_root));
    assert_non_null(strstr(no_root.text, "none.key"));
    (void)snprintf(config.gateway.root_key, PATH_SIZE, "%s", temp_file(temp, "root.key").text);
    (void)snprintf(config.gateway.vault, PATH_SIZE, "%s", temp_file(temp, "nowhere").text);
    assert_err(ERR_NOT_FOUND, keyring_of_config(&config, &keyring, &no_keyring));
    assert_non_null(strstr(no_keyring.text, "nowhere/keyring"));
    assert_null(keyring);
}

static void of_listeners_with_one_bad_none_is_held(void **state)
{
    struct premises *premises = *state;
    struct tls_server *none[CONFIG_LISTENERS_MAX] = { 0 }, *made[CONFIG_LISTENERS_MAX] = { 0 };
    struct config_listener listeners[2] = { premises->listener, premises->listener };
    struct config config = premises->config;
    struct why why = { 0 };

    (void)snprintf(listeners[1].key, PATH_SIZE, "/nowhere.key");
    config.listeners = listeners;
    config.listener_count = 2;
    assert_true(tls_servers_open(&config, none, made, &why) != OK);
    assert_non_null(strstr(why.text, "/nowhere.key"));
    assert_null(made[0]);
}

static void each_worker_has_a_socket_for_each_listener(void **state)
{
    struct premises *premises = *state;
    struct config_listener listeners[2] = { premises->listener, premises->listener };
    struct config config = premises->config;
    struct server *server = empty_server(&config);
    struct why why = { 0 };

    (void)snprintf(listeners[1].address, CONFIG_TEXT_SIZE, "127.0.0.2:0");
    config.listeners = listeners;
    config.listener_count = 2;
    config.gateway.workers = 3;
    assert_err(OK, server_open_sockets(server, &why));
    assert_int_equal(3, server->sockets.workers);
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < 3; j++)
            assert_true(server->sockets.fds[i][j] >= 0);
    }
    server_close_sockets(server);
    assert_int_equal(-1, server->sockets.fds[1][2]);
    free(server);
}

static void without_a_number_there_is_a_worker_per_core(void **state)
{
    struct premises *premises = *state;
    struct server *server = empty_server(&premises->config);
    struct why why = { 0 };

    assert_err(OK, server_open_sockets(server, &why));
    assert_int_equal(sysconf(_SC_NPROCESSORS_ONLN), server->sockets.workers);
    server_close_sockets(server);
    free(server);
}

static void an_address_that_is_taken_is_named(void **state)
{
    struct premises *premises = *state;
    struct config_listener listener = premises->listener;
    struct config config = premises->config;
    struct server *server = empty_server(&config);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct why why = { 0 };

    assert_int_equal(0, bind(fd, (const struct sockaddr *)&address, sizeof(address)));
    assert_int_equal(0, listen(fd, 1));
    assert_int_equal(0, getsockname(fd, (struct sockaddr *)&address, &size));
    (void)snprintf(listener.address, CONFIG_TEXT_SIZE, "127.0.0.1:%u", ntohs(address.sin_port));
    config.listeners = &listener;
    assert_err(ERR_IN_USE, server_open_sockets(server, &why));
    assert_non_null(strstr(why.text, listener.address));
    server_close_sockets(server);
    (void)close(fd);
    free(server);
}

static void without_a_user_rights_stay_as_they_are(void **state)
{
    struct premises *premises = *state;
    struct why why = { 0 };

    assert_err(OK, server_drop_rights(&premises->config, &why));
}

static void a_user_that_is_not_there_is_refused(void **state)
{
    struct premises *premises = *state;
    struct config config = premises->config;
    struct why why = { 0 };

    (void)snprintf(config.gateway.user, CONFIG_NAME_SIZE, "no-such-user");
    assert_err(geteuid() == 0 ? ERR_CONFIG : OK, server_drop_rights(&config, &why));
}

static void become_nobody(void *config)
{
    struct why why = { 0 };

    _exit(server_drop_rights(config, &why) == OK && geteuid() != 0 && getegid() != 0 &&
                  setuid(0) != 0
              ? 0
              : 1);
}

/* In a process of its own, of which the user is nobody; it ends with 0 if all is well. */
static void assert_as_nobody(const struct premises *premises, void (*run)(void *config))
{
    struct config config = premises->config;
    int status;

    if (geteuid() != 0)
        skip();
    (void)snprintf(config.gateway.user, CONFIG_NAME_SIZE, "nobody");
    status = child_status(run, &config);
    assert_true(WIFEXITED(status));
    assert_int_equal(0, WEXITSTATUS(status));
}

static void root_becomes_the_user_for_good(void **state)
{
    assert_as_nobody(*state, become_nobody);
}

static void become_nobody_in_private(void *config)
{
    struct why why = { 0 };

    (void)prctl(PR_SET_DUMPABLE, 0);
    _exit(server_drop_rights(config, &why) == OK && prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1);
}

/* It can fail where fs.suid_dumpable is not 0, as on machines that collect core dumps. */
static void memory_that_was_private_stays_so_for_the_user(void **state)
{
    assert_as_nobody(*state, become_nobody_in_private);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vaults_options_come_from_the_configuration),
        cmocka_unit_test(tenants_get_their_keys_once),
        cmocka_unit_test(a_keyring_that_cannot_be_opened_is_named),
        cmocka_unit_test(of_listeners_with_one_bad_none_is_held),
        cmocka_unit_test(each_worker_has_a_socket_for_each_listener),
        cmocka_unit_test(without_a_number_there_is_a_worker_per_core),
        cmocka_unit_test(an_address_that_is_taken_is_named),
        cmocka_unit_test(without_a_user_rights_stay_as_they_are),
        cmocka_unit_test(a_user_that_is_not_there_is_refused),
        cmocka_unit_test(root_becomes_the_user_for_good),
        cmocka_unit_test(memory_that_was_private_stays_so_for_the_user),
    };

    return cmocka_run_group_tests(tests, premises_setup, premises_teardown);
}
