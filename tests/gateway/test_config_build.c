#include "gateway/config_file.h"

#include "gateway/config_build.h"

static struct config_build *build_of(const struct config_file *file, const char *text)
{
    struct config_build *build = calloc(1, sizeof(*build));

    assert_non_null(build);
    config_file_put(file, "pangate.conf", text);
    assert_err(OK, config_build_init(build, file->path.text));
    config_build_read(build, bytes_str(text));
    return build;
}

static void build_free(struct config_build **build)
{
    config_build_done(*build);
    free(*build);
}

static void assert_blames(const struct config_build *build, unsigned line, const char *text)
{
    assert_int_equal(1, build->mistake_count);
    assert_int_equal(line, build->mistakes[0].line);
    assert_string_equal(text, build->mistakes[0].text);
}

static void a_part_knows_its_lines_its_values_and_its_title(void **state)
{
    struct config_build *build AUTO(build_free) =
        build_of(*state, "[gateway]\n[tenant a]\n[tenant b]\nidempotency_keep = 2s\n");
    const struct config_tenant *tenant;
    char title[2 * CONFIG_NAME_SIZE];

    assert_int_equal(0, build->mistake_count);
    assert_int_equal(3, build->part_count);
    config_part_title(build, &build->parts[0], title);
    assert_string_equal("gateway", title);
    config_part_title(build, &build->parts[2], title);
    assert_string_equal("tenant b", title);
    tenant = config_part_values(build, &build->parts[2]);
    assert_string_equal("b", tenant->name);
    assert_int_equal(2000, tenant->idempotency_keep_ms);
    assert_int_equal(4, config_part_line(&build->parts[2], "idempotency_keep"));
    assert_int_equal(2, config_part_line(&build->parts[1], "idempotency_keep"));
}

static void an_option_is_given_once(void **state)
{
    struct config_build *build AUTO(build_free) =
        build_of(*state, "[gateway]\nworkers = 1\nworkers = 2\n");

    assert_blames(build, 3, "[gateway] workers: is given twice");
    assert_int_equal(1, build->config->gateway.workers);
}

static void an_option_needs_a_section(void **state)
{
    struct config_build *build AUTO(build_free) = build_of(*state, "workers = 1\n[gateway]\n");

    assert_blames(build, 1, "stands in no section");
}

static void an_unknown_section_takes_its_options_with_it(void **state)
{
    struct config_build *build AUTO(build_free) =
        build_of(*state, "[colour red]\nworkers = 1\n[gateway]\nworkers = 2\n");

    assert_blames(build, 1, "is an unknown section");
    assert_int_equal(2, build->config->gateway.workers);
}

static void a_broken_section_takes_its_options_with_it(void **state)
{
    struct config_build *build AUTO(build_free) =
        build_of(*state, "[gateway]\nworkers = 2\n[listener main\nworkers = 1\nkey = x\n");

    assert_blames(build, 3, "is no section: it must be [NAME]");
    assert_int_equal(2, build->config->gateway.workers);
}

static void sections_have_the_names_they_may_have(void **state)
{
    static const struct {
        const char *text, *problem;
    } rows[] = {
        { "[gateway main]\n", "[gateway] takes no name" },
        { "[client]\n", "[client] needs a name of letters, digits, '-', '_' and '.'" },
        { "[client  ]\n", "[client] needs a name of letters, digits, '-', '_' and '.'" },
        { "[client a b]\n", "[client] needs a name of letters, digits, '-', '_' and '.'" },
        { "[client a\"b]\n", "[client] needs a name of letters, digits, '-', '_' and '.'" },
        { "[client \xC3\xA4]\n", "[client] needs a name of letters, digits, '-', '_' and '.'" },
        { "[Client a]\n", "is an unknown section" },
        { "[]\n", "is an unknown section" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct config_build *build AUTO(build_free) = build_of(*state, rows[i].text);
        assert_blames(build, 1, rows[i].problem);
    }
}

static void letters_digits_dashes_and_dots_make_a_name(void **state)
{
    struct config_build *build AUTO(build_free) = build_of(*state, "[client Az.09-_]\n");

    assert_int_equal(0, build->mistake_count);
    assert_string_equal("Az.09-_", build->config->clients[0].name);
}

static void there_is_an_end_to_sections_of_a_kind(void **state)
{
    struct buf text AUTO(buf_done) = { 0 };
    struct config_build *build AUTO(build_free) = NULL;

    buf_init(&text, 65536);
    for (int i = 1; i <= CONFIG_LISTENERS_MAX + 1; i++)
        buf_format(&text, "[listener l%d]\n", i);
    buf_add_u8(&text, '\0');
    build = build_of(*state, (const char *)text.data);
    assert_blames(build, CONFIG_LISTENERS_MAX + 1,
                  "[listener] is one section too many of this kind");
    assert_int_equal(CONFIG_LISTENERS_MAX, build->config->listener_count);
}

static void mistakes_are_kept_by_line_whatever_order_they_are_found_in(void **state)
{
    struct config_build *build AUTO(build_free) = build_of(*state, "");

    config_build_blame(build, 7, "seven");
    config_build_blame(build, 3, "three");
    config_build_blame(build, 7, "seven again");
    config_build_blame(build, 1, "one");
    assert_int_equal(4, build->mistake_count);
    assert_string_equal("one", build->mistakes[0].text);
    assert_string_equal("three", build->mistakes[1].text);
    assert_string_equal("seven", build->mistakes[2].text);
    assert_string_equal("seven again", build->mistakes[3].text);
}

static void a_full_table_keeps_the_first_lines(void **state)
{
    struct config_build *build AUTO(build_free) = build_of(*state, "");

    for (unsigned line = 200; line > 0; line--)
        config_build_blame(build, line, "line %u", line);
    assert_int_equal(200, build->mistake_count);
    assert_int_equal(CONFIG_MISTAKES_MAX, config_build_mistakes_held(build));
    for (unsigned i = 0; i < CONFIG_MISTAKES_MAX; i++)
        assert_int_equal(i + 1, build->mistakes[i].line);
    config_build_blame(build, 500, "later");
    assert_int_equal(100, build->mistakes[99].line);
}

static void a_folder_of_another_name_counts_for_paths(void **state)
{
    struct config_file *file = *state;
    struct config_build *build = calloc(1, sizeof(*build));

    assert_non_null(build);
    config_file_put(file, "pangate.conf", "");
    assert_int_equal(0, symlink(file->path.text, temp_file(&file->temp, "link.conf").text));
    assert_err(OK, config_build_init(build, temp_file(&file->temp, "link.conf").text));
    assert_string_equal(file->temp.path, build->folder);
    assert_string_equal(file->path.text, build->config->path);
    build_free(&build);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_knows_its_lines_its_values_and_its_title),
        cmocka_unit_test(an_option_is_given_once),
        cmocka_unit_test(an_option_needs_a_section),
        cmocka_unit_test(an_unknown_section_takes_its_options_with_it),
        cmocka_unit_test(a_broken_section_takes_its_options_with_it),
        cmocka_unit_test(sections_have_the_names_they_may_have),
        cmocka_unit_test(letters_digits_dashes_and_dots_make_a_name),
        cmocka_unit_test(there_is_an_end_to_sections_of_a_kind),
        cmocka_unit_test(mistakes_are_kept_by_line_whatever_order_they_are_found_in),
        cmocka_unit_test(a_full_table_keeps_the_first_lines),
        cmocka_unit_test(a_folder_of_another_name_counts_for_paths),
    };

    return cmocka_run_group_tests(tests, config_file_setup, config_file_teardown);
}
