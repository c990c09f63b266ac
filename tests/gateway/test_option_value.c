#include "test.h"

#include "gateway/option_value.h"

#define FOLDER "/etc/pangate"

static const struct option_row a_duration = { SECTION_GATEWAY, "d", OPTION_DURATION, 0, NULL, 250,
                                              7 * 86400000LL,  "" };
static const struct option_row a_size = { SECTION_GATEWAY, "s", OPTION_SIZE, 0, NULL, 1024,
                                          1LL << 44,       "" };
static const struct option_row a_count = {
    SECTION_GATEWAY, "c", OPTION_COUNT, 0, NULL, 0, 256, ""
};
static const struct option_row a_rate = { SECTION_GATEWAY, "r", OPTION_RATE, 0, NULL, 1, 1000, "" };
static const struct option_row a_text = { SECTION_GATEWAY, "t", OPTION_TEXT, 0, NULL, 0, 65, "" };

static const struct number_row {
    const struct option_row *option;
    const char *text;
    int64_t value; /* below zero: refused */
} number_rows[] = {
    { &a_duration, "250ms", 250 },
    { &a_duration, "249ms", -1 },
    { &a_duration, "10s", 10000 },
    { &a_duration, "5m", 300000 },
    { &a_duration, "24h", 86400000 },
    { &a_duration, "7d", 604800000 },
    { &a_duration, "8d", -1 },
    { &a_duration, "1000", -1 },
    { &a_duration, "10 s", -1 },
    { &a_duration, "10S", -1 },
    { &a_duration, "1.5s", -1 },
    { &a_duration, "+5s", -1 },
    { &a_duration, "s", -1 },
    { &a_duration, "9223372036854775807d", -1 },
    { &a_duration, "213503982335d", -1 }, /* beyond 2^64 ms: would wrap to a small number */
    { &a_duration, "99999999999999999999ms", -1 },
    { &a_size, "1024", 1024 },
    { &a_size, "1K", 1024 },
    { &a_size, "2M", 2097152 },
    { &a_size, "3G", 3221225472 },
    { &a_size, "16T", INT64_C(17592186044416) },
    { &a_size, "17T", -1 },
    { &a_size, "1k", -1 },
    { &a_size, "1KB", -1 },
    { &a_size, "16777216T", -1 }, /* 2^64 */
    { &a_count, "0", 0 },
    { &a_count, "256", 256 },
    { &a_count, "257", -1 },
    { &a_count, "-1", -1 },
    { &a_count, "0x10", -1 },
    { &a_count, "1K", -1 },
    { &a_rate, "1000/s", 1000 },
    { &a_rate, "1000", -1 },
    { &a_rate, "1000/m", -1 },
    { &a_rate, "0/s", -1 },
};

static void numbers_have_units(void **state)
{
    char problem[OPTION_PROBLEM_SIZE];
    (void)state;

    for (size_t i = 0; i < sizeof(number_rows) / sizeof(number_rows[0]); i++) {
        int64_t value = -7;
        enum err expected = number_rows[i].value < 0 ? ERR_CONFIG : OK;
        print_message("%s\n", number_rows[i].text);
        assert_err(expected, option_read_number(number_rows[i].option,
                                                bytes_str(number_rows[i].text), &value, problem));
        assert_int_equal(expected == OK ? number_rows[i].value : -7, value);
    }
}

static void assert_problem(const char *expected, const struct option_row *option)
{
    char problem[OPTION_PROBLEM_SIZE];
    int64_t value;

    assert_err(ERR_CONFIG, option_read_number(option, bytes_lit("x"), &value, problem));
    assert_string_equal(expected, problem);
}

static void a_range_is_said_in_the_largest_whole_units(void **state)
{
    (void)state;

    assert_problem("must be 250ms to 7d", &a_duration);
    assert_problem("must be 1K to 16T", &a_size);
    assert_problem("must be 0 to 256", &a_count);
    assert_problem("must be 1/s to 1000/s", &a_rate);
}

