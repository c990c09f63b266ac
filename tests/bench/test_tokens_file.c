#include "bench/tokens_file.h"

#include "base/file.h"
#include "test.h"

static void tokens_come_back_as_they_were_written(void **state)
{
    struct tokens tokens AUTO(tokens_done) = { 0 }, again AUTO(tokens_done) = { 0 };
    struct temp temp AUTO(temp_done) = temp_new();
    const struct temp_path path = temp_file(&temp, "tokens");
    struct why why = { 0 };
    (void)state;

    assert_err(OK, tokens_init(&tokens, 2));
    memcpy(tokens.texts, "94802311740611119480231174061112", 2 * TOKEN_SIZE);
    tokens.count = 2;
    assert_err(OK, tokens_write(&tokens, path.text, &why));
    assert_err(OK, tokens_read(path.text, &again, &why));
    assert_int_equal(2, again.count);
    assert_memory_equal(tokens.texts, again.texts, 2 * TOKEN_SIZE);
}

static void what_is_not_a_token_a_line_is_refused(void **state)
{
    static const char *const texts[] = { "", "9480231174061111", "948023117406111\n",
                                         "94802311740\n1111\n", "9480231174061111\n\n" };
    struct temp temp AUTO(temp_done) = temp_new();
    const struct temp_path path = temp_file(&temp, "tokens");
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct tokens tokens AUTO(tokens_done) = { 0 };
        struct why why = { 0 };

        assert_err(OK, file_replace(path.text, bytes_str(texts[i]), 0600));
        assert_err(ERR_CORRUPT, tokens_read(path.text, &tokens, &why));
        assert_int_equal(0, tokens.count);
    }
}

static void a_file_that_is_not_there_is_named(void **state)
{
    struct tokens tokens AUTO(tokens_done) = { 0 };
    struct why why = { 0 };
    (void)state;

    assert_err(ERR_NOT_FOUND, tokens_read("/nowhere/tokens", &tokens, &why));
    assert_non_null(strstr(why.text, "/nowhere/tokens"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_come_back_as_they_were_written),
        cmocka_unit_test(what_is_not_a_token_a_line_is_refused),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
