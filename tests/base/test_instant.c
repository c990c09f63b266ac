#include "test.h"

#include <time.h>

#include "base/instant.h"

static const struct vector {
    const char *source, *text;
    int64_t ms;
} vectors[] = {
    { "RFC 3339, section 5.8", "1985-04-12T23:20:50.52Z", 482196050520 },
    { "RFC 3339, section 5.8", "1996-12-19T16:39:57-08:00", 851042397000 },
    { "RFC 3339, section 5.8", "1990-12-31T23:59:60Z", 662688000000 },
    { "RFC 3339, section 5.8", "1990-12-31T15:59:60-08:00", 662688000000 },
    { "RFC 3339, section 5.6, note on case", "1985-04-12t23:20:50.52z", 482196050520 },
    { "the first moment", "1970-01-01T00:00:00Z", 0 },
    { "the last moment", "9999-12-31T23:59:59.999Z", 253402300799999 },
    { "a leap day", "2024-02-29T00:00:00Z", 1709164800000 },
    { "a leap day of a century", "2000-02-29T00:00:00Z", 951782400000 },
    { "cut, not rounded", "1970-01-01T00:00:00.9999999Z", 999 },
    { "an offset across midnight", "1970-01-01T00:30:00+00:30", 0 },
};

static const char *const refused[] = {
    "",
    "1937-01-01T12:00:27.87+00:20", /* RFC 3339, section 5.8, but before 1970 */
    "1970-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "10000-01-01T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z",
    "2024-04-31T00:00:00Z",
    "2024-00-01T00:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-01-00T00:00:00Z",
    "2024-01-01T24:00:00Z",
    "2024-01-01T00:60:00Z",
    "2024-01-01T00:00:61Z",
    "2024-01-01T00:00:00",
    "2024-01-01T00:00:00.Z",
    "2024-01-01T00:00:00,5Z",
    "2024-01-01 00:00:00Z",
    "2024-01-01T00:00:00+24:00",
    "2024-01-01T00:00:00+0100",
    "2024-01-01T00:00:00 01:00",
    "2024-1-01T00:00:00Z",
    "2024-01-01T00:00:00Z ",
    "2024-01-01T00:00Z",
    "+024-01-01T00:00:00Z",
};

static void rfc_3339_times_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        int64_t ms = -1;
        assert_err(OK, instant_read(bytes_str(vectors[i].text), &ms));
        if (ms != vectors[i].ms)
            fail_msg("%s: %s", vectors[i].source, vectors[i].text);
    }
}

static void anything_else_is_refused_and_the_result_left_alone(void **state)
{
    int64_t ms = 7;

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        if (instant_read(bytes_str(refused[i]), &ms) != ERR_BAD_EXPIRY)
            fail_msg("accepted: %s", refused[i]);
    }
    assert_int_equal(7, ms);
}

static void every_day_of_a_cycle_of_400_years_reads_back(void **state)
{
    const int64_t day_ms = 86400000, days = 146097;
    char text[INSTANT_TEXT_SIZE];

    (void)state;
    for (int64_t day = 0; day < days; day++) {
        int64_t ms = -1;
        instant_write_ms(day * day_ms + 1, text);
        assert_err(OK, instant_read(bytes_str(text), &ms));
        assert_true(ms == day * day_ms + 1);
    }
}

static void times_are_written_in_utc(void **state)
{
    char text[INSTANT_TEXT_SIZE];

    (void)state;
    assert_int_equal(0, setenv("TZ", "Asia/Tokyo", 1));
    tzset();
    instant_write(482196050520, text);
    assert_string_equal("1985-04-12T23:20:50Z", text);
    instant_write_ms(482196050520, text);
    assert_string_equal("1985-04-12T23:20:50.520Z", text);
    instant_write_ms(253402300799999, text);
    assert_string_equal("9999-12-31T23:59:59.999Z", text);
}

static void times_before_1970_round_down_too(void **state)
{
    char text[INSTANT_TEXT_SIZE];

    (void)state;
    instant_write(-1, text);
    assert_string_equal("1969-12-31T23:59:59Z", text);
    instant_write_ms(-1, text);
    assert_string_equal("1969-12-31T23:59:59.999Z", text);
    instant_write_ms(-1000, text);
    assert_string_equal("1969-12-31T23:59:59.000Z", text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_3339_times_are_read),
        cmocka_unit_test(anything_else_is_refused_and_the_result_left_alone),
        cmocka_unit_test(every_day_of_a_cycle_of_400_years_reads_back),
        cmocka_unit_test(times_are_written_in_utc),
        cmocka_unit_test(times_before_1970_round_down_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
