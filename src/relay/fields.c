#include "relay/fields.h"

#include "relay/glyph.h"
#include "relay/json_pointer.h"

enum err fields_add(struct fields *fields, struct bytes text)
{
    struct bytes prefix = bytes_lit("form:");
    struct field field = { .name = text };

    if (bytes_start_with(text, prefix)) {
        field.is_form = true;
        field.name = bytes_from(text, prefix.size);
    }
    if (field.name.size == 0 || field.name.size > FIELD_NAME_MAX || fields->count == FIELDS_MAX)
        return ERR_CONFIG;
    if (!field.is_form && !json_pointer_is_valid(field.name))
        return ERR_CONFIG;
    fields->list[fields->count++] = field;
    return OK;
}

/* Whether the raw text is a token once its escapes are undone. */
static bool is_token(struct bytes raw, enum content content, struct token *ret_token)
{
    uint8_t text[TOKEN_SIZE_MAX];
    size_t size = 0;

    while (raw.size > 0) {
        struct glyph glyph = glyph_read(raw, content, true);
        if (size == TOKEN_SIZE_MAX)
            return false;
        text[size++] = glyph.character;
        raw = bytes_from(raw, glyph.size);
    }
    return token_parse(bytes_of(text, size), ret_token) == OK;
}

/* Mark the raw text, which lies within the body, if it is a token. */
static enum err mark_value_at(struct bytes body, struct bytes raw, enum content content,
                              struct marks *marks)
{
    struct mark mark = { .at = (size_t)(raw.data - body.data), .size = raw.size, .has_form = true };

    mark.landing = content == CONTENT_JSON ? LANDING_JSON_VALUE : LANDING_PERCENT;
    if (content == CONTENT_JSON && raw.size >= 2 && raw.data[0] == '"') {
        mark.landing = LANDING_JSON_STRING;
        mark.at++;
        mark.size -= 2;
        raw = bytes_of(raw.data + 1, raw.size - 2);
    }
    if (!is_token(raw, content, &mark.token))
        return OK;
    return marks_insert(marks, &mark);
}

static bool form_name_is(struct bytes raw, struct bytes name)
{
    size_t at = 0;

    while (raw.size > 0) {
        struct glyph glyph = glyph_read(raw, CONTENT_FORM, true);
        if (at == name.size || !glyph_is(glyph, raw, name.data[at++]))
            return false;
        raw = bytes_from(raw, glyph.size);
    }
    return at == name.size;
}

static enum err mark_pairs(struct bytes body, struct bytes name, struct marks *marks)
{
    struct bytes rest = body;

    while (rest.size > 0) {
        struct bytes pair = bytes_of(rest.data, bytes_index(rest, '&'));
        size_t equals = bytes_index(pair, '=');
        if (equals < pair.size && form_name_is(bytes_of(pair.data, equals), name))
            TRY(mark_value_at(body, bytes_from(pair, equals + 1), CONTENT_FORM, marks));
        rest = bytes_from(rest, pair.size + 1);
    }
    return OK;
}

enum err fields_find(const struct fields *fields, struct bytes body, enum content content,
                     struct marks *marks)
{
    for (size_t i = 0; i < fields->count; i++) {
        const struct field *field = &fields->list[i];
        struct bytes value;
        if (field->is_form && content == CONTENT_FORM)
            TRY(mark_pairs(body, field->name, marks));
        if (!field->is_form && content == CONTENT_JSON &&
            json_pointer_find(body, field->name, &value))
            TRY(mark_value_at(body, value, CONTENT_JSON, marks));
    }
    return OK;
}
