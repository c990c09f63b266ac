#include "gateway/endpoint_table.h"

#include <stdio.h>

#include "base/must.h"
#include "gateway/handlers.h"

static const struct endpoint_row rows[] = {
    { "/v1/tokenize", HTTP_POST, RIGHT_TOKENIZE, AUDIT_TOKENIZE, BODY_JSON, true,
      &tokenize_handler },
    { "/v1/tokenize/batch", HTTP_POST, RIGHT_TOKENIZE, AUDIT_TOKENIZE, BODY_JSON, true,
      &tokenize_batch_handler },
    { "/v1/detokenize", HTTP_POST, RIGHT_DETOKENIZE, AUDIT_DETOKENIZE, BODY_JSON, true,
      &detokenize_handler },
    { "/v1/detokenize/batch", HTTP_POST, RIGHT_DETOKENIZE, AUDIT_DETOKENIZE, BODY_JSON, true,
      &detokenize_batch_handler },
    { "/v1/tokens/lookup", HTTP_POST, RIGHT_TOKENIZE, AUDIT_LOOKUP, BODY_JSON, true,
      &lookup_handler },
    { "/v1/tokens/{token}", HTTP_GET, RIGHT_INSPECT, AUDIT_INSPECT, BODY_NONE, false,
      &inspect_handler },
    { "/v1/tokens/{token}", HTTP_PATCH, RIGHT_UPDATE, AUDIT_UPDATE, BODY_PATCH, false,
      &update_handler },
    { "/v1/tokens/{token}", HTTP_DELETE, RIGHT_ERASE, AUDIT_ERASE, BODY_NONE, false,
      &erase_handler },
    { "/v1/openapi.json", HTTP_GET, RIGHT_NONE, AUDIT_REFUSED, BODY_NONE, false, &openapi_handler },
};

enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

size_t endpoint_count(void)
{
    return ROW_COUNT;
}

const struct endpoint_row *endpoint_at(size_t index)
{
    must(index < ROW_COUNT);
    return &rows[index];
}

size_t endpoint_index(const struct endpoint_row *row)
{
    return (size_t)(row - rows);
}

/* Segments must be equal, but "{...}" stands for one that is not empty. */
static bool path_matches(struct bytes path, struct bytes pattern, struct bytes *ret_parameter)
{
    struct bytes segment = { 0 }, expected = { 0 };

    *ret_parameter = bytes_of(NULL, 0);
    while (target_next_segment(&pattern, &expected)) {
        if (!target_next_segment(&path, &segment))
            return false;
        if (expected.size > 0 && expected.data[0] == '{') {
            *ret_parameter = segment;
            if (segment.size == 0)
                return false;
        } else if (!bytes_equal(segment, expected)) {
            return false;
        }
    }
    return !target_next_segment(&path, &segment);
}

static void allow_add(char *allow, enum http_method method)
{
    size_t size = strlen(allow);
    int added = snprintf(allow + size, ALLOW_SIZE - size, "%s%s%s", size == 0 ? "" : ", ",
                         http_method_name(method), method == HTTP_GET ? ", HEAD" : "");

    must(added > 0 && (size_t)added < ALLOW_SIZE - size);
}

/* The first row in the table whose path is this one; a path of fixed text stands before a pattern
 * that it would match, too. */
static const struct endpoint_row *find_path(struct bytes path, struct bytes *ret_parameter)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (path_matches(path, bytes_str(rows[i].path), ret_parameter))
            return &rows[i];
    }
    return NULL;
}

enum err endpoint_find(struct bytes path, enum http_method method, struct endpoint_match *ret_match)
{
    enum http_method wanted = method == HTTP_HEAD ? HTTP_GET : method;
    const struct endpoint_row *row;

    *ret_match = (struct endpoint_match){ 0 };
    ret_match->row = find_path(path, &ret_match->parameter);
    if (ret_match->row == NULL)
        return ERR_NO_ROUTE;
    if (method == HTTP_METHOD_OTHER)
        return ERR_NOT_IMPLEMENTED;
    for (row = ret_match->row; row < rows + ROW_COUNT; row++) {
        if (strcmp(row->path, ret_match->row->path) != 0)
            break;
        if (row->method == wanted) {
            ret_match->row = row;
            return OK;
        }
        allow_add(ret_match->allow, row->method);
    }
    return ERR_BAD_METHOD;
}
