#include "test.h"

#include "base/file.h"
#include "sink/position.h"

static void a_position_is_read_as_it_was_written(void **state)
{
    static const uint64_t positions[] = { 0, 1, 65536, UINT64_MAX };
    struct temp temp AUTO(temp_done) = temp_new();
    const struct temp_path path = temp_file(&temp, "sinks/siem.position");
    struct why why = { 0 };
    (void)state;

    for (size_t i = 0; i < sizeof(positions) / sizeof(positions[0]); i++) {
        uint64_t position = 7;
        assert_err(OK, position_save(path.text, positions[i], &why));
        assert_err(OK, position_load(path.text, &position, &why));
        assert_true(position == positions[i]);
    }
}

static void a_sink_without_a_file_is_new(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct why why = { 0 };
    uint64_t position = 7;
    (void)state;

    assert_err(ERR_NOT_FOUND, position_load(temp_file(&temp, "none").text, &position, &why));
    assert_int_equal(7, position);
    assert_string_equal("", why.text);
}

/* To begin anew without a word could be somebody's way to hide a gap, or a flood. */
static void a_file_that_is_not_understood_is_no_position(void **state)
{
    static const struct {
        const char *text;
        enum err err;
    } cases[] = {
        { "", ERR_CORRUPT },
        { "12\n", ERR_CORRUPT },
        { "pangate-sink 1 12", ERR_CORRUPT }, /* cut */
        { "pangate-sink 1 \n", ERR_CORRUPT },
        { "pangate-sink 1 012\n", ERR_CORRUPT },
        { "pangate-sink 1 -1\n", ERR_CORRUPT },
        { "pangate-sink 1 18446744073709551616\n", ERR_CORRUPT },
        { "pangate-sink 1 12\n13\n", ERR_CORRUPT },
        { "pangate-sink 2 12\n", ERR_NEWER },
    };
    struct temp temp AUTO(temp_done) = temp_new();
    const struct temp_path path = temp_file(&temp, "siem.position");
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct why why = { 0 };
        uint64_t position = 7;
        assert_err(OK, file_replace(path.text, bytes_str(cases[i].text), 0600));
        assert_err(cases[i].err, position_load(path.text, &position, &why));
        assert_int_equal(7, position);
        assert_non_null(strstr(why.text, path.text));
    }
}

static void what_cannot_be_written_is_said(void **state)
{
    struct why why = { 0 };
    (void)state;

    assert_int_not_equal(OK, position_save("/proc/none/siem.position", 1, &why));
    assert_non_null(strstr(why.text, "/proc/none/siem.position"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_position_is_read_as_it_was_written),
        cmocka_unit_test(a_sink_without_a_file_is_new),
        cmocka_unit_test(a_file_that_is_not_understood_is_no_position),
        cmocka_unit_test(what_cannot_be_written_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
