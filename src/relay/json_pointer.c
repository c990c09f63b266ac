#include "relay/json_pointer.h"

#include "relay/glyph.h"

bool json_pointer_is_valid(struct bytes pointer)
{
    if (pointer.size == 0 || pointer.data[0] != '/')
        return false;
    for (size_t i = 0; i < pointer.size; i++) {
        uint8_t next = i + 1 < pointer.size ? pointer.data[i + 1] : 0;
        if (pointer.data[i] == '~' && next != '0' && next != '1')
            return false;
    }
    return true;
}

/* A place in the text; everything goes to its end if the text is cut off. */
struct place {
    struct bytes text;
    size_t at;
};

static uint8_t here(const struct place *place)
{
    return place->at < place->text.size ? place->text.data[place->at] : 0;
}

static bool is_space(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static void skip_space(struct place *place)
{
    while (is_space(here(place)))
        place->at++;
}

static bool skip_byte(struct place *place, uint8_t byte)
{
    skip_space(place);
    if (here(place) != byte)
        return false;
    place->at++;
    skip_space(place);
    return true;
}

/* From its first quote to behind its last; gives what is between, as it stands. */
static struct bytes skip_string(struct place *place)
{
    size_t first = ++place->at, end;

    while (place->at < place->text.size && here(place) != '"')
        place->at += here(place) == '\\' && place->at + 1 < place->text.size ? 2 : 1;
    end = place->at;
    if (place->at < place->text.size)
        place->at++;
    return bytes_of(place->text.data + first, end - first);
}

static void skip_scalar(struct place *place)
{
    while (place->at < place->text.size && !is_space(here(place)) && here(place) != ',' &&
           here(place) != ']' && here(place) != '}')
        place->at++;
}

static void skip_nested(struct place *place)
{
    size_t depth = 0;

    while (place->at < place->text.size) {
        uint8_t byte = here(place);
        if (byte == '"') {
            (void)skip_string(place);
            continue;
        }
        place->at++;
        if (byte == '{' || byte == '[')
            depth++;
        if ((byte == '}' || byte == ']') && --depth == 0)
            return;
    }
}

static void skip_value(struct place *place)
{
    if (here(place) == '"')
        (void)skip_string(place);
    else if (here(place) == '{' || here(place) == '[')
        skip_nested(place);
    else
        skip_scalar(place);
}

/* The next byte that a reference token means: ~1 is a slash, ~0 a tilde (RFC 6901, section 4). */
static uint8_t next_meant(struct bytes *reference)
{
    uint8_t byte = reference->data[0];
    size_t size = 1;

    if (byte == '~' && reference->size > 1) {
        byte = reference->data[1] == '1' ? '/' : '~';
        size = 2;
    }
    *reference = bytes_from(*reference, size);
    return byte;
}

static bool name_is(struct bytes raw, struct bytes reference)
{
    while (raw.size > 0 && reference.size > 0) {
        struct glyph glyph = glyph_read(raw, CONTENT_JSON, true);
        if (!glyph_is(glyph, raw, next_meant(&reference)))
            return false;
        raw = bytes_from(raw, glyph.size);
    }
    return raw.size == 0 && reference.size == 0;
}

static bool enter_member(struct place *place, struct bytes reference)
{
    while (here(place) == '"') {
        struct bytes name = skip_string(place);
        if (!skip_byte(place, ':'))
            return false;
        if (name_is(name, reference))
            return true;
        skip_value(place);
        if (!skip_byte(place, ','))
            return false;
    }
    return false;
}

static bool read_index(struct bytes reference, size_t *ret_index)
{
    size_t index = 0;

    if (reference.size == 0 || reference.size > 7 ||
        (reference.data[0] == '0' && reference.size > 1))
        return false;
    for (size_t i = 0; i < reference.size; i++) {
        if (reference.data[i] < '0' || reference.data[i] > '9')
            return false;
        index = index * 10 + (size_t)(reference.data[i] - '0');
    }
    *ret_index = index;
    return true;
}

static bool enter_element(struct place *place, struct bytes reference)
{
    size_t index;

    if (!read_index(reference, &index))
        return false;
    for (; index > 0; index--) {
        skip_value(place);
        if (!skip_byte(place, ','))
            return false;
    }
    return here(place) != ']';
}

bool json_pointer_find(struct bytes text, struct bytes pointer, struct bytes *ret_value)
{
    struct place place = { text, 0 };
    size_t first;

    skip_space(&place);
    while (pointer.size > 0) {
        struct bytes reference = bytes_from(pointer, 1);
        reference.size = bytes_index(reference, '/');
        pointer = bytes_from(pointer, 1 + reference.size);
        if (skip_byte(&place, '{')) {
            if (!enter_member(&place, reference))
                return false;
        } else if (!skip_byte(&place, '[') || !enter_element(&place, reference)) {
            return false;
        }
    }
    first = place.at;
    skip_value(&place);
    *ret_value = bytes_of(text.data + first, place.at - first);
    return place.at > first;
}
