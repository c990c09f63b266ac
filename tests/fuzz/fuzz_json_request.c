/* Any text is refused or can be walked as a request, and holds no more items than were measured; a
 * fault never names what a caller wrote. */
#include "base/must.h"
#include "wire/json.h"
#include "wire/json_measure.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk_card(struct json_reader *parent)
{
    struct json_reader card;
    struct bytes text;
    int64_t month;

    json_need_object(parent, "card", &card);
    json_need_text(&card, "number", &text);
    (void)json_take_integer(&card, "exp_month", &month);
    err_ignore(json_reader_end(&card));
}

static void walk(const struct json_node *node, size_t items_max, struct json_fault *fault)
{
    struct json_reader body = json_reader_on(node, fault), metadata;
    struct json_pair pair;
    struct json_items items;
    struct bytes text;

    walk_card(&body);
    if (!json_take_null(&body, "customer"))
        (void)json_take_text(&body, "customer", &text);
    (void)json_take_object(&body, "metadata", &metadata);
    while (json_next_pair(&metadata, &pair))
        must(pair.text.size <= 1024 * 1024);
    err_ignore(json_reader_end(&metadata));
    if (json_has(&body, "items")) {
        json_need_items(&body, "items", &items);
        must(items.count <= items_max);
        for (const struct json_node *item = json_items_next(&items); item != NULL;
             item = json_items_next(&items)) {
            struct json_fault inner = { 0 };
            struct json_reader reader = json_reader_on(item, &inner);
            walk_card(&reader);
        }
    }
    err_ignore(json_reader_end(&body));
}

static bool is_ours(const char *field)
{
    static const char *const fields[] = { "",         "card",  "card.number", "card.exp_month",
                                          "customer", "items", "metadata" };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (strcmp(field, fields[i]) == 0)
            return true;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_doc doc AUTO(json_doc_done) = { 0 };
    struct json_fault fault = { 0 };
    struct json_measure measure = json_measure(bytes_of(data, size));

    if (json_doc_read(bytes_of(data, size), &doc) != OK) {
        must(doc.root == NULL);
        return 0;
    }
    walk(json_doc_root(&doc), measure.items, &fault);
    must(is_ours(fault.field));
    return 0;
}
