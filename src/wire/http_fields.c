#include "wire/http_fields.h"

#include "base/must.h"
#include "wire/target.h"

/* No two have the same length, so a length names at most one. Lower case. */
static const struct known_row {
    const char *name;
    enum http_known known;
    bool once; /* a second one is refused */
} known_by_size[] = {
    [4] = { "host", HTTP_HOST, true },
    [6] = { "expect", HTTP_EXPECT, false },
    [10] = { "connection", HTTP_CONNECTION, false },
    [11] = { "traceparent", HTTP_TRACEPARENT, false },
    [12] = { "content-type", HTTP_CONTENT_TYPE, true },
    [14] = { "content-length", HTTP_CONTENT_LENGTH, true },
    [15] = { "idempotency-key", HTTP_IDEMPOTENCY_KEY, true },
    [16] = { "content-encoding", HTTP_CONTENT_ENCODING, false },
    [17] = { "transfer-encoding", HTTP_TRANSFER_ENCODING, true },
};

enum { KNOWN_SIZES = sizeof(known_by_size) / sizeof(known_by_size[0]) };

void http_fields_start(struct http_fields *fields)
{
    fields->count = 0;
    memset(fields->first, 0, sizeof(fields->first));
    fields->close = fields->keep_alive = false;
    fields->framing = HTTP_NO_BODY;
    fields->content_length = 0;
}

/* Of two tokens, one in lower case: setting this bit folds letters and leaves "-" alone, and makes
 * no other token character a letter. */
static bool token_is(struct bytes token, const char *lower)
{
    for (size_t i = 0; i < token.size; i++) {
        if ((token.data[i] | 0x20) != (uint8_t)lower[i])
            return false;
    }
    return true;
}

static const struct known_row *known_find(struct bytes name)
{
    const struct known_row *row = name.size < KNOWN_SIZES ? &known_by_size[name.size] : NULL;

    return row != NULL && row->name != NULL && token_is(name, row->name) ? row : NULL;
}

enum err http_read_length(struct bytes text, uint64_t *ret_length)
{
    uint64_t length = 0;

    if (!http_is_all(text, HTTP_DIGIT))
        return ERR_BAD_REQUEST;
    for (size_t i = 0; i < text.size; i++) {
        if (__builtin_mul_overflow(length, 10, &length) ||
            __builtin_add_overflow(length, (uint64_t)(text.data[i] - '0'), &length))
            return ERR_BAD_REQUEST;
    }
    *ret_length = length;
    return OK;
}

/* Content-Length and Transfer-Encoding in one message are how requests are smuggled (RFC 9112,
 * section 6.1); once each is seen to by the table. */
static enum err framing_judge(struct http_fields *fields, enum http_known known, struct bytes value)
{
    if (fields->framing != HTTP_NO_BODY)
        return ERR_BAD_REQUEST;
    if (known == HTTP_CONTENT_LENGTH) {
        TRY(http_read_length(value, &fields->content_length));
        fields->framing = HTTP_LENGTH;
        return OK;
    }
    if (!bytes_equal_nocase(value, bytes_lit("chunked")))
        return ERR_BAD_REQUEST;
    fields->framing = HTTP_CHUNKED;
    return OK;
}

static enum err known_judge(struct http_fields *fields, const struct known_row *row,
                            struct bytes value)
{
    if (fields->first[row->known] == 0)
        fields->first[row->known] = fields->count;
    else if (row->once)
        return ERR_BAD_REQUEST;
    if (row->known == HTTP_HOST)
        return authority_is_valid(value) ? OK : ERR_BAD_REQUEST;
    if (row->known == HTTP_CONTENT_LENGTH || row->known == HTTP_TRANSFER_ENCODING)
        return framing_judge(fields, row->known, value);
    if (row->known == HTTP_CONNECTION) {
        fields->close |= http_list_has(value, bytes_lit("close"));
        fields->keep_alive |= http_list_has(value, bytes_lit("keep-alive"));
    }
    return OK;
}

enum err http_fields_add(struct http_fields *fields, struct bytes text, struct http_span line)
{
    struct bytes all = http_span_bytes(line, text);
    size_t size = http_span_of(all, HTTP_TOKEN);
    const struct known_row *row;
    struct bytes value;

    if (fields->count == HTTP_FIELDS_MAX)
        return ERR_HEAD_TOO_LARGE;
    if (size == 0 || size == all.size || all.data[size] != ':')
        return ERR_BAD_REQUEST;
    value = http_trim(bytes_of(all.data + size + 1, all.size - size - 1));
    fields->at[fields->count++] = (struct http_field){
        .name = { line.at, (uint16_t)size },
        .value = { (uint16_t)(value.data - text.data), (uint16_t)value.size },
    };
    row = known_find(bytes_of(all.data, size));
    return row == NULL ? OK : known_judge(fields, row, value);
}

struct bytes http_fields_known(const struct http_fields *fields, struct bytes text,
                               enum http_known known)
{
    must(known < HTTP_KNOWN_COUNT);
    if (fields->first[known] == 0)
        return bytes_of(NULL, 0);
    return http_span_bytes(fields->at[fields->first[known] - 1].value, text);
}

uint8_t http_fields_find(const struct http_fields *fields, struct bytes text, const char *name,
                         uint8_t from)
{
    struct bytes wanted = bytes_str(name);
    uint8_t at = from;

    while (at < fields->count &&
           !bytes_equal_nocase(http_span_bytes(fields->at[at].name, text), wanted))
        at++;
    return at;
}

bool http_connection_names(const struct http_fields *fields, struct bytes text, struct bytes name)
{
    for (uint8_t i = http_fields_find(fields, text, "Connection", 0); i < fields->count;
         i = http_fields_find(fields, text, "Connection", (uint8_t)(i + 1))) {
        if (http_list_has(http_span_bytes(fields->at[i].value, text), name))
            return true;
    }
    return false;
}
