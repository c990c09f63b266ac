#include "test.h"

#include "service/text.h"

#define VISA "4111111111111111"

static void text_may_be_as_long_as_it_may_be(void **state)
{
    char text[200];
    (void)state;

    memset(text, 'x', sizeof(text));
    assert_err(OK, text_check(bytes_lit(""), 0));
    assert_err(OK, text_check(bytes_of(text, 128), CUSTOMER_TEXT_MAX));
    assert_err(ERR_BAD_REQUEST, text_check(bytes_of(text, 129), CUSTOMER_TEXT_MAX));
}

static void a_card_number_is_found_before_the_length_is(void **state)
{
    static const char *const texts[] = { VISA, "card " VISA " of A.", "4111 1111 1111 1111",
                                         "4111-1111-1111-1111 and more" };
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_err(ERR_PAN_IN_TEXT, text_check(bytes_str(texts[i]), 3));
    assert_err(OK, text_check(bytes_lit("4111111111111112"), 64));
    assert_err(OK, text_check(bytes_lit("order 123456789012"), 64));
}

/* The pairs as "a=1 b=2 ". */
static void assert_pairs(const char *expected, const struct buf *metadata)
{
    struct bytes rest = buf_bytes(metadata), name, value;
    struct buf text AUTO(buf_done) = { 0 };

    buf_init(&text, 4096);
    while (metadata_next(&rest, &name, &value)) {
        buf_add(&text, name);
        buf_add_u8(&text, '=');
        buf_add(&text, value);
        buf_add_u8(&text, ' ');
    }
    assert_bytes(bytes_str(expected), buf_bytes(&text));
}

static void put(struct buf *metadata, const char *name, const char *value)
{
    assert_err(OK, metadata_put(metadata, bytes_str(name), bytes_str(value)));
}

static void pairs_are_kept_in_order_and_replaced_by_name(void **state)
{
    struct buf metadata AUTO(buf_done) = { 0 };
    (void)state;

    buf_init(&metadata, 1200);
    put(&metadata, "a", "1");
    put(&metadata, "b", "");
    put(&metadata, "c", "333");
    assert_pairs("a=1 b= c=333 ", &metadata);
    put(&metadata, "a", "22");
    assert_pairs("b= c=333 a=22 ", &metadata);
    put(&metadata, "", "x");
    assert_pairs("b= c=333 a=22 =x ", &metadata);
}

static void a_pair_can_be_dropped_wherever_it_stands(void **state)
{
    static const struct {
        const char *name, *left;
    } drops[] = { { "a", "b=2 c=3 " },
                  { "b", "a=1 c=3 " },
                  { "c", "a=1 b=2 " },
                  { "d", "a=1 b=2 c=3 " },
                  { "", "a=1 b=2 c=3 " } };
    (void)state;

    for (size_t i = 0; i < sizeof(drops) / sizeof(drops[0]); i++) {
        struct buf metadata AUTO(buf_done) = { 0 };
        buf_init(&metadata, 1200);
        put(&metadata, "a", "1");
        put(&metadata, "b", "2");
        put(&metadata, "c", "3");
        assert_err(OK, metadata_drop(&metadata, bytes_str(drops[i].name)));
        assert_pairs(drops[i].left, &metadata);
    }
}

static void names_and_values_have_bounds(void **state)
{
    struct buf metadata AUTO(buf_done) = { 0 };
    char text[600];
    (void)state;

    memset(text, 'x', sizeof(text));
    buf_init(&metadata, 1200);
    assert_err(OK, metadata_put(&metadata, bytes_of(text, 40), bytes_of(text, 500)));
    assert_err(ERR_BAD_REQUEST, metadata_put(&metadata, bytes_of(text, 41), bytes_lit("")));
    assert_err(ERR_BAD_REQUEST, metadata_put(&metadata, bytes_lit("a"), bytes_of(text, 501)));
    assert_err(ERR_BAD_REQUEST, metadata_drop(&metadata, bytes_of(text, 41)));
    assert_int_equal(3 + 40 + 500, metadata.size);
}

static void a_card_number_is_found_in_names_and_in_values(void **state)
{
    struct buf metadata AUTO(buf_done) = { 0 };
    const char text[501] = { 0 };
    (void)state;

    buf_init(&metadata, 1200);
    assert_err(ERR_PAN_IN_TEXT, metadata_put(&metadata, bytes_lit(VISA), bytes_lit("v")));
    assert_err(ERR_PAN_IN_TEXT, metadata_put(&metadata, bytes_lit("k"), bytes_lit(VISA)));
    assert_err(ERR_PAN_IN_TEXT, metadata_drop(&metadata, bytes_lit(VISA)));
    assert_err(ERR_PAN_IN_TEXT, metadata_pair_check(bytes_lit(VISA), bytes_of(text, 501)));
    assert_int_equal(0, metadata.size);
}

static void the_whole_has_at_most_20_pairs(void **state)
{
    struct buf metadata AUTO(buf_done) = { 0 };
    char name[8];
    (void)state;

    buf_init(&metadata, 1200);
    for (int i = 0; i < 20; i++) {
        (void)snprintf(name, sizeof(name), "n%d", i);
        put(&metadata, name, "");
    }
    assert_err(OK, metadata_check(&metadata));
    put(&metadata, "one more", "");
    assert_err(ERR_BAD_REQUEST, metadata_check(&metadata));
}

static void the_whole_has_at_most_1024_bytes_of_text(void **state)
{
    struct buf metadata AUTO(buf_done) = { 0 };
    char text[500];
    (void)state;

    memset(text, 'x', sizeof(text));
    buf_init(&metadata, 1200);
    assert_err(OK, metadata_put(&metadata, bytes_lit("a"), bytes_of(text, 500)));
    assert_err(OK, metadata_put(&metadata, bytes_lit("b"), bytes_of(text, 500)));
    assert_err(OK, metadata_put(&metadata, bytes_lit("c"), bytes_of(text, 21)));
    assert_err(OK, metadata_check(&metadata));
    assert_err(OK, metadata_put(&metadata, bytes_lit("c"), bytes_of(text, 22)));
    assert_err(ERR_BAD_REQUEST, metadata_check(&metadata));
}

static void more_than_the_buffer_holds_is_the_callers_mistake(void **state)
{
    struct buf metadata AUTO(buf_done) = { 0 };
    char text[500];
    (void)state;

    memset(text, 'x', sizeof(text));
    buf_init(&metadata, 600);
    assert_err(OK, metadata_put(&metadata, bytes_lit("a"), bytes_of(text, 500)));
    assert_err(ERR_BAD_REQUEST, metadata_put(&metadata, bytes_lit("b"), bytes_of(text, 500)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_may_be_as_long_as_it_may_be),
        cmocka_unit_test(a_card_number_is_found_before_the_length_is),
        cmocka_unit_test(pairs_are_kept_in_order_and_replaced_by_name),
        cmocka_unit_test(a_pair_can_be_dropped_wherever_it_stands),
        cmocka_unit_test(names_and_values_have_bounds),
        cmocka_unit_test(a_card_number_is_found_in_names_and_in_values),
        cmocka_unit_test(the_whole_has_at_most_20_pairs),
        cmocka_unit_test(the_whole_has_at_most_1024_bytes_of_text),
        cmocka_unit_test(more_than_the_buffer_holds_is_the_callers_mistake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
