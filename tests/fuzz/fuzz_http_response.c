/* However a response head is cut, the verdict is the same. */
#include "base/must.h"
#include "wire/http_response_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_MAX_OF_HEAD = 1024 };

static enum http_step read_in_pieces(struct http_response_head *head, struct bytes text,
                                     size_t piece)
{
    enum http_step step = HTTP_MORE;

    http_response_head_start(head, SIZE_MAX_OF_HEAD);
    for (size_t end = 0; step == HTTP_MORE && end < text.size;) {
        end = text.size - end < piece ? text.size : end + piece;
        step = http_response_head_read(head, bytes_of(text.data, end));
    }
    return step;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_response_head head, again;
    struct http_body body;
    enum http_step step;

    if (size < 2)
        return 0;
    step = read_in_pieces(&head, bytes_of(data + 1, size - 1), SIZE_MAX);
    must(step == read_in_pieces(&again, bytes_of(data + 1, size - 1), data[0] % 32U + 1));
    if (step == HTTP_BAD)
        must(head.err == again.err && head.err != OK);
    if (step != HTTP_DONE)
        return 0;
    must(head.size == again.size && head.size < size);
    must(head.status >= 100 && head.status < 600);
    err_ignore(http_response_body_start(&head, HTTP_GET, SIZE_MAX_OF_HEAD, &body));
    return 0;
}
