/*
 * What only the whole file shows. Line numbers count from CONFIG_HEAD, which has 9.
 */
#include "gateway/config_file.h"

#define CLIENT(name, identity)                                                                     \
    "[client " name "]\n"                                                                          \
    "identity = " identity "\n"                                                                    \
    "tenant = shop\n"
#define ROUTE "[route psp]\nurl = https://psp.example/\n"

static void a_missing_option_is_told_at_its_sections_line(void **state)
{
    assert_mistakes(*state,
                    "10: [client web] identity: is missing\n"
                    "10: [client web] tenant: is missing\n"
                    "12: [route psp] url: is missing\n"
                    "12: [route psp] ca: is missing, and so is pins\n",
                    CONFIG_HEAD "[client web]\n\n[route psp]\n");
}

static void a_section_is_there_once(void **state)
{
    assert_mistakes(*state, "11: [tenant shop] is there twice\n",
                    CONFIG_HEAD "[tenant shop]\n[tenant shop]\n");
    assert_mistakes(*state,
                    "10: [gateway] is there twice\n"
                    "10: [gateway] vault: is missing\n"
                    "10: [gateway] root_key: is missing\n"
                    "10: [gateway] admin: is missing\n",
                    CONFIG_HEAD "[gateway]\n");
    assert_mistakes(*state, "",
                    CONFIG_HEAD "[tenant shop]\n" CLIENT("shop", "URI:1")); /* of two kinds */
}

static void an_identity_is_one_clients(void **state)
{
    assert_mistakes(*state, "15: [client b] identity: is another client's, too\n",
                    CONFIG_HEAD "[tenant shop]\n" CLIENT("a", "URI:1") CLIENT("b", "URI:1"));
    assert_mistakes(*state, "",
                    CONFIG_HEAD "[tenant shop]\n" CLIENT("a", "URI:1") CLIENT("b", "DNS:1"));
}

static void a_tenant_has_a_section_before_or_behind(void **state)
{
    assert_mistakes(*state, "12: [client a] tenant: there is no such section\n",
                    CONFIG_HEAD CLIENT("a", "URI:1") "[tenant shops]\n");
    assert_mistakes(*state, "", CONFIG_HEAD CLIENT("a", "URI:1") "[tenant shop]\n");
}

static void a_right_to_forward_needs_its_route(void **state)
{
    assert_mistakes(*state, "14: [client a] rights: there is no such route\n",
                    CONFIG_HEAD
                    "[tenant shop]\n" CLIENT("a", "URI:1") "rights = forward:bank\n" ROUTE
                                                           "ca = a.pem\n");
    assert_mistakes(*state, "",
                    CONFIG_HEAD
                    "[tenant shop]\n" CLIENT("a", "URI:1") "rights = forward:psp forward:*\n" ROUTE
                                                           "ca = a.pem\n");
}

static void a_processor_is_believed_by_authority_or_pin(void **state)
{
    assert_mistakes(*state, "10: [route psp] ca: is missing, and so is pins\n", CONFIG_HEAD ROUTE);
    assert_mistakes(*state, "",
                    CONFIG_HEAD ROUTE "pins = 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
}

static void what_a_route_says_must_mean_something(void **state)
{
    assert_mistakes(*state, "12: [route psp] pins: must be base64 of SHA-256\n",
                    CONFIG_HEAD ROUTE "pins = abc=\n");
    assert_mistakes(*state, "13: [route psp] fields: must be /json/pointer or form:name\n",
                    CONFIG_HEAD ROUTE "ca = a.pem\nfields = number\n");
    assert_mistakes(*state, "13: [route psp] success_member: must be a JSON pointer and values\n",
                    CONFIG_HEAD ROUTE "ca = a.pem\nsuccess_member = /status\n");
}

static void a_certificate_and_its_key_need_each_other(void **state)
{
    assert_mistakes(*state, "10: [route psp] certificate, key: need each other\n",
                    CONFIG_HEAD ROUTE "ca = a.pem\ncertificate = a.pem\n");
    assert_mistakes(*state, "10: [route psp] certificate, key: need each other\n",
                    CONFIG_HEAD ROUTE "ca = a.pem\nkey = a.pem\n");
    assert_mistakes(*state, "", CONFIG_HEAD ROUTE "ca = a.pem\ncertificate = a.pem\nkey = a.pem\n");
}

static void files_that_are_named_must_be_there(void **state)
{
    assert_mistakes(*state,
                    "12: [route psp] ca: there is no such file\n"
                    "13: [route psp] key: there is no such file\n"
                    "14: [route psp] certificate: the file cannot be read\n",
                    CONFIG_HEAD ROUTE "ca = b.pem\nkey = c.pem\ncertificate = a.pem/b\n");
}

static void the_vault_need_not_be_there_yet(void **state)
{
    assert_mistakes(*state, "", CONFIG_HEAD);
}

static void a_gateway_and_a_listener_must_be_there(void **state)
{
    assert_mistakes(*state,
                    "1: [gateway] is missing\n"
                    "1: [listener NAME] is missing: there must be one at least\n",
                    "[tenant shop]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_option_is_told_at_its_sections_line),
        cmocka_unit_test(a_section_is_there_once),
        cmocka_unit_test(an_identity_is_one_clients),
        cmocka_unit_test(a_tenant_has_a_section_before_or_behind),
        cmocka_unit_test(a_right_to_forward_needs_its_route),
        cmocka_unit_test(a_processor_is_believed_by_authority_or_pin),
        cmocka_unit_test(what_a_route_says_must_mean_something),
        cmocka_unit_test(a_certificate_and_its_key_need_each_other),
        cmocka_unit_test(files_that_are_named_must_be_there),
        cmocka_unit_test(the_vault_need_not_be_there_yet),
        cmocka_unit_test(a_gateway_and_a_listener_must_be_there),
    };

    return cmocka_run_group_tests(tests, config_file_setup, config_file_teardown);
}
