#include "test.h"

#include "card/brand.h"

/* A number that begins so; the rest is zeros and need not pass any check. */
static enum brand brand_of_prefix(const char *prefix)
{
    struct pan pan = { .count = 16 };

    for (size_t i = 0; prefix[i] != '\0'; i++)
        pan.digits[i] = (uint8_t)(prefix[i] - '0');
    return brand_of(&pan);
}

static const struct {
    const char *prefix;
    enum brand brand;
} prefixes[] = {
    { "4", BRAND_VISA },
    { "402918", BRAND_NARANJA }, /* within Visa's 4 */
    { "402919", BRAND_VISA },
    { "493698", BRAND_MAESTRO },
    { "51", BRAND_MASTERCARD },
    { "2220", BRAND_UNKNOWN },
    { "2221", BRAND_MASTERCARD },
    { "2720", BRAND_MASTERCARD },
    { "2721", BRAND_UNKNOWN },
    { "34", BRAND_AMEX },
    { "3528", BRAND_JCB },
    { "3527", BRAND_UNKNOWN },
    { "3088", BRAND_JCB },
    { "504174", BRAND_MAESTRO },
    { "504175", BRAND_ELO },
    { "506098", BRAND_MAESTRO },
    { "506099", BRAND_VERVE }, /* as long as Maestro's 504176 to 506698, but narrower */
    { "506128", BRAND_MAESTRO },
    { "6", BRAND_MAESTRO },
    { "6011", BRAND_DISCOVER },
    { "62183", BRAND_MAESTRO }, /* left out of UnionPay's */
    { "62182", BRAND_UNIONPAY },
    { "627779", BRAND_UNIONPAY },
    { "627780", BRAND_ELO },
    { "65", BRAND_DISCOVER },
    { "650922", BRAND_ELO },
    { "650923", BRAND_TROY },   /* one number within Elo's 650901 to 650978 */
    { "65083704", BRAND_TROY }, /* eight digits */
    { "65083705", BRAND_DISCOVER },
    { "63737423", BRAND_HIPER },
    { "63737424", BRAND_MAESTRO },
    { "606282", BRAND_HIPERCARD },
    { "2204", BRAND_MIR },
    { "9792", BRAND_TROY },
    { "9793", BRAND_UNKNOWN },
    { "0", BRAND_UNKNOWN },
    { "1", BRAND_UNKNOWN },
    { "7", BRAND_UNKNOWN },
};

static void the_longest_prefix_wins_and_then_the_narrower_range(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        enum brand brand = brand_of_prefix(prefixes[i].prefix);
        if (brand != prefixes[i].brand)
            print_error("%s is %s\n", prefixes[i].prefix, brand_name(brand));
        assert_int_equal(prefixes[i].brand, brand);
    }
}

static void nothing_that_begins_with_99_has_a_brand(void **state)
{
    char prefix[9];
    (void)state;

    for (int rest = 0; rest < 1000000; rest++) {
        (void)snprintf(prefix, sizeof(prefix), "99%06d", rest);
        assert_int_equal(BRAND_UNKNOWN, brand_of_prefix(prefix));
    }
}

/* The demo shows every brand once; its table must be right without anybody running it. */
static void the_demo_table_has_every_brand_and_tells_what_is_accepted(void **state)
{
    FILE *file = fopen(PANGATE_DEMO_CARDS, "r");
    char line[256], brand[32], number[32];
    bool shown[BRANDS] = { false };
    int status, refused = 0;
    (void)state;

    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        struct pan pan AUTO(pan_wipe) = { 0 };
        if (line[0] == '#')
            continue;
        assert_int_equal(3, sscanf(line, "%31[^\t]\t%31[^\t]\t%d\t", brand, number, &status));
        assert_int_equal(status == 201, pan_parse(bytes_str(number), &pan) == OK);
        if (status == 201) {
            assert_string_equal(brand, brand_name(brand_of(&pan)));
            shown[brand_of(&pan)] = true;
        }
        refused += status == 422;
    }
    (void)fclose(file);
    for (enum brand b = BRAND_UNKNOWN + 1; b < BRANDS; b++)
        assert_true(shown[b]);
    assert_int_equal(2, refused);
}

static void every_brand_has_a_name_of_its_own(void **state)
{
    (void)state;

    for (enum brand a = 0; a < BRANDS; a++) {
        for (enum brand b = 0; b < a; b++)
            assert_string_not_equal(brand_name(a), brand_name(b));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_prefix_wins_and_then_the_narrower_range),
        cmocka_unit_test(nothing_that_begins_with_99_has_a_brand),
        cmocka_unit_test(every_brand_has_a_name_of_its_own),
        cmocka_unit_test(the_demo_table_has_every_brand_and_tells_what_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
