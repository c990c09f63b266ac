#include "gateway/reveal_json.h"

#include "service/text.h"

void reveal_fields_take(struct json_reader *body, struct reveal_fields *ret_fields)
{
    *ret_fields = (struct reveal_fields){ 0 };
    json_need_text(body, "token", &ret_fields->token);
    (void)json_take_text(body, "purpose", &ret_fields->purpose);
    err_ignore(json_reader_end(body));
}

void reveal_fields_check(const struct reveal_fields *fields, struct blame *blame)
{
    blame_note(blame, text_check(fields->purpose, PURPOSE_TEXT_MAX), "purpose");
    blame_note(blame, text_check(fields->token, SIZE_MAX), "token");
}
