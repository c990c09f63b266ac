#include "wire/json.h"

#include <jansson.h>

#include "base/must.h"
#include "base/secret.h"

void json_library_start(void)
{
    json_set_alloc_funcs(wiping_malloc, wiping_free);
}

/* A node is one of the library's values under a name of ours. */
static json_t *value_of(const struct json_node *node)
{
    return (json_t *)node;
}

static struct json_node *node_of(json_t *value)
{
    return (struct json_node *)value;
}

/* Against what the library lets through: it follows 2,048 levels with a call for each, and reads
 * over a NUL after a number. */
static bool is_fit_to_load(struct bytes text)
{
    unsigned depth = 0;
    bool in_string = false;

    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = text.data[i];
        if (byte == '\0')
            return false;
        if (byte == '"')
            in_string = !in_string;
        else if (in_string)
            i += byte == '\\';
        else if ((byte | 0x20) == '{' && ++depth > JSON_DEPTH_MAX)
            return false;
        else if ((byte | 0x20) == '}' && depth > 0)
            depth--;
    }
    return true;
}

/* The library's error text quotes its input: only its code is looked at. A whole number beyond 64
 * bits is well-formed: read again, it is a real, and so of the wrong type wherever it stands. */
static json_t *load(struct bytes text)
{
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY;
    json_error_t error;
    json_t *root = json_loadb((const char *)text.data, text.size, flags, &error);

    if (root == NULL && json_error_code(&error) == json_error_numeric_overflow)
        root =
            json_loadb((const char *)text.data, text.size, flags | JSON_DECODE_INT_AS_REAL, &error);
    wipe(&error, sizeof(error));
    return root;
}

enum err json_doc_read(struct bytes text, struct json_doc *ret_doc)
{
    json_t *root;

    if (text.size == 0 || !is_fit_to_load(text))
        return ERR_BAD_JSON;
    root = load(text);
    if (root == NULL)
        return ERR_BAD_JSON;
    ret_doc->root = node_of(root);
    return OK;
}

void json_doc_done(struct json_doc *doc)
{
    json_decref(value_of(doc->root));
    doc->root = NULL;
}

/* The names from the root down to the object and its member, with dots; cut where it is full. */
static void field_write(const struct json_reader *reader, const char *name, char *ret_field)
{
    const char *names[JSON_DEPTH_MAX + 1];
    size_t count = 0, size = 0;

    if (name != NULL)
        names[count++] = name;
    for (; reader->parent != NULL && count <= JSON_DEPTH_MAX; reader = reader->parent)
        names[count++] = reader->name;
    while (count > 0 && size < JSON_FIELD_SIZE - 1) {
        size_t length = strnlen(names[--count], JSON_FIELD_SIZE - 1 - size);
        memcpy(ret_field + size, names[count], length);
        size += length;
        if (count > 0 && size < JSON_FIELD_SIZE - 1)
            ret_field[size++] = '.';
    }
    ret_field[size] = '\0';
}

void json_reader_fail(struct json_reader *reader, enum err err, const char *name)
{
    must(err != OK);
    if (reader->fault->err != OK)
        return;
    reader->fault->err = err;
    field_write(reader, name, reader->fault->field);
}

struct json_reader json_reader_on(const struct json_node *node, struct json_fault *fault)
{
    struct json_reader reader = { .fault = fault };

    if (json_is_object(value_of(node)))
        reader.object = node;
    else
        json_reader_fail(&reader, ERR_BAD_REQUEST, NULL);
    return reader;
}

static json_t *member(const struct json_reader *reader, const char *name)
{
    return reader->object == NULL ? NULL : json_object_get(value_of(reader->object), name);
}

/* The member, taken, if it is of the type; NULL and a fault if it is of another. */
static json_t *take(struct json_reader *reader, const char *name, json_type type)
{
    json_t *value = member(reader, name);

    if (value == NULL)
        return NULL;
    reader->taken++;
    if (json_typeof(value) == type)
        return value;
    json_reader_fail(reader, ERR_BAD_REQUEST, name);
    return NULL;
}

