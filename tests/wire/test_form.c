#include "test.h"

#include "wire/form.h"

static void pairs_are_lent_as_they_stand(void **state)
{
    struct bytes rest = bytes_lit("a=1&&card[number]=%7B%7B+x&b&=v&c=d=e&");
    static const struct form_pair expected[] = {
        { bytes_lit("a"), bytes_lit("1") },   { bytes_lit("card[number]"), bytes_lit("%7B%7B+x") },
        { bytes_lit("b"), bytes_lit("") },    { bytes_lit(""), bytes_lit("v") },
        { bytes_lit("c"), bytes_lit("d=e") },
    };
    struct form_pair pair;
    (void)state;

    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        assert_true(form_next(&rest, &pair));
        assert_bytes(expected[i].name, pair.name);
        assert_bytes(expected[i].value, pair.value);
    }
    assert_false(form_next(&rest, &pair));
}

static void what_is_encoded_decodes_to_itself(void **state)
{
    struct buf text AUTO(buf_done) = { .max = 1024 }, raw AUTO(buf_done) = { .max = 1024 };
    struct buf again AUTO(buf_done) = { .max = 1024 };
    (void)state;

    for (unsigned byte = 0; byte < 256; byte++)
        buf_add_u8(&text, (uint8_t)byte);
    form_encode(buf_bytes(&text), &raw);
    form_decode(buf_bytes(&raw), &again);
    assert_bytes(buf_bytes(&text), buf_bytes(&again));
}

static void spaces_become_plus_and_the_rest_is_escaped(void **state)
{
    struct buf raw AUTO(buf_done) = { .max = 1024 };
    (void)state;

    form_encode(bytes_lit("a b&c=~\xC3\xA9"), &raw);
    assert_bytes(bytes_lit("a+b%26c%3D%7E%C3%A9"), buf_bytes(&raw));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_lent_as_they_stand),
        cmocka_unit_test(what_is_encoded_decodes_to_itself),
        cmocka_unit_test(spaces_become_plus_and_the_rest_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
