#include "test.h"

#include "wire/json.h"

/* A document with the reader on its root. */
struct opened {
    struct json_doc doc;
    struct json_fault fault;
    struct json_reader body;
};

static void open_text(struct opened *opened, const char *text)
{
    *opened = (struct opened){ 0 };
    assert_err(OK, json_doc_read(bytes_str(text), &opened->doc));
    opened->body = json_reader_on(json_doc_root(&opened->doc), &opened->fault);
}

static void opened_done(struct opened *opened)
{
    json_doc_done(&opened->doc);
}

static void texts_that_are_not_acceptable_are_refused(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "{",
        "{}x",
        "{} {}",
        "nul",
        "[1,]",
        "{\"a\":1,}",
        "{'a':1}",
        "{a:1}",
        "[01]",
        "[1.]",
        "[.1]",
        "[+1]",
        "[NaN]",
        "[Infinity]",
        "[0x1]",
        "// x\n1",
        "\"\t\"",
        "\"\\x\"",
        "\"\\u00\"",
        "\"\xFF\"",
        "\"\xC0\x80\"",
        "\"\xED\xA0\x80\"",
        "\"\\ud800\"",
        "\xEF\xBB\xBF{}",
        "[1e400]",
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"\\u0061\":2}",
        "\"\\u0000\"",
        "{\"\\u0000\":1}",
        "[\"a\\u0000b\"]",
    };
    struct json_doc doc = { 0 };
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (json_doc_read(bytes_str(texts[i]), &doc) != ERR_BAD_JSON)
            fail_msg("accepted: %s", texts[i]);
        assert_null(doc.root);
    }
    assert_err(ERR_BAD_JSON, json_doc_read(bytes_lit("{}\0"), &doc));
    assert_err(ERR_BAD_JSON, json_doc_read(bytes_lit("1\0"), &doc));
    assert_err(ERR_BAD_JSON, json_doc_read(bytes_lit("[1\0]"), &doc));
    assert_err(ERR_BAD_JSON, json_doc_read(bytes_lit("\"a\0b\""), &doc));
}

static void nesting_is_bounded(void **state)
{
    struct json_doc doc = { 0 };
    char text[2 * JSON_DEPTH_MAX + 3] = "";
    (void)state;

    memset(text, '[', JSON_DEPTH_MAX);
    memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    assert_err(OK, json_doc_read(bytes_of(text, 2 * JSON_DEPTH_MAX), &doc));
    json_doc_done(&doc);
    memset(text, '[', JSON_DEPTH_MAX + 1);
    memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
    assert_err(ERR_BAD_JSON, json_doc_read(bytes_of(text, 2 * JSON_DEPTH_MAX + 2), &doc));
    /* Brackets in a string are text, after an escaped quote, too. */
    assert_err(OK,
               json_doc_read(bytes_lit("[\"\\\"[[[[[[[[[[[[[[[[[[[[\",\"\\\\\",[],{},[]]"), &doc));
    json_doc_done(&doc);
}

static void members_are_taken_by_name_and_type(void **state)
{
    struct opened opened AUTO(opened_done);
    struct json_reader card;
    struct bytes number, name = bytes_lit("before");
    int64_t month = 0, year = 7;
    bool flag = false;
    (void)state;

    open_text(&opened, "{\"card\":{\"exp_month\":12,\"number\":\"4111\"},\"flag\":true}");
    json_need_object(&opened.body, "card", &card);
    json_need_text(&card, "number", &number);
    assert_bytes(bytes_lit("4111"), number);
    assert_true(json_take_integer(&card, "exp_month", &month));
    assert_int_equal(12, month);
    assert_false(json_take_integer(&card, "exp_year", &year));
    assert_int_equal(7, year);
    assert_false(json_take_text(&card, "name", &name));
    assert_bytes(bytes_lit("before"), name);
    assert_err(OK, json_reader_end(&card));
    assert_true(json_take_bool(&opened.body, "flag", &flag));
    assert_true(flag);
    assert_err(OK, json_reader_end(&opened.body));
}

static void what_nobody_took_is_unknown(void **state)
{
    struct opened opened AUTO(opened_done);
    struct json_reader card;
    (void)state;

    open_text(&opened, "{\"card\":{\"number\":\"4111\",\"secret\":1}}");
    json_need_object(&opened.body, "card", &card);
    json_need_text(&card, "number", &(struct bytes){ 0 });
    assert_err(ERR_UNKNOWN_FIELD, json_reader_end(&card));
    assert_string_equal("card", opened.fault.field);
    assert_err(ERR_UNKNOWN_FIELD, json_reader_end(&opened.body));
}

