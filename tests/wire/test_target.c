#include "test.h"

#include "wire/target.h"

static void a_target_is_split_as_it_stands(void **state)
{
    struct target target;
    (void)state;

    assert_err(OK, target_read(bytes_lit("/v1/%2F//?a=?b"), &target));
    assert_int_equal(TARGET_ORIGIN, target.form);
    assert_bytes(bytes_lit("/v1/%2F//"), target.path);
    assert_bytes(bytes_lit("a=?b"), target.query);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_target_is_split_as_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
