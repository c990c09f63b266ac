#include "cli/instruct.h"

#include "cli/playground.h"
#include "test.h"

static void while_no_gateway_runs_it_is_done_at_the_vault(void **state)
{
    struct instruction instruction = { .kind = INSTRUCT_ADD_CANARY, .name = "shop" };
    struct operator_result result = { 0 };
    struct temp temp = temp_new();
    char folder[PATH_SIZE], config[PATH_SIZE];
    struct why why = { 0 };
    (void)state;

    assert_err(OK, path_join(temp.path, "play", folder, PATH_SIZE));
    assert_err(OK, playground_make(folder, PLAYGROUND_PORT, &why));
    assert_err(OK, path_join(folder, "pangate.conf", config, PATH_SIZE));
    assert_err(OK, instruct(config, &instruction, &result, &why));
    assert_int_equal(16, result.token.size);
    instruction.kind = INSTRUCT_REMOVE_CANARY;
    instruction.token = result.token;
    assert_err(OK, instruct(config, &instruction, &result, &why));
    assert_err(ERR_NO_TOKEN, instruct(config, &instruction, &result, &why));
    assert_string_equal("the tenant has no such canary", why.text);
    temp_done(&temp);
}

static void without_a_configuration_nothing_is_done(void **state)
{
    struct instruction instruction = { .kind = INSTRUCT_RELEASE, .name = "thief" };
    struct operator_result result = { 0 };
    struct why why = { 0 };
    (void)state;

    assert_err(ERR_CONFIG, instruct("/nonexistent/pangate.conf", &instruction, &result, &why));
    assert_string_equal("/nonexistent/pangate.conf: the configuration has mistakes", why.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(while_no_gateway_runs_it_is_done_at_the_vault),
        cmocka_unit_test(without_a_configuration_nothing_is_done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
