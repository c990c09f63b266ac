#include "test.h"

#include "wire/media_type.h"

static const struct row {
    const char *value;
    enum media_type type;
} rows[] = {
    { "application/json", MEDIA_JSON },
    { "Application/JSON", MEDIA_JSON },
    { "application/json;charset=utf-8", MEDIA_JSON },
    { "application/json; charset=UTF-8", MEDIA_JSON },
    { "application/json ; Charset=\"Utf-8\" ", MEDIA_JSON },
    { "application/json;", MEDIA_JSON },
    { "application/merge-patch+json; charset=utf-8", MEDIA_MERGE_PATCH },
    { "application/x-www-form-urlencoded", MEDIA_FORM },
    { "", MEDIA_OTHER },
    { "json", MEDIA_OTHER },
    { "text/json", MEDIA_OTHER },
    { "application/jsonx", MEDIA_OTHER },
    { "application/json, application/json", MEDIA_OTHER },
    { "application/json; charset=latin1", MEDIA_OTHER },
    { "application/json; charset=utf-8; charset=utf-8", MEDIA_OTHER },
    { "application/json; charset = utf-8", MEDIA_OTHER },
    { "application/json; charset=utf8", MEDIA_OTHER },
    { "application/json; charset='utf-8'", MEDIA_OTHER },
    { "application/json; charset=\"utf-8", MEDIA_OTHER },
    { "application/json; version=1", MEDIA_OTHER },
    { "application/ json", MEDIA_OTHER },
    { "application/json charset=utf-8", MEDIA_OTHER },
    { "application/problem+json", MEDIA_OTHER },
};

static void types_are_told_apart_strictly(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (media_type_read(bytes_str(rows[i].value)) != rows[i].type)
            fail_msg("wrong type for %s", rows[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(types_are_told_apart_strictly) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
