#include "test.h"

#include <string.h>

#include "net/handshake.h"

/* They are labels of a metric and codes in the audit log. */
static void every_result_is_one_word_of_its_own(void **state)
{
    (void)state;

    assert_string_equal("ok", handshake_text(HANDSHAKE_OK));
    for (int i = 0; i < HANDSHAKE_COUNT; i++) {
        const char *text = handshake_text((enum handshake)i);
        assert_in_range(strlen(text), 2, 31);
        assert_int_equal(strlen(text), strspn(text, "abcdefghijklmnopqrstuvwxyz_"));
        for (int j = 0; j < i; j++)
            assert_string_not_equal(text, handshake_text((enum handshake)j));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_result_is_one_word_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
