#include "gateway/reveal_json.h"

#include "service/text.h"

void reveal_fields_take(struct json_reader *body, struct reveal_fields *ret_fields)
{
    *ret_fields = (struct reveal_fields){ 0 };
    json_need_text(body, "token", &ret_fields->token);
    (void)json_take_text(body, "purpose", &ret_fields->purpose);
    err_ignore(json_reader_end(body));
}

enum err reveal_fields_read(const struct reveal_fields *fields, struct token *ret_token,
                            const char **ret_field)
{
    *ret_field = "purpose";
    TRY(text_check(fields->purpose, PURPOSE_TEXT_MAX));
    *ret_field = "token";
    TRY(text_check(fields->token, SIZE_MAX));
    *ret_field = NULL;
    return token_parse(fields->token, ret_token);
}
