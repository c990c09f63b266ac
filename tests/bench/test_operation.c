#include "bench/operation.h"

#include <unistd.h>

#include "crypto/library.h"
#include "test.h"
#include "wire/json.h"

static void every_operation_works_on_the_kit(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct kit *kit = calloc(1, sizeof(*kit));
    struct why why = { 0 };
    char folder[PATH_SIZE];
    (void)state;

    assert_non_null(kit);
    assert_err(OK, kit_open(temp.path, &why, kit));
    memcpy(folder, kit->folder, sizeof(folder));
    for (size_t i = 0; operation_at(i) != NULL; i++) {
        operation_at(i)->run(kit);
        assert_err(OK, kit->err);
    }
    kit_close(kit);
    assert_int_equal(-1, access(folder, F_OK));
    free(kit);
}

static void a_kit_that_cannot_be_made_says_where(void **state)
{
    struct kit *kit = calloc(1, sizeof(*kit));
    struct why why = { 0 };
    (void)state;

    assert_non_null(kit);
    assert_true(kit_open("/nowhere", &why, kit) != OK);
    assert_non_null(strstr(why.text, "/nowhere"));
    free(kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_works_on_the_kit),
        cmocka_unit_test(a_kit_that_cannot_be_made_says_where),
    };

    if (crypto_start() != OK)
        return 1;
    json_library_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
