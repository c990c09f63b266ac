#include "test.h"

#include "service/clients.h"

static struct principal row(const char *name, const char *identity)
{
    struct principal principal = { .tenant = 1, .rights = RIGHT_TOKENIZE };

    (void)snprintf(principal.name, sizeof(principal.name), "%s", name);
    (void)snprintf(principal.identity, sizeof(principal.identity), "%s", identity);
    return principal;
}

static void each_identity_finds_its_client(void **state)
{
    enum { COUNT = 200 };
    struct principal *rows = calloc(COUNT, sizeof(rows[0]));
    struct clients *clients = NULL;
    char name[32], identity[64];
    (void)state;

    assert_non_null(rows);
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(name, sizeof(name), "client-%d", i);
        (void)snprintf(identity, sizeof(identity), "URI:urn:%d", i * 7919 % 1000);
        rows[i] = row(name, identity);
        rows[i].tenant = (uint32_t)i;
    }
    assert_err(OK, clients_new(rows, COUNT, &clients));
    for (int i = 0; i < COUNT; i++) {
        const struct principal *found = clients_find(clients, rows[i].identity);
        assert_non_null(found);
        assert_string_equal(rows[i].name, found->name);
        assert_int_equal(i, found->tenant);
    }
    clients_free(clients);
    free(rows);
}

static void an_identity_matches_exactly_or_not_at_all(void **state)
{
    const struct principal rows[] = { row("shop", "DNS:shop.example") };
    static const char *const others[] = { "",
                                          "DNS:",
                                          "DNS:shop.exampl",
                                          "DNS:shop.example.",
                                          "DNS:SHOP.example",
                                          "URI:shop.example",
                                          "shop.example",
                                          "shop",
                                          "DNS:*.example" };
    struct clients *clients = NULL;
    (void)state;

    assert_err(OK, clients_new(rows, 1, &clients));
    assert_non_null(clients_find(clients, "DNS:shop.example"));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_null(clients_find(clients, others[i]));
    clients_free(clients);
}

static void an_empty_table_knows_nobody(void **state)
{
    struct clients *clients = NULL;
    (void)state;

    assert_err(OK, clients_new(NULL, 0, &clients));
    assert_null(clients_find(clients, "URI:urn:1"));
    clients_free(clients);
    clients_free(NULL);
}

static void two_of_one_identity_or_one_name_are_refused(void **state)
{
    const struct principal same_identity[] = { row("a", "URI:1"), row("b", "URI:2"),
                                               row("c", "URI:1") };
    const struct principal same_name[] = { row("a", "URI:1"), row("b", "URI:2"),
                                           row("a", "URI:3") };
    struct clients *clients = NULL;
    (void)state;

    assert_err(ERR_EXISTS, clients_new(same_identity, 3, &clients));
    assert_err(ERR_EXISTS, clients_new(same_name, 3, &clients));
    assert_null(clients);
}

static void each_client_has_a_rate_of_its_own(void **state)
{
    struct principal rows[] = { row("slow", "URI:1"), row("fast", "URI:2"), row("free", "URI:3") };
    struct clients *clients = NULL;
    const struct principal *slow, *fast, *free_one;
    uint32_t retry_s;
    (void)state;

    rows[0].limits.rate_per_second = 1;
    rows[1].limits.rate_per_second = 2;
    assert_err(OK, clients_new(rows, 3, &clients));
    slow = clients_find(clients, "URI:1");
    fast = clients_find(clients, "URI:2");
    free_one = clients_find(clients, "URI:3");
    assert_err(OK, rate_take(&slow->standing->rate, 1, 1, &retry_s));
    assert_err(ERR_RATE, rate_take(&slow->standing->rate, 1, 1, &retry_s));
    assert_err(OK, rate_take(&fast->standing->rate, 1, 1, &retry_s));
    assert_err(OK, rate_take(&fast->standing->rate, 1, 1, &retry_s));
    assert_err(ERR_RATE, rate_take(&fast->standing->rate, 1, 1, &retry_s));
    for (int i = 0; i < 100; i++)
        assert_err(OK, rate_take(&free_one->standing->rate, 1, 1, &retry_s));
    clients_free(clients);
}

static void who_stays_keeps_what_it_has_used_under_the_limits_in_force(void **state)
{
    struct principal rows[] = { row("stays", "URI:1"), row("goes", "URI:2") };
    struct principal after[] = { row("comes", "URI:2"), row("stays", "URI:3") };
    struct clients *before = NULL, *clients = NULL;
    const struct principal *stays;
    struct velocity_verdict verdict;
    uint32_t retry_s;
    (void)state;

    rows[0].limits = rows[1].limits = (struct standing_limits){ 1, 5, 0, 0 };
    after[0].limits = (struct standing_limits){ 1, 5, 0, 0 };
    after[1].limits = (struct standing_limits){ 1, 10, 0, 0 };
    assert_err(OK, clients_new(rows, 2, &before));
    for (int i = 1; i <= 2; i++) {
        stays = clients_find(before, i == 1 ? "URI:1" : "URI:2");
        assert_err(OK, rate_take(&stays->standing->rate, 1, 1, &retry_s));
        assert_err(OK, velocity_take(&stays->standing->velocity, 1, 5, &verdict));
    }
    assert_err(OK, clients_new(after, 2, &clients));
    clients_inherit(clients, before);
    clients_free(before);
    stays = clients_find(clients, "URI:3");
    assert_err(ERR_RATE, rate_take(&stays->standing->rate, 1, 1, &retry_s));
    assert_err(ERR_RATE, velocity_take(&stays->standing->velocity, 1, 6, &verdict));
    stays = clients_find(clients, "URI:2");
    assert_err(OK, rate_take(&stays->standing->rate, 1, 1, &retry_s));
    assert_err(OK, velocity_take(&stays->standing->velocity, 1, 5, &verdict));
    clients_free(clients);
}

static void a_client_may_what_its_section_names_and_nothing_else(void **state)
{
    static const enum right rights[] = { RIGHT_TOKENIZE, RIGHT_INSPECT,    RIGHT_UPDATE,
                                         RIGHT_ERASE,    RIGHT_DETOKENIZE, RIGHT_ADMIN };
    (void)state;

    for (unsigned held = 0; held < 1 << 6; held++) {
        struct principal principal = { .rights = held };
        assert_true(principal_may(&principal, RIGHT_NONE));
        for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++)
            assert_int_equal((held & rights[i]) != 0, principal_may(&principal, rights[i]));
    }
}

static void forwarding_goes_to_named_routes_only(void **state)
{
    struct principal principal = { .route_count = 2, .routes = { "psp", "bank" } };
    (void)state;

    assert_true(principal_may_forward(&principal, "psp"));
    assert_true(principal_may_forward(&principal, "bank"));
    assert_false(principal_may_forward(&principal, "ps"));
    assert_false(principal_may_forward(&principal, "psp2"));
    assert_false(principal_may_forward(&principal, ""));
    principal.rights = RIGHT_FORWARD_ANY;
    assert_true(principal_may_forward(&principal, "anything"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_identity_finds_its_client),
        cmocka_unit_test(an_identity_matches_exactly_or_not_at_all),
        cmocka_unit_test(an_empty_table_knows_nobody),
        cmocka_unit_test(two_of_one_identity_or_one_name_are_refused),
        cmocka_unit_test(each_client_has_a_rate_of_its_own),
        cmocka_unit_test(who_stays_keeps_what_it_has_used_under_the_limits_in_force),
        cmocka_unit_test(a_client_may_what_its_section_names_and_nothing_else),
        cmocka_unit_test(forwarding_goes_to_named_routes_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
