/*
 * JSONTestSuite: y_ must be read, n_ must not, i_ is free but must not crash. Four y_ are refused
 * on purpose: two doubled members, two NULs.
 */
#include "test.h"

#include <dirent.h>

#include "base/file.h"
#include "wire/json.h"

enum { TEXT_MAX = 1024 * 1024, READ_MUST = 95, REFUSED_MUST = 188 };

static const char *const refused_on_purpose[] = {
    "y_object_duplicated_key.json",
    "y_object_duplicated_key_and_value.json",
    "y_object_escaped_null_in_key.json",
    "y_string_null_escape.json",
};

static bool is_refused_on_purpose(const char *name)
{
    for (size_t i = 0; i < sizeof(refused_on_purpose) / sizeof(refused_on_purpose[0]); i++) {
        if (strcmp(name, refused_on_purpose[i]) == 0)
            return true;
    }
    return false;
}

static void check_file(const char *path, const char *name)
{
    struct buf text AUTO(buf_done) = { .max = TEXT_MAX };
    struct json_doc doc AUTO(json_doc_done) = { 0 };
    bool read, expected = name[0] == 'y' && !is_refused_on_purpose(name);

    assert_err(OK, file_read(path, &text));
    read = json_doc_read(buf_bytes(&text), &doc) == OK;
    if (name[0] != 'i' && read != expected)
        fail_msg("%s was %s", name, read ? "read" : "refused");
}

static void the_suite_is_judged_as_it_says(void **state)
{
    struct temp_path folder = corpus_file("json/test_parsing");
    DIR *entries = opendir(folder.text);
    unsigned counts[256] = { 0 };
    (void)state;

    assert_non_null(entries);
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        struct temp_path path;
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path.text, sizeof(path.text), "%.200s/%.255s", folder.text, entry->d_name);
        check_file(path.text, entry->d_name);
        counts[(uint8_t)entry->d_name[0]]++;
    }
    (void)closedir(entries);
    assert_int_equal(READ_MUST, counts['y']);
    assert_int_equal(REFUSED_MUST, counts['n']);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_suite_is_judged_as_it_says) };
    return test_result(cmocka_run_group_tests(tests, NULL, NULL));
}
