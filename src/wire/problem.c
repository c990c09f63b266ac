#include "wire/problem.h"

#include "base/json_writer.h"

/* What went wrong inside is for logs: a caller sees one error for all of it. */
static enum err shown(enum err err)
{
    return strcmp(err_code(err), err_code(ERR_INTERNAL)) == 0 ? ERR_INTERNAL : err;
}

static bool has_field(const struct problem *problem)
{
    return problem->field != NULL && problem->field[0] != '\0';
}

static const char *detail_of(const struct problem *problem)
{
    if (problem->detail != NULL)
        return problem->detail;
    if (problem->err == ERR_BAD_REQUEST && has_field(problem))
        return "this member is missing, of the wrong type or out of bounds";
    if (problem->err == ERR_UNKNOWN_FIELD && has_field(problem))
        return "this object has a member that is not known";
    return err_text(shown(problem->err));
}

void problem_write(struct buf *out, const struct problem *problem)
{
    struct json_writer json = json_writer_on(out);

    json_open(&json, NULL, '{');
    buf_add(out, bytes_lit("\"type\":\"urn:pangate:error:"));
    buf_add_str(out, err_code(problem->err));
    buf_add(out, bytes_lit("\""));
    json.comma = true;
    json_str(&json, "title", err_text(shown(problem->err)));
    json_number(&json, "status", err_http(problem->err));
    json_str(&json, "detail", detail_of(problem));
    json_str(&json, "code", err_code(problem->err));
    json_text(&json, "request_id", problem->request_id);
    if (has_field(problem))
        json_str(&json, "field", problem->field);
    json_close(&json, '}');
}

void problem_write_item(struct buf *out, const struct problem *problem)
{
    struct json_writer json = json_writer_on(out);

    json_open(&json, NULL, '{');
    json_number(&json, "status", err_http(problem->err));
    json_str(&json, "code", err_code(problem->err));
    if (has_field(problem))
        json_str(&json, "field", problem->field);
    json_str(&json, "detail", detail_of(problem));
    json_close(&json, '}');
}
