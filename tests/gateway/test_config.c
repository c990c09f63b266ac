#include "gateway/config_file.h"

static void a_file_becomes_a_plain_value(void **state)
{
    struct config_file *file = *state;
    const struct config *config;

    assert_err(OK, config_file_load(file, CONFIG_HEAD "body_max = 2M\n"
                                                      "[tenant shop]\n"
                                                      "idempotency_keep = 1h\n"
                                                      "[client web]\n"
                                                      "identity = DNS:shop.example ; its name\n"
                                                      "tenant = shop\n"
                                                      "rights = tokenize forward:psp\n"
                                                      "rate = 100/s\n"
                                                      "[route psp]\n"
                                                      "url = https://psp.example/v1/\n"
                                                      "ca = a.pem\n"
                                                      "methods = POST GET\n"));
    config = file->config;
    assert_string_equal(file->path.text, config->path);
    assert_string_equal(temp_file(&file->temp, "vault").text, config->gateway.vault);
    assert_string_equal(temp_file(&file->temp, "root.key").text, config->gateway.root_key);
    assert_int_equal(1, config->listener_count);
    assert_string_equal("main", config->listeners[0].name);
    assert_string_equal("127.0.0.1:8443", config->listeners[0].address);
    assert_int_equal(2 << 20, config->listeners[0].body_max);
    assert_int_equal(3600000, config->tenants[0].idempotency_keep_ms);
    assert_string_equal("DNS:shop.example", config->clients[0].identity);
    assert_int_equal(RIGHT_TOKENIZE, config->clients[0].rights);
    assert_string_equal("psp", config->clients[0].forward.text[0]);
    assert_int_equal(100, config->clients[0].rate_per_second);
    assert_int_equal(2, config->routes[0].methods.count);
}

static void what_is_absent_has_its_preset(void **state)
{
    struct config_file *file = *state;
    const struct config_listener *listener;

    assert_err(OK, config_file_load(file, CONFIG_HEAD "[tenant shop]\n"
                                                      "[client web]\n"
                                                      "identity = URI:urn:x\n"
                                                      "tenant = shop\n"));
    listener = &file->config->listeners[0];
    assert_int_equal(0, file->config->gateway.workers);
    assert_string_equal("", file->config->gateway.journal_dir);
    assert_int_equal(7 * 86400000, file->config->gateway.expired_keep_ms);
    assert_int_equal(8192, listener->head_max);
    assert_int_equal(1 << 20, listener->body_max);
    assert_int_equal(10000, listener->head_timeout_ms);
    assert_int_equal(30000, listener->body_timeout_ms);
    assert_int_equal(75000, listener->idle_timeout_ms);
    assert_int_equal(10000, listener->connections_max);
    assert_string_equal("", listener->client_crl);
    assert_int_equal(86400000, file->config->tenants[0].idempotency_keep_ms);
    assert_int_equal(RIGHT_NONE, file->config->clients[0].rights); /* nothing is given away */
    assert_int_equal(0, file->config->clients[0].rate_per_second);
}

/* The sentence of the contract, to the letter. */
static void a_mistake_names_file_line_section_and_option(void **state)
{
    struct config_file *file = *state;
    char expected[TEST_PATH_SIZE + 64];

    assert_err(ERR_CONFIG, config_file_load(file, "[gateway]\n"
                                                  "workers = 257\n"
                                                  "vault = v\n"
                                                  "root_key = file:r\n"
                                                  "admin = unix:a\n"
                                                  "[listener main]\n"
                                                  "address = 127.0.0.1:1\n"
                                                  "certificate = a.pem\n"
                                                  "key = a.pem\n"
                                                  "client_ca = a.pem\n"));
    (void)snprintf(expected, sizeof(expected), "%s:2: [gateway] workers: must be 0 to 256",
                   file->path.text);
    assert_int_equal(1, file->mistakes.count);
    assert_string_equal(expected, file->mistakes.text[0]);
}

static void mistakes_come_in_the_order_of_the_file(void **state)
{
    assert_mistakes(*state,
                    "1: [gateway] root_key: is missing\n"
                    "1: [gateway] admin: is missing\n"
                    "3: [gateway] workers: must be 0 to 256\n"
                    "5: begins with a blank\n"
                    "6: [listener main] certificate: is missing\n"
                    "6: [listener main] key: is missing\n"
                    "7: [listener main] address: must be an address with a port, such as "
                    "127.0.0.1:8443\n"
                    "8: [listener main] client_ca: there is no such file\n"
                    "9: is an unknown section\n"
                    "11: [client web] identity: is missing\n"
                    "12: [client web] tenant: there is no such section\n"
                    "13: [client web] has an unknown option\n",
                    "[gateway]\n"
                    "vault = vault\n"
                    "workers = many\n"
                    "\n"
                    " admin = unix:admin.sock\n"
                    "[listener main]\n"
                    "address = here\n"
                    "client_ca = b.pem\n"
                    "[colour red]\n"
                    "shade = dark\n"
                    "[client web]\n"
                    "tenant = shop\n"
                    "colour = red\n");
}

static void a_file_that_is_not_there_or_cannot_be_read_is_said(void **state)
{
    struct config_file *file = *state;
    struct config *config = NULL;
    struct config_mistakes mistakes = { 0 };

    assert_err(ERR_NOT_FOUND,
               config_load(temp_file(&file->temp, "none.conf").text, &config, &mistakes));
    assert_int_equal(1, mistakes.count);
    assert_non_null(strstr(mistakes.text[0], "none.conf: there is no such file"));
    assert_err(ERR_IO, config_load(file->temp.path, &config, &mistakes)); /* a folder */
    assert_null(config);
}

static void the_first_hundred_mistakes_are_told_and_all_counted(void **state)
{
    struct config_file *file = *state;
    struct buf text AUTO(buf_done) = { 0 };

    buf_init(&text, 65536);
    buf_add_str(&text, CONFIG_HEAD);
    for (int i = 0; i < 250; i++)
        buf_add_str(&text, "no option\n");
    buf_add_u8(&text, '\0');
    assert_err(ERR_CONFIG, config_file_load(file, (const char *)text.data));
    assert_int_equal(250, file->mistakes.count);
    assert_non_null(strstr(file->mistakes.text[0], ":10: "));
    assert_non_null(strstr(file->mistakes.text[99], ":109: "));
}

static void an_empty_file_lacks_what_there_must_be(void **state)
{
    assert_mistakes(*state,
                    "1: [gateway] is missing\n"
                    "1: [listener NAME] is missing: there must be one at least\n",
                    "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_becomes_a_plain_value),
        cmocka_unit_test(what_is_absent_has_its_preset),
        cmocka_unit_test(a_mistake_names_file_line_section_and_option),
        cmocka_unit_test(mistakes_come_in_the_order_of_the_file),
        cmocka_unit_test(a_file_that_is_not_there_or_cannot_be_read_is_said),
        cmocka_unit_test(the_first_hundred_mistakes_are_told_and_all_counted),
        cmocka_unit_test(an_empty_file_lacks_what_there_must_be),
    };

    return cmocka_run_group_tests(tests, config_file_setup, config_file_teardown);
}