static void paths_count_from_the_files_folder(void **state)
{
    char path[PATH_SIZE], problem[OPTION_PROBLEM_SIZE], text[PATH_SIZE + 1];
    (void)state;

    assert_err(OK, option_read_path(FOLDER, bytes_lit("certs/a.pem"), path, problem));
    assert_string_equal(FOLDER "/certs/a.pem", path);
    assert_err(OK, option_read_path(FOLDER, bytes_lit("/abs/a.pem"), path, problem));
    assert_string_equal("/abs/a.pem", path);
    assert_err(ERR_CONFIG, option_read_path(FOLDER, bytes_lit(""), path, problem));
    assert_string_equal("must be a path of less than 512 bytes", problem);
    memset(text, 'p', sizeof(text));
    text[0] = '/';
    assert_err(OK, option_read_path(FOLDER, bytes_of(text, PATH_SIZE - 1), path, problem));
    assert_err(ERR_CONFIG, option_read_path(FOLDER, bytes_of(text, PATH_SIZE), path, problem));
    text[0] = 'p';
    assert_err(ERR_CONFIG, option_read_path(FOLDER, bytes_of(text, 500), path, problem));
}

static void the_root_key_is_a_file(void **state)
{
    char path[PATH_SIZE], problem[OPTION_PROBLEM_SIZE];
    (void)state;

    assert_err(OK, option_read_root_key(FOLDER, bytes_lit("file:root.key"), path, problem));
    assert_string_equal(FOLDER "/root.key", path);
    assert_err(ERR_CONFIG, option_read_root_key(FOLDER, bytes_lit("root.key"), path, problem));
    assert_string_equal("must be file:PATH", problem);
    assert_err(ERR_CONFIG, option_read_root_key(FOLDER, bytes_lit("file:"), path, problem));
}

static void admin_listens_on_loopback_or_a_unix_path(void **state)
{
    static const char *const refused[] = { "0.0.0.0:9443",    "192.0.2.1:9443", "[::]:9443",
                                           "127.0.0.1",       "localhost:9443", "unix:",
                                           "127.0.0.1:65536", "admin.sock" };
    char text[PATH_SIZE], problem[OPTION_PROBLEM_SIZE], deep[200];
    (void)state;

    assert_err(OK, option_read_admin(FOLDER, bytes_lit("unix:admin.sock"), text, problem));
    assert_string_equal("unix:" FOLDER "/admin.sock", text);
    assert_err(OK, option_read_admin(FOLDER, bytes_lit("127.0.0.1:9443"), text, problem));
    assert_string_equal("127.0.0.1:9443", text);
    assert_err(OK, option_read_admin(FOLDER, bytes_lit("[::1]:9443"), text, problem));
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_err(ERR_CONFIG, option_read_admin(FOLDER, bytes_str(refused[i]), text, problem));
    memset(deep, 'd', sizeof(deep)); /* sockaddr_un holds 107 bytes */
    memcpy(deep, "unix:/", 6);
    assert_err(OK, option_read_admin(FOLDER, bytes_of(deep, 5 + 107), text, problem));
    assert_err(ERR_CONFIG, option_read_admin(FOLDER, bytes_of(deep, 5 + 108), text, problem));
    assert_string_equal("must be unix:PATH or a loopback address with a port", problem);
}

static void a_listener_has_an_address_with_a_port(void **state)
{
    static const char *const taken[] = { "127.0.0.1:8443", "[::1]:8443", "0.0.0.0:443",
                                         "[::]:65535" };
    static const char *const refused[] = { "127.0.0.1",       "8443",        "localhost:8443",
                                           "127.0.0.1:",      "::1:8443",    "127.0.0.1:65536",
                                           "127.0.0.1:8443 ", "1.2.3.256:1", "unix:listen.sock" };
    char text[CONFIG_TEXT_SIZE], problem[OPTION_PROBLEM_SIZE];
    (void)state;

    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        assert_err(OK, option_read_address(bytes_str(taken[i]), text, problem));
        assert_string_equal(taken[i], text);
    }
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_err(ERR_CONFIG, option_read_address(bytes_str(refused[i]), text, problem));
        assert_string_equal("must be an address with a port, such as 127.0.0.1:8443", problem);
    }
}

