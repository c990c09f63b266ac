#include "bench/profile.h"

#include "test.h"

static enum err parse(const char *text, struct why *why, struct profile *ret_profile)
{
    return profile_parse(bytes_str(text), "day.profile", why, ret_profile);
}

static void shares_are_read_in_their_order(void **state)
{
    struct profile profile;
    struct why why = { 0 };
    (void)state;

    assert_err(OK, parse("# a day\n\n60 inspect\n  5\ttokenize  \n1 detokenize", &why, &profile));
    assert_int_equal(3, profile.count);
    assert_string_equal("inspect", profile.shares[0].work->name);
    assert_int_equal(60, profile.shares[0].weight);
    assert_string_equal("tokenize", profile.shares[1].work->name);
    assert_int_equal(5, profile.shares[1].weight);
    assert_int_equal(1, profile.shares[2].weight);
}

static void a_line_that_makes_no_sense_is_named(void **state)
{
    static const char *const lines[] = { "inspect", "0 inspect",   "-1 inspect",  "10001 inspect",
                                         "5 fly",   "5 inspect 6", "5 handshake", "5 mixed",
                                         "5 idle",  "x inspect",   "7 tokenize" };
    (void)state;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct profile profile;
        struct why why = { 0 };
        char text[128];

        (void)snprintf(text, sizeof(text), "1 tokenize\n%s\n", lines[i]);
        assert_err(ERR_CONFIG, parse(text, &why, &profile));
        assert_non_null(strstr(why.text, "day.profile:2:"));
    }
}

static void a_profile_of_nothing_is_refused(void **state)
{
    struct profile profile;
    struct why why = { 0 };
    (void)state;

    assert_err(ERR_CONFIG, parse("# nothing\n", &why, &profile));
    assert_err(ERR_NOT_FOUND, profile_read("/nowhere", &why, &profile));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_read_in_their_order),
        cmocka_unit_test(a_line_that_makes_no_sense_is_named),
        cmocka_unit_test(a_profile_of_nothing_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
