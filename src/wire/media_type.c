#include "wire/media_type.h"

#include <stdbool.h>

#include "wire/http_line.h"

static const struct type_row {
    struct bytes name;
    enum media_type type;
} types[] = {
    { bytes_lit("application/json"), MEDIA_JSON },
    { bytes_lit("application/merge-patch+json"), MEDIA_MERGE_PATCH },
    { bytes_lit("application/x-www-form-urlencoded"), MEDIA_FORM },
};

static enum media_type type_find(struct bytes name)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (bytes_equal_nocase(name, types[i].name))
            return types[i].type;
    }
    return MEDIA_OTHER;
}

/* parameter = name "=" ( token / quoted-string ), without white space around "=" (5.6.6). */
static bool is_utf8(struct bytes parameter)
{
    return bytes_equal_nocase(parameter, bytes_lit("charset=utf-8")) ||
           bytes_equal_nocase(parameter, bytes_lit("charset=\"utf-8\""));
}

enum media_type media_type_read(struct bytes value)
{
    size_t end = bytes_index(value, ';');
    enum media_type type = type_find(http_trim(bytes_of(value.data, end)));
    bool charset = false;

    for (struct bytes rest = bytes_from(value, end + 1); rest.size > 0;) {
        struct bytes parameter;

        end = bytes_index(rest, ';');
        parameter = http_trim(bytes_of(rest.data, end));
        rest = bytes_from(rest, end + 1);
        if (parameter.size == 0)
            continue;
        if (charset || !is_utf8(parameter))
            return MEDIA_OTHER;
        charset = true;
    }
    return type;
}