static void an_unknown_member_at_the_top_has_no_field(void **state)
{
    struct opened opened AUTO(opened_done);
    (void)state;

    open_text(&opened, "{\"secret\":1}");
    assert_err(ERR_UNKNOWN_FIELD, json_reader_end(&opened.body));
    assert_string_equal("", opened.fault.field);
}

/* A PAN as a number, also one beyond 64 bits, and null where a value must be. */
static void a_wrong_type_names_its_field(void **state)
{
    static const char *const texts[] = {
        "{\"card\":{\"number\":4111111111111111}}",
        "{\"card\":{\"number\":9999999999999999999}}",
        "{\"card\":{\"number\":99999999999999999999999}}",
        "{\"card\":{\"number\":4.1}}",
        "{\"card\":{\"number\":null}}",
        "{\"card\":{\"number\":true}}",
        "{\"card\":{\"number\":[\"4111\"]}}",
        "{\"card\":{}}",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct opened opened AUTO(opened_done);
        struct json_reader card;

        open_text(&opened, texts[i]);
        json_need_object(&opened.body, "card", &card);
        json_need_text(&card, "number", &(struct bytes){ 0 });
        assert_err(ERR_BAD_REQUEST, json_reader_end(&card));
        assert_string_equal("card.number", opened.fault.field);
    }
}

static void an_integer_is_not_a_real_or_a_text(void **state)
{
    static const char *const texts[] = { "{\"m\":1.0}", "{\"m\":1e1}", "{\"m\":\"1\"}",
                                         "{\"m\":null}", "{\"m\":92233720368547758080}" };
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct opened opened AUTO(opened_done);
        int64_t value = 0;

        open_text(&opened, texts[i]);
        assert_false(json_take_integer(&opened.body, "m", &value));
        assert_err(ERR_BAD_REQUEST, json_reader_end(&opened.body));
        assert_string_equal("m", opened.fault.field);
    }
}

static void in_an_absent_object_nothing_is_missed(void **state)
{
    struct opened opened AUTO(opened_done);
    struct json_reader card;
    (void)state;

    open_text(&opened, "{}");
    assert_false(json_take_object(&opened.body, "card", &card));
    json_need_text(&card, "number", &(struct bytes){ 0 });
    assert_err(OK, json_reader_end(&card));
    json_need_object(&opened.body, "card", &card);
    json_need_text(&card, "number", &(struct bytes){ 0 });
    assert_err(ERR_BAD_REQUEST, json_reader_end(&card));
    assert_string_equal("card", opened.fault.field);
}

static void the_first_fault_stays(void **state)
{
    struct opened opened AUTO(opened_done);
    (void)state;

    open_text(&opened, "{\"a\":1,\"b\":2}");
    json_need_text(&opened.body, "a", &(struct bytes){ 0 });
    json_reader_fail(&opened.body, ERR_BAD_EXPIRY, "b");
    assert_err(ERR_BAD_REQUEST, json_reader_end(&opened.body));
    assert_string_equal("a", opened.fault.field);
}

static void a_root_that_is_no_object_is_a_bad_request(void **state)
{
    static const char *const texts[] = { "[]", "1", "null", "\"a\"", "true" };
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct opened opened AUTO(opened_done);

        open_text(&opened, texts[i]);
        json_need_text(&opened.body, "a", &(struct bytes){ 0 });
        assert_err(ERR_BAD_REQUEST, json_reader_end(&opened.body));
        assert_string_equal("", opened.fault.field);
    }
}

/* RFC 7396: null deletes, absence leaves alone. */
static void null_absence_and_value_are_three_things(void **state)
{
    struct opened opened AUTO(opened_done);
    struct bytes text;
    (void)state;

    open_text(&opened, "{\"gone\":null,\"set\":\"x\"}");
    assert_true(json_has(&opened.body, "gone"));
    assert_true(json_take_null(&opened.body, "gone"));
    assert_false(json_has(&opened.body, "kept"));
    assert_false(json_take_null(&opened.body, "kept"));
    assert_false(json_take_text(&opened.body, "kept", &text));
    assert_false(json_take_null(&opened.body, "set"));
    assert_true(json_take_text(&opened.body, "set", &text));
    assert_err(OK, json_reader_end(&opened.body));
}

