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
    { "/v1/receipts/{n}", HTTP_GET, RIGHT_NONE, AUDIT_READ, BODY_NONE, false, &receipt_handler },
    { "/v1/openapi.json", HTTP_GET, RIGHT_NONE, AUDIT_REFUSED, BODY_NONE, false, &openapi_handler },
    { "/v1/forward-attempts/{key}", HTTP_GET, RIGHT_NONE, AUDIT_FORWARD, BODY_NONE, false,
      &attempt_handler },
    { "/v1/inbound/{route}", HTTP_METHOD_OTHER, RIGHT_NONE, AUDIT_FORWARD, BODY_INBOUND, true,
      &inbound_handler },
    { "/v1/inbound/{route}/{path}", HTTP_METHOD_OTHER, RIGHT_NONE, AUDIT_FORWARD, BODY_INBOUND,
      true, &inbound_handler },
    { "/v1/forward/{route}/{path}", HTTP_METHOD_OTHER, RIGHT_NONE, AUDIT_FORWARD, BODY_FORWARD,
      true, &forward_handler },
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

/* Segments must be equal, but "{...}" stands for one that is not empty, and "{path}" for a slash
 * and whatever follows. */
static bool path_matches(struct bytes path, struct bytes pattern, struct endpoint_match *match)
{
    struct bytes segment = { 0 }, expected = { 0 };

    match->parameter = match->rest = bytes_of(NULL, 0);
    while (target_next_segment(&pattern, &expected)) {
        struct bytes rest = path;
        if (!target_next_segment(&path, &segment))
            return false;
        if (bytes_equal(expected, bytes_lit("{path}"))) {
            match->rest = rest;
            return true;
        }
        if (expected.size > 0 && expected.data[0] == '{') {
            match->parameter = segment;
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
    static const char any[] = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    size_t size = strlen(allow);
    int added;

    if (method == HTTP_METHOD_OTHER) {
        memcpy(allow, any, sizeof(any));
        return;
    }
    added = snprintf(allow + size, ALLOW_SIZE - size, "%s%s%s", size == 0 ? "" : ", ",
                     http_method_name(method), method == HTTP_GET ? ", HEAD" : "");

    must(added > 0 && (size_t)added < ALLOW_SIZE - size);
}

/* The first row in the table whose path is this one; a path of fixed text stands before a pattern
 * that it would match, too. */
static const struct endpoint_row *find_path(struct bytes path, struct endpoint_match *match)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (path_matches(path, bytes_str(rows[i].path), match))
            return &rows[i];
    }
    return NULL;
}

static bool may_go_on(enum http_method method)
{
    return method != HTTP_CONNECT && method != HTTP_TRACE;
}

enum err endpoint_find(struct bytes path, enum http_method method, struct endpoint_match *ret_match)
{
    enum http_method wanted = method == HTTP_HEAD ? HTTP_GET : method;
    const struct endpoint_row *row;

    *ret_match = (struct endpoint_match){ 0 };
    ret_match->row = find_path(path, ret_match);
    if (ret_match->row == NULL)
        return ERR_NO_ROUTE;
    if (method == HTTP_METHOD_OTHER)
        return ERR_NOT_IMPLEMENTED;
    for (row = ret_match->row; row < rows + ROW_COUNT; row++) {
        if (strcmp(row->path, ret_match->row->path) != 0)
            break;
        if (row->method == wanted || (row->method == HTTP_METHOD_OTHER && may_go_on(method))) {
            ret_match->row = row;
            return OK;
        }
        allow_add(ret_match->allow, row->method);
    }
    return ERR_BAD_METHOD;
}
