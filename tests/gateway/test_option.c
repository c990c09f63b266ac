#include "test.h"

#include "gateway/option.h"

static bool is_number(enum option_type type)
{
    return type == OPTION_DURATION || type == OPTION_SIZE || type == OPTION_COUNT ||
           type == OPTION_RATE;
}

static void every_option_is_found_in_its_section_only(void **state)
{
    (void)state;

    for (size_t i = 0; i < option_count(); i++) {
        const struct option_row *option = option_at(i);
        assert_ptr_equal(option, option_find(option->section, bytes_str(option->name)));
    }
    assert_null(option_find(SECTION_GATEWAY, bytes_lit("identity")));
    assert_null(option_find(SECTION_GATEWAY, bytes_lit("Workers")));
    assert_null(option_find(SECTION_GATEWAY, bytes_lit("worker")));
    assert_null(option_find(SECTION_GATEWAY, bytes_lit("")));
}

static void every_option_has_a_sentence_and_numbers_have_bounds(void **state)
{
    (void)state;

    for (size_t i = 0; i < option_count(); i++) {
        const struct option_row *option = option_at(i);
        assert_true(strlen(option->manual) > 10);
        if (is_number(option->type))
            assert_true(option->least < option->most);
    }
}

static void sections_have_names(void **state)
{
    (void)state;

    assert_string_equal("gateway", section_name(SECTION_GATEWAY));
    assert_string_equal("listener", section_name(SECTION_LISTENER));
    assert_string_equal("tenant", section_name(SECTION_TENANT));
    assert_string_equal("client", section_name(SECTION_CLIENT));
    assert_string_equal("route", section_name(SECTION_ROUTE));
}

static void assert_holds(const struct buf *text, const char *part)
{
    if (memmem(text->data, text->size, part, strlen(part)) != NULL)
        return;
    print_error("\"%s\" is not there\n", part);
    fail();
}

static void the_whole_table_prints_as_a_configuration(void **state)
{
    struct buf text AUTO(buf_done) = { 0 };
    (void)state;

    buf_init(&text, 65536);
    options_print(&text);
    assert_err(OK, buf_check(&text));
    assert_true(bytes_start_with(buf_bytes(&text), bytes_lit("[gateway]\n; the folder of the vault "
                                                             "(required)\nvault =\n")));
    assert_holds(&text, "; threads that serve; 0: one per core\n;workers = 0\n");
    assert_holds(&text, "\n\n[listener NAME]\n");
    assert_holds(&text, "\n;rate =\n");
    for (size_t i = 0; i < option_count(); i++)
        assert_holds(&text, option_at(i)->manual);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_is_found_in_its_section_only),
        cmocka_unit_test(every_option_has_a_sentence_and_numbers_have_bounds),
        cmocka_unit_test(sections_have_names),
        cmocka_unit_test(the_whole_table_prints_as_a_configuration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
