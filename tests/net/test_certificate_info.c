#include "tls_scene.h"

#include "base/file.h"
#include "net/certificate_info.h"

static void the_end_of_the_first_certificate_is_told(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    int64_t end_ms = 0;
    (void)state;

    certificate_free(
        make_certificate(&temp, "ca",
                         (struct certificate_options){ .kind = CERTIFICATE_CA,
                                                       .not_before_ms = 0,
                                                       .not_after_ms = INT64_C(2000000000000) }));
    assert_err(OK, certificate_not_after(temp_file(&temp, "ca.pem").text, &end_ms));
    assert_int_equal(INT64_C(2000000000000), end_ms);
}

static void what_is_no_certificate_has_no_end(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    int64_t end_ms = -7;
    (void)state;

    assert_err(ERR_NOT_FOUND, certificate_not_after(temp_file(&temp, "none.pem").text, &end_ms));
    assert_err(OK, file_create(temp_file(&temp, "text.pem").text, bytes_lit("text"), 0600));
    assert_err(ERR_CERTIFICATE, certificate_not_after(temp_file(&temp, "text.pem").text, &end_ms));
    assert_int_equal(-7, end_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_the_first_certificate_is_told),
        cmocka_unit_test(what_is_no_certificate_has_no_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