static struct bytes text_of(const json_t *value)
{
    return bytes_of(json_string_value(value), json_string_length(value));
}

bool json_take_text(struct json_reader *reader, const char *name, struct bytes *ret_text)
{
    const json_t *value = take(reader, name, JSON_STRING);

    if (value != NULL)
        *ret_text = text_of(value);
    return value != NULL;
}

bool json_take_integer(struct json_reader *reader, const char *name, int64_t *ret_value)
{
    const json_t *value = take(reader, name, JSON_INTEGER);

    if (value != NULL)
        *ret_value = json_integer_value(value);
    return value != NULL;
}

bool json_take_bool(struct json_reader *reader, const char *name, bool *ret_value)
{
    const json_t *value = member(reader, name);

    if (value == NULL)
        return false;
    reader->taken++;
    if (!json_is_boolean(value)) {
        json_reader_fail(reader, ERR_BAD_REQUEST, name);
        return false;
    }
    *ret_value = json_is_true(value);
    return true;
}

bool json_take_object(struct json_reader *reader, const char *name, struct json_reader *ret_object)
{
    json_t *value = take(reader, name, JSON_OBJECT);

    *ret_object = (struct json_reader){
        .object = node_of(value), .fault = reader->fault, .parent = reader, .name = name
    };
    return value != NULL;
}

bool json_take_null(struct json_reader *reader, const char *name)
{
    if (!json_is_null(member(reader, name)))
        return false;
    reader->taken++;
    return true;
}

bool json_has(const struct json_reader *reader, const char *name)
{
    return member(reader, name) != NULL;
}

/* In an object that is absent itself nothing is missed. */
static void miss(struct json_reader *reader, const char *name)
{
    if (reader->object != NULL)
        json_reader_fail(reader, ERR_BAD_REQUEST, name);
}

void json_need_text(struct json_reader *reader, const char *name, struct bytes *ret_text)
{
    if (!json_take_text(reader, name, ret_text))
        miss(reader, name);
}

void json_need_object(struct json_reader *reader, const char *name, struct json_reader *ret_object)
{
    if (!json_take_object(reader, name, ret_object))
        miss(reader, name);
}

bool json_take_items(struct json_reader *reader, const char *name, struct json_items *ret_items)
{
    json_t *array = take(reader, name, JSON_ARRAY);

    *ret_items = (struct json_items){ .array = node_of(array), .count = json_array_size(array) };
    return array != NULL;
}

void json_need_items(struct json_reader *reader, const char *name, struct json_items *ret_items)
{
    if (!json_take_items(reader, name, ret_items))
        miss(reader, name);
}

bool json_node_text(const struct json_node *node, struct bytes *ret_text)
{
    const json_t *value = value_of(node);

    if (!json_is_string(value))
        return false;
    *ret_text = text_of(value);
    return true;
}

const struct json_node *json_items_next(struct json_items *items)
{
    if (items->next == items->count)
        return NULL;
    return node_of(json_array_get(value_of(items->array), items->next++));
}

bool json_next_pair(struct json_reader *reader, struct json_pair *ret_pair)
{
    json_t *object = value_of(reader->object), *value;

    if (object == NULL || reader->taken == json_object_size(object))
        return false;
    reader->pair = reader->pair == NULL ? json_object_iter(object)
                                        : json_object_iter_next(object, reader->pair);
    value = json_object_iter_value(reader->pair);
    if (!json_is_string(value) && !json_is_null(value)) {
        json_reader_fail(reader, ERR_BAD_REQUEST, NULL);
        return false;
    }
    reader->taken++;
    *ret_pair = (struct json_pair){
        .name =
            bytes_of(json_object_iter_key(reader->pair), json_object_iter_key_len(reader->pair)),
        .text = text_of(value),
        .is_null = json_is_null(value),
    };
    return true;
}

enum err json_reader_end(struct json_reader *reader)
{
    if (reader->object != NULL && reader->taken != json_object_size(value_of(reader->object)))
        json_reader_fail(reader, ERR_UNKNOWN_FIELD, NULL);
    return reader->fault->err;
}