static void an_identity_is_of_a_kind(void **state)
{
    static const char *const refused[] = { "",     "URI:",      "DNS:",     "CN:shop",
                                           "shop", "uri:urn:x", "EMAIL:a@b" };
    char text[CONFIG_TEXT_SIZE], problem[OPTION_PROBLEM_SIZE], name[256];
    (void)state;

    assert_err(OK, option_read_identity(bytes_lit("URI:urn:x"), text, problem));
    assert_string_equal("URI:urn:x", text);
    assert_err(OK, option_read_identity(bytes_lit("DNS:x"), text, problem));
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_err(ERR_CONFIG, option_read_identity(bytes_str(refused[i]), text, problem));
    memset(name, 'n', sizeof(name));
    memcpy(name, "URI:", 4);
    assert_err(OK, option_read_identity(bytes_of(name, 255), text, problem));
    assert_err(ERR_CONFIG, option_read_identity(bytes_of(name, 256), text, problem));
    assert_string_equal("must be URI:... or DNS:... of at most 255 bytes", problem);
}

static void words_stand_between_blanks(void **state)
{
    struct config_words words = { 0 };
    char problem[OPTION_PROBLEM_SIZE], text[80];
    (void)state;

    assert_err(OK, option_read_words(bytes_lit("  POST\tGET  PUT "), &words, problem));
    assert_int_equal(3, words.count);
    assert_string_equal("POST", words.text[0]);
    assert_string_equal("GET", words.text[1]);
    assert_string_equal("PUT", words.text[2]);
    assert_err(OK, option_read_words(bytes_lit(" \t"), &words, problem));
    assert_int_equal(0, words.count);
    memset(text, 'w', sizeof(text));
    assert_err(OK, option_read_words(bytes_of(text, 64), &words, problem));
    assert_err(ERR_CONFIG, option_read_words(bytes_of(text, 65), &words, problem));
    assert_string_equal("must be words of at most 64 bytes", problem);
}

static void a_list_has_at_most_32_words(void **state)
{
    struct config_words words = { 0 };
    char problem[OPTION_PROBLEM_SIZE], text[2 * 33];
    (void)state;

    for (size_t i = 0; i < 33; i++)
        memcpy(text + 2 * i, "w ", 2);
    assert_err(OK, option_read_words(bytes_of(text, 64), &words, problem));
    assert_int_equal(32, words.count);
    assert_err(ERR_CONFIG, option_read_words(bytes_of(text, 66), &words, problem));
    assert_string_equal("must be at most 32 words", problem);
}

static void rights_are_words_that_are_known(void **state)
{
    static const char *const refused[] = { "Tokenize", "tokenize,inspect", "all",
                                           "forward",  "forward:",         "*" };
    struct config_client *client = calloc(1, sizeof(*client));
    char problem[OPTION_PROBLEM_SIZE];
    (void)state;

    assert_non_null(client);
    assert_err(OK, option_read_rights(bytes_lit("tokenize inspect update erase"), client, problem));
    assert_int_equal(RIGHT_TOKENIZE | RIGHT_INSPECT | RIGHT_UPDATE | RIGHT_ERASE, client->rights);
    assert_int_equal(0, client->forward.count);
    assert_err(OK, option_read_rights(bytes_lit("admin detokenize forward:*"), client, problem));
    assert_int_equal(RIGHT_ADMIN | RIGHT_DETOKENIZE | RIGHT_FORWARD_ANY, client->rights);
    assert_err(OK, option_read_rights(bytes_lit("forward:psp forward:bank"), client, problem));
    assert_int_equal(RIGHT_NONE, client->rights);
    assert_int_equal(2, client->forward.count);
    assert_string_equal("psp", client->forward.text[0]);
    assert_err(OK, option_read_rights(bytes_lit(""), client, problem));
    assert_int_equal(RIGHT_NONE, client->rights);
    assert_int_equal(0, client->forward.count);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_err(ERR_CONFIG, option_read_rights(bytes_str(refused[i]), client, problem));
    assert_string_equal("must be of: tokenize inspect update erase detokenize admin forward:ROUTE "
                        "forward:*",
                        problem);
    free(client);
}