static void items_name_their_fields_within_themselves(void **state)
{
    struct opened opened AUTO(opened_done);
    struct json_fault fault = { 0 };
    struct json_items items;
    struct json_reader item;
    (void)state;

    open_text(&opened, "{\"items\":[{\"n\":\"a\"},{\"n\":1},7]}");
    json_need_items(&opened.body, "items", &items);
    assert_int_equal(3, items.count);
    item = json_reader_on(json_items_next(&items), &fault);
    json_need_text(&item, "n", &(struct bytes){ 0 });
    assert_err(OK, json_reader_end(&item));
    item = json_reader_on(json_items_next(&items), &fault);
    json_need_text(&item, "n", &(struct bytes){ 0 });
    assert_err(ERR_BAD_REQUEST, json_reader_end(&item));
    assert_string_equal("n", fault.field);
    fault = (struct json_fault){ 0 };
    item = json_reader_on(json_items_next(&items), &fault);
    assert_err(ERR_BAD_REQUEST, json_reader_end(&item));
    assert_string_equal("", fault.field);
    assert_null(json_items_next(&items));
    assert_err(OK, json_reader_end(&opened.body));
}

static void items_that_are_missing_or_no_array_are_faults(void **state)
{
    static const char *const texts[] = { "{}", "{\"items\":{}}", "{\"items\":null}" };
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct opened opened AUTO(opened_done);
        struct json_items items;

        open_text(&opened, texts[i]);
        json_need_items(&opened.body, "items", &items);
        assert_null(json_items_next(&items));
        assert_err(ERR_BAD_REQUEST, json_reader_end(&opened.body));
        assert_string_equal("items", opened.fault.field);
    }
}

static void pairs_come_in_the_order_of_the_text(void **state)
{
    struct opened opened AUTO(opened_done);
    struct json_reader metadata;
    struct json_pair pair;
    (void)state;

    open_text(&opened, "{\"metadata\":{\"z\":\"1\",\"\":\"\",\"a\":null}}");
    assert_true(json_take_object(&opened.body, "metadata", &metadata));
    assert_true(json_next_pair(&metadata, &pair));
    assert_bytes(bytes_lit("z"), pair.name);
    assert_bytes(bytes_lit("1"), pair.text);
    assert_true(json_next_pair(&metadata, &pair));
    assert_bytes(bytes_lit(""), pair.name);
    assert_false(pair.is_null);
    assert_true(json_next_pair(&metadata, &pair));
    assert_bytes(bytes_lit("a"), pair.name);
    assert_true(pair.is_null);
    assert_false(json_next_pair(&metadata, &pair));
    assert_err(OK, json_reader_end(&metadata));
}

static void a_pair_of_another_type_blames_the_whole(void **state)
{
    struct opened opened AUTO(opened_done);
    struct json_reader metadata;
    struct json_pair pair;
    (void)state;

    open_text(&opened, "{\"metadata\":{\"a\":\"1\",\"theirs\":1,\"b\":\"2\"}}");
    assert_true(json_take_object(&opened.body, "metadata", &metadata));
    assert_true(json_next_pair(&metadata, &pair));
    assert_false(json_next_pair(&metadata, &pair));
    assert_err(ERR_BAD_REQUEST, json_reader_end(&metadata));
    assert_string_equal("metadata", opened.fault.field);
}

static void a_long_field_is_cut_and_not_overrun(void **state)
{
    struct opened opened AUTO(opened_done);
    struct json_reader a, b;
    static const char long_name[] = "a_name_that_is_much_longer_than_any_of_ours_would_ever_be";
    (void)state;

    open_text(&opened,
              "{\"a_name_that_is_much_longer_than_any_of_ours_would_ever_be\":{\"b\":{}}}");
    json_need_object(&opened.body, long_name, &a);
    json_need_object(&a, "b", &b);
    json_reader_fail(&b, ERR_BAD_REQUEST, long_name);
    assert_int_equal(JSON_FIELD_SIZE - 1, strlen(opened.fault.field));
    assert_memory_equal(long_name, opened.fault.field, sizeof(long_name) - 1);
}

static int start(void **state)
{
    (void)state;
    json_library_start();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_that_are_not_acceptable_are_refused),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(members_are_taken_by_name_and_type),
        cmocka_unit_test(what_nobody_took_is_unknown),
        cmocka_unit_test(an_unknown_member_at_the_top_has_no_field),
        cmocka_unit_test(a_wrong_type_names_its_field),
        cmocka_unit_test(an_integer_is_not_a_real_or_a_text),
        cmocka_unit_test(in_an_absent_object_nothing_is_missed),
        cmocka_unit_test(the_first_fault_stays),
        cmocka_unit_test(a_root_that_is_no_object_is_a_bad_request),
        cmocka_unit_test(null_absence_and_value_are_three_things),
        cmocka_unit_test(items_name_their_fields_within_themselves),
        cmocka_unit_test(items_that_are_missing_or_no_array_are_faults),
        cmocka_unit_test(pairs_come_in_the_order_of_the_text),
        cmocka_unit_test(a_pair_of_another_type_blames_the_whole),
        cmocka_unit_test(a_long_field_is_cut_and_not_overrun),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
