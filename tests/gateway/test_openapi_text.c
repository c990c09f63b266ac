#include "test.h"

#include "gateway/endpoint_table.h"
#include "gateway/openapi_text.h"

static struct json_doc open_document(void)
{
    struct json_doc doc = { 0 };

    assert_err(OK, json_doc_read(openapi_text(), &doc));
    return doc;
}

static void the_document_is_json_and_names_its_version(void **state)
{
    struct json_doc doc AUTO(json_doc_done) = open_document();
    struct json_fault fault = { 0 };
    struct json_reader root = json_reader_on(json_doc_root(&doc), &fault), info;
    struct bytes version = { 0 };
    (void)state;

    json_need_text(&root, "openapi", &version);
    assert_bytes(bytes_lit("3.0.3"), version);
    json_need_object(&root, "info", &info);
    json_need_text(&info, "version", &version);
    assert_bytes(bytes_lit(PANGATE_VERSION), version);
    assert_err(OK, fault.err);
}

/* The method's name as the document writes it. */
static void lower_name(enum http_method method, char ret_name[16])
{
    const char *name = http_method_name(method);

    assert_true(strlen(name) < 16);
    for (size_t i = 0; i <= strlen(name); i++)
        ret_name[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20) : name[i];
}

/* A row for any method stands for those that HTTP has for content. */
static void find_operation(const struct endpoint_row *row, struct json_reader *item,
                           struct json_reader *ret_operation)
{
    char name[16];

    lower_name(row->method == HTTP_METHOD_OTHER ? HTTP_POST : row->method, name);
    print_message("%s %s\n", name, row->path);
    json_need_object(item, name, ret_operation);
}

static void every_endpoint_is_in_the_document(void **state)
{
    struct json_doc doc AUTO(json_doc_done) = open_document();
    (void)state;

    for (size_t i = 0; i < endpoint_count(); i++) {
        const struct endpoint_row *row = endpoint_at(i);
        struct json_fault fault = { 0 };
        struct json_reader root = json_reader_on(json_doc_root(&doc), &fault);
        struct json_reader paths, item, operation, part;

        json_need_object(&root, "paths", &paths);
        json_need_object(&paths, row->path, &item);
        find_operation(row, &item, &operation);
        json_need_object(&operation, "responses", &part);
        assert_int_equal(row->body != BODY_NONE, json_has(&operation, "requestBody"));
        assert_int_equal(row->right != RIGHT_NONE || row->body >= BODY_FORWARD,
                         json_has(&operation, "x-pangate-right"));
        assert_err(OK, fault.err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_is_json_and_names_its_version),
        cmocka_unit_test(every_endpoint_is_in_the_document),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
