/* However a chunked body is cut, the verdict and the content are the same, and within the bound. */
#include "base/must.h"
#include "wire/http_body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CONTENT_MAX = 512 };

struct outcome {
    enum http_step step;
    enum err err;
    size_t used;
    struct buf content;
    uint8_t storage[CONTENT_MAX];
};

static void read_in_pieces(struct bytes text, size_t piece, struct outcome *outcome)
{
    struct http_fields fields = { .framing = HTTP_CHUNKED };
    struct http_body body;

    *outcome = (struct outcome){ .step = HTTP_MORE };
    buf_init_fixed(&outcome->content, outcome->storage, CONTENT_MAX);
    err_ignore(http_body_start(&body, &fields, CONTENT_MAX));
    for (size_t end = 0; outcome->step == HTTP_MORE && end < text.size;) {
        struct bytes there;
        size_t used;
        end = text.size - end < piece ? text.size : end + piece;
        there = bytes_of(text.data + outcome->used, end - outcome->used);
        outcome->step = http_body_read(&body, there, &outcome->content, &used);
        must(used <= there.size);
        outcome->used += used;
    }
    outcome->err = body.err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct outcome whole, cut;

    if (size < 2)
        return 0;
    read_in_pieces(bytes_of(data + 1, size - 1), SIZE_MAX, &whole);
    read_in_pieces(bytes_of(data + 1, size - 1), data[0] % 32U + 1, &cut);
    must(whole.step == cut.step && whole.err == cut.err && whole.used == cut.used);
    must((whole.step == HTTP_BAD) == (whole.err != OK) && whole.err != ERR_LIMIT);
    must(bytes_equal(buf_bytes(&whole.content), buf_bytes(&cut.content)));
    return 0;
}
