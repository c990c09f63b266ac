/*
 * The table against its reader: every option takes its least, its most and its preset, and what
 * it says of anything else never repeats it.
 */
#include "test.h"

#include "gateway/option.h"

/* Room for a section of any kind. */
union section {
    struct config_gateway gateway;
    struct config_listener listener;
    struct config_tenant tenant;
    struct config_client client;
    struct config_route route;
    struct config_sink sink;
};

struct setting {
    union section *section;
    char problem[OPTION_PROBLEM_SIZE];
};

static int setting_new(void **state)
{
    struct setting *setting = calloc(1, sizeof(*setting));

    assert_non_null(setting);
    setting->section = calloc(1, sizeof(*setting->section));
    assert_non_null(setting->section);
    *state = setting;
    return 0;
}

static int setting_free(void **state)
{
    struct setting *setting = *state;

    free(setting->section);
    free(setting);
    return 0;
}

static enum err set(struct setting *setting, const struct option_row *option, const char *value)
{
    const struct option_input input = { bytes_str(value), "/etc/pangate" };

    setting->problem[0] = '\0';
    return option_set(option, &input, setting->section, setting->problem);
}

static int64_t number_of(const struct setting *setting, const struct option_row *option)
{
    const char *member = (const char *)setting->section + option->offset;
    uint64_t wide = 0;
    uint32_t narrow = 0;

    if (option->type == OPTION_DURATION || option->type == OPTION_SIZE) {
        memcpy(&wide, member, sizeof(wide));
        return (int64_t)wide;
    }
    memcpy(&narrow, member, sizeof(narrow));
    return narrow;
}

static bool is_number(const struct option_row *option)
{
    return option->type == OPTION_DURATION || option->type == OPTION_SIZE ||
           option->type == OPTION_COUNT || option->type == OPTION_RATE;
}

/* In its smallest unit. */
static const char *unit_of(const struct option_row *option)
{
    if (option->type == OPTION_DURATION)
        return "ms";
    return option->type == OPTION_RATE ? "/s" : "";
}

static enum err set_number(struct setting *setting, const struct option_row *option, int64_t value)
{
    char text[48];

    (void)snprintf(text, sizeof(text), "%lld%s", (long long)value, unit_of(option));
    return set(setting, option, text);
}

static void every_number_takes_its_least_and_its_most_and_no_more(void **state)
{
    struct setting *setting = *state;

    for (size_t i = 0; i < option_count(); i++) {
        const struct option_row *option = option_at(i);
        if (!is_number(option))
            continue;
        assert_err(OK, set_number(setting, option, option->least));
        assert_int_equal(option->least, number_of(setting, option));
        assert_err(OK, set_number(setting, option, option->most));
        assert_int_equal(option->most, number_of(setting, option));
        assert_err(ERR_CONFIG, set_number(setting, option, option->most + 1));
        assert_err(ERR_CONFIG, set_number(setting, option, option->least - 1));
        assert_int_equal(option->most, number_of(setting, option)); /* as it was */
        assert_true(strncmp("must be ", setting->problem, 8) == 0);
    }
}

static void every_preset_is_a_value_of_its_option(void **state)
{
    size_t presets = 0;

    for (size_t i = 0; i < option_count(); i++) {
        const struct option_row *option = option_at(i);
        if (option->preset == NULL || option->preset[0] == '\0')
            continue;
        assert_err(OK, set(*state, option, option->preset));
        presets++;
    }
    assert_true(presets > 10);
}

static const char *a_value_of(const struct option_row *option)
{
    switch (option->type) {
    case OPTION_TEXT: return "shop";
    case OPTION_PATH: return "file.pem";
    case OPTION_ROOT_KEY: return "file:root.key";
    case OPTION_ADMIN: return "unix:admin.sock";
    case OPTION_ADDRESS: return "127.0.0.1:8443";
    case OPTION_IDENTITY: return "DNS:shop.example";
    case OPTION_DURATION: return "1s";
    case OPTION_SIZE: return option->least >= 1 << 20 ? "1G" : "32K";
    case OPTION_COUNT: return "1";
    case OPTION_RATE: return "10/s";
    case OPTION_BOOL: return "yes";
    case OPTION_WORDS: return "one two";
    case OPTION_RIGHTS: return "tokenize";
    case OPTION_URL: return "https://psp.example/v1/";
    case OPTION_HEADER: return "Authorization: file:psp.secret";
    case OPTION_DIRECTION: return "inbound";
    case OPTION_SINK: return "file:log.jsonl";
    }
    return NULL;
}

/* The member of every option is its own: setting one changes no byte of what others set. */
static void every_option_writes_its_own_member(void **state)
{
    struct setting *setting = *state;
    const size_t size = sizeof(union section);
    union section *before = malloc(size);

    assert_non_null(before);
    for (size_t i = 0; i < option_count(); i++) {
        const struct option_row *option = option_at(i);
        size_t first = size;
        memset(setting->section, 0, size);
        memcpy(before, setting->section, size);
        assert_err(OK, set(setting, option, a_value_of(option)));
        for (size_t at = size; at > 0; at--) {
            if (((char *)setting->section)[at - 1] != ((char *)before)[at - 1])
                first = at - 1;
        }
        assert_true(first < size || option->type == OPTION_WORDS);
        assert_true(first >= option->offset || option->type == OPTION_RIGHTS);
    }
    free(before);
}

static void a_problem_never_repeats_the_value(void **state)
{
    static const char *const values[] = {
        "Sup3r-S3cret",         "Sup3r-S3cret:1", "file:", "URI:", "Sup3r-S3cret: Sup3r-S3cret",
        "http://Sup3r-S3cret/", "forward:",       "-1",    "1x"
    };
    struct setting *setting = *state;
    size_t refused = 0;

    for (size_t i = 0; i < option_count(); i++) {
        memset(setting->section, 0, sizeof(union section)); /* of whichever kind it is now */
        for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
            if (set(setting, option_at(i), values[j]) == OK)
                continue;
            assert_null(strstr(setting->problem, "Sup3r"));
            assert_true(strncmp("must be ", setting->problem, 8) == 0);
            refused++;
        }
    }
    assert_true(refused > 100);
}

static void no_option_takes_an_empty_value_but_lists(void **state)
{
    for (size_t i = 0; i < option_count(); i++) {
        const struct option_row *option = option_at(i);
        bool is_list = option->type == OPTION_WORDS || option->type == OPTION_RIGHTS;
        assert_err(is_list ? OK : ERR_CONFIG, set(*state, option, ""));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_takes_its_least_and_its_most_and_no_more),
        cmocka_unit_test(every_preset_is_a_value_of_its_option),
        cmocka_unit_test(every_option_writes_its_own_member),
        cmocka_unit_test(a_problem_never_repeats_the_value),
        cmocka_unit_test(no_option_takes_an_empty_value_but_lists),
    };

    return cmocka_run_group_tests(tests, setting_new, setting_free);
}
