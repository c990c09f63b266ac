#include "gateway/booth.h"

static void each_client_is_taken_over_with_its_tenants_number(void **state)
{
    struct booth *booth = *state;
    const struct principal *shop =
        clients_find(shared_clients_table(booth->shared), "URI:urn:test:shop");

    assert_non_null(shop);
    assert_string_equal("shop", shop->name);
    assert_string_equal("shop", shop->tenant_name);
    assert_int_equal(1, shop->tenant);
    assert_int_equal(0xFF, shop->rights);
    assert_int_equal(booth->tenant.idempotency_keep_ms, shop->idempotency_keep_ms);
}

static void routes_and_rates_are_taken_over(void **state)
{
    struct booth *booth = *state;
    struct config_client client = booth->clients[1];
    struct config config = booth->config;
    struct shared_clients *shared = NULL;
    const struct principal *principal;
    struct why why = { 0 };

    client.forward = (struct config_words){ 2, { "psp", "bank" } };
    client.rate_per_second = 1;
    config.clients = &client;
    config.client_count = 1;
    assert_err(OK, shared_clients_new(&config, booth->world.keyring, &why, &shared));
    principal = clients_find(shared_clients_table(shared), "URI:urn:test:clerk");
    assert_true(principal_may_forward(principal, "psp"));
    assert_true(principal_may_forward(principal, "bank"));
    assert_false(principal_may_forward(principal, "other"));
    assert_int_equal(1, principal->limits.rate_per_second);
    shared_clients_release(shared);
}

static void what_does_not_fit_together_is_refused_with_a_sentence(void **state)
{
    struct booth *booth = *state;
    struct config_client clients[2] = { booth->clients[0], booth->clients[0] };
    struct config config = booth->config;
    struct shared_clients *shared = NULL;
    struct why twice = { 0 }, tenant = { 0 }, keys = { 0 };
    struct config_tenant stranger = { .name = "stranger" };

    config.clients = clients;
    assert_err(ERR_EXISTS, shared_clients_new(&config, booth->world.keyring, &twice, &shared));
    assert_true(twice.text[0] != '\0');
    config.client_count = 1;
    config.tenant_count = 0;
    assert_err(ERR_CONFIG, shared_clients_new(&config, booth->world.keyring, &tenant, &shared));
    config.tenant_count = 1;
    config.tenants = &stranger; /* in the file, but without keys */
    (void)snprintf(clients[0].tenant, sizeof(clients[0].tenant), "stranger");
    assert_err(ERR_NOT_FOUND, shared_clients_new(&config, booth->world.keyring, &keys, &shared));
    assert_null(shared);
}

static void a_table_lives_as_long_as_its_last_user(void **state)
{
    struct booth *booth = *state;
    struct shared_clients *shared = NULL;
    struct directory *directory, *again;
    struct why why = { 0 };

    assert_err(OK, shared_clients_new(&booth->config, booth->world.keyring, &why, &shared));
    directory = directory_new(shared);
    shared_clients_release(shared);
    again = directory_hold(directory);
    directory_release(directory);
    assert_non_null(clients_find(shared_clients_table(again->shared), "URI:urn:test:shop"));
    directory_release(again);
    directory_release(NULL);
    shared_clients_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_client_is_taken_over_with_its_tenants_number),
        cmocka_unit_test(routes_and_rates_are_taken_over),
        cmocka_unit_test(what_does_not_fit_together_is_refused_with_a_sentence),
        cmocka_unit_test(a_table_lives_as_long_as_its_last_user),
    };

    return cmocka_run_group_tests(tests, booth_setup, booth_teardown);
}
