#include "test.h"

#include <string.h>
#include <sys/stat.h>

#include "gateway/server_parts.h"
#include "gateway/vault_make.h"

/* A configuration for a vault in a folder of its own; nothing is made yet. */
struct plan {
    struct temp temp;
    struct config_tenant tenants[2];
    struct config config;
};

static struct plan *plan_new(void)
{
    struct plan *plan = calloc(1, sizeof(*plan));
    struct config_gateway *gateway;

    assert_non_null(plan);
    plan->temp = temp_new();
    gateway = &plan->config.gateway;
    (void)snprintf(gateway->vault, PATH_SIZE, "%s", temp_file(&plan->temp, "vault").text);
    (void)snprintf(gateway->root_key, PATH_SIZE, "%s", temp_file(&plan->temp, "root.key").text);
    gateway->journal_size = 16 << 20;
    gateway->vault_size_max = 256 << 20;
    (void)snprintf(plan->tenants[0].name, CONFIG_NAME_SIZE, "shop");
    (void)snprintf(plan->tenants[1].name, CONFIG_NAME_SIZE, "other");
    plan->config.tenants = plan->tenants;
    plan->config.tenant_count = 2;
    return plan;
}

static void plan_free(struct plan **plan)
{
    temp_done(&(*plan)->temp);
    free(*plan);
}

static void assert_vault_opens(const struct config *config)
{
    struct keyring *keyring = NULL;
    struct vault *vault = NULL;
    struct vault_options options;
    struct why why = { 0 };
    uint32_t number;

    assert_err(OK, keyring_of_config(config, &keyring, &why));
    assert_err(OK, keyring_tenant(keyring, bytes_lit("shop"), &number));
    assert_err(OK, keyring_tenant(keyring, bytes_lit("other"), &number));
    options = vault_options_of(config, keyring);
    assert_err(OK, vault_open(&options, &vault, &why));
    vault_close(vault);
    keyring_free(keyring);
}

static void a_new_vault_opens_and_has_keys_for_its_tenants(void **state)
{
    struct plan *plan AUTO(plan_free) = plan_new();
    struct stat status;
    struct why why = { 0 };
    (void)state;

    assert_err(OK, vault_make(&plan->config, &why));
    assert_vault_opens(&plan->config);
    assert_int_equal(0, stat(plan->config.gateway.root_key, &status));
    assert_int_equal(0600, status.st_mode & 07777);
    assert_int_equal(0, stat(plan->config.gateway.vault, &status));
    assert_int_equal(0700, status.st_mode & 07777);
}

static void a_vault_is_never_made_over_another(void **state)
{
    struct plan *plan AUTO(plan_free) = plan_new();
    struct why first = { 0 }, second = { 0 };
    (void)state;

    assert_err(OK, vault_make(&plan->config, &first));
    assert_err(ERR_EXISTS, vault_make(&plan->config, &second));
    assert_true(second.text[0] != '\0');
    assert_vault_opens(&plan->config);
}

static void a_root_key_that_is_there_is_used(void **state)
{
    struct plan *plan AUTO(plan_free) = plan_new();
    struct buf before AUTO(buf_done) = { 0 }, after AUTO(buf_done) = { 0 };
    struct why why = { 0 };
    (void)state;

    buf_init(&before, 4096);
    buf_init(&after, 4096);
    assert_err(OK, root_key_make(plan->config.gateway.root_key, &why));
    assert_err(OK, file_read(plan->config.gateway.root_key, &before));
    assert_err(OK, vault_make(&plan->config, &why));
    assert_err(OK, file_read(plan->config.gateway.root_key, &after));
    assert_bytes(buf_bytes(&before), buf_bytes(&after));
    assert_vault_opens(&plan->config);
}

static void a_journal_may_have_a_folder_of_its_own(void **state)
{
    struct plan *plan AUTO(plan_free) = plan_new();
    struct temp_path journal = temp_file(&plan->temp, "journal");
    struct why why = { 0 };
    (void)state;

    (void)snprintf(plan->config.gateway.journal_dir, PATH_SIZE, "%s", journal.text);
    assert_err(OK, vault_make(&plan->config, &why));
    assert_int_equal(0, access(journal.text, F_OK));
    assert_true(access(temp_file(&plan->temp, "vault/journal").text, F_OK) != 0);
    assert_vault_opens(&plan->config);
}

static void a_folder_that_cannot_be_made_is_named(void **state)
{
    struct plan *plan AUTO(plan_free) = plan_new();
    struct why why = { 0 };
    (void)state;

    (void)snprintf(plan->config.gateway.vault, PATH_SIZE, "%s",
                   temp_file(&plan->temp, "no/such/place").text);
    assert_err(ERR_NOT_FOUND, vault_make(&plan->config, &why));
    assert_non_null(strstr(why.text, "no/such/place"));
    assert_true(access(plan->config.gateway.root_key, F_OK) != 0); /* nothing was begun */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_vault_opens_and_has_keys_for_its_tenants),
        cmocka_unit_test(a_vault_is_never_made_over_another),
        cmocka_unit_test(a_root_key_that_is_there_is_used),
        cmocka_unit_test(a_journal_may_have_a_folder_of_its_own),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