static void a_url_is_https(void **state)
{
    static const char *const refused[] = { "", "https://", "http://psp.example/", "psp.example",
                                           "HTTPS://psp.example/" };
    char text[CONFIG_TEXT_SIZE], problem[OPTION_PROBLEM_SIZE];
    (void)state;

    assert_err(OK, option_read_url(bytes_lit("https://psp.example:444/v1/"), text, problem));
    assert_string_equal("https://psp.example:444/v1/", text);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_err(ERR_CONFIG, option_read_url(bytes_str(refused[i]), text, problem));
        assert_string_equal("must be https://host[:port]/path/", problem);
    }
}

static void headers_have_their_values_in_a_file_or_as_they_stand(void **state)
{
    static const char *const refused[] = { "",
                                           "Authorization",
                                           ": file:x",
                                           "Authorization:",
                                           "Author ization: secret",
                                           "Authorization : secret",
                                           "Authorization: sec\x7fret",
                                           "Authorization: file:" };
    struct config_headers *headers = calloc(1, sizeof(*headers));
    char problem[OPTION_PROBLEM_SIZE];
    (void)state;

    assert_non_null(headers);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_err(ERR_CONFIG, option_read_header(FOLDER, bytes_str(refused[i]), headers, problem));
    assert_err(OK, option_read_header(FOLDER, bytes_lit("X-Key: file:a"), headers, problem));
    assert_err(OK, option_read_header(FOLDER, bytes_lit("X-Version: 1, beta "), headers, problem));
    assert_int_equal(2, headers->count);
    assert_string_equal("X-Key", headers->list[0].name);
    assert_true(headers->list[0].is_file);
    assert_string_equal(FOLDER "/a", headers->list[0].value);
    assert_string_equal("X-Version", headers->list[1].name);
    assert_string_equal("1, beta", headers->list[1].value);
    while (headers->count < CONFIG_HEADERS_MAX)
        assert_err(OK, option_read_header(FOLDER, bytes_lit("X: y"), headers, problem));
    assert_err(ERR_CONFIG, option_read_header(FOLDER, bytes_lit("X: y"), headers, problem));
    free(headers);
}

static void yes_and_no_are_two_words(void **state)
{
    const struct bytes words[2] = { bytes_lit("no"), bytes_lit("yes") };
    static const char *const refused[] = { "", "Yes", "true", "1", "on", "yes please" };
    char problem[OPTION_PROBLEM_SIZE];
    bool value = false;
    (void)state;

    assert_err(OK, option_read_bool(words, bytes_lit("yes"), &value, problem));
    assert_true(value);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_err(ERR_CONFIG, option_read_bool(words, bytes_str(refused[i]), &value, problem));
    assert_true(value);
    assert_string_equal("must be no or yes", problem);
    assert_err(OK, option_read_bool(words, bytes_lit("no"), &value, problem));
    assert_false(value);
}

static void a_text_has_1_to_64_bytes(void **state)
{
    char name[65], text[65], problem[OPTION_PROBLEM_SIZE];
    (void)state;

    memset(text, 'n', sizeof(text));
    assert_err(OK, option_read_text(&a_text, bytes_of(text, 64), name, problem));
    assert_int_equal(64, strlen(name));
    assert_err(ERR_CONFIG, option_read_text(&a_text, bytes_of(text, 65), name, problem));
    assert_err(ERR_CONFIG, option_read_text(&a_text, bytes_lit(""), name, problem));
    assert_string_equal("must be a name of 1 to 64 bytes", problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_units),
        cmocka_unit_test(a_range_is_said_in_the_largest_whole_units),
        cmocka_unit_test(paths_count_from_the_files_folder),
        cmocka_unit_test(the_root_key_is_a_file),
        cmocka_unit_test(admin_listens_on_loopback_or_a_unix_path),
        cmocka_unit_test(a_listener_has_an_address_with_a_port),
        cmocka_unit_test(an_identity_is_of_a_kind),
        cmocka_unit_test(words_stand_between_blanks),
        cmocka_unit_test(a_list_has_at_most_32_words),
        cmocka_unit_test(rights_are_words_that_are_known),
        cmocka_unit_test(a_url_is_https),
        cmocka_unit_test(headers_have_their_values_in_a_file_or_as_they_stand),
        cmocka_unit_test(yes_and_no_are_two_words),
        cmocka_unit_test(a_text_has_1_to_64_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
