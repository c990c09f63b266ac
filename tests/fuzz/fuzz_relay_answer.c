/*
 * The first byte says what the rest is, the second how long the pieces are in which it comes. The
 * result does not depend on the pieces.
 */
#include "base/must.h"
#include "relay/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Knows every second number. */
static bool find_token(void *context, const struct pan *pan, struct token *ret_token)
{
    (void)context;
    if (pan->digits[pan->count - 2] % 2 == 0)
        return false;
    return token_parse(bytes_lit("411111a7x9021111"), ret_token) == OK;
}

static void clean(struct answer_filter *answer, struct bytes text, size_t piece, struct buf *out)
{
    while (text.size > 0) {
        struct bytes next = bytes_of(text.data, text.size < piece ? text.size : piece);
        must(answer_feed(answer, next, out) == OK);
        text = bytes_from(text, next.size);
    }
    must(answer_end(answer, out) == OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct echo_codes codes AUTO(echo_codes_wipe) = { 0 };
    struct own_pans own AUTO(own_pans_wipe) = { 0 };
    struct answer_rules rules = { .vault = { find_token, NULL }, .own = &own };
    struct pan pan;
    struct buf whole AUTO(buf_done) = { .max = 8 * size + 64 };
    struct buf pieces AUTO(buf_done) = { .max = 8 * size + 64 };
    struct answer_filter one AUTO(answer_done), other AUTO(answer_done);
    enum content content = CONTENT_TEXT;
    struct bytes text = bytes_from(bytes_of(data, size), 2);

    if (size >= 2) {
        content = (enum content)(data[0] % (CONTENT_HEADER + 1));
        rules.codes = data[0] >= 128 ? &codes : NULL;
    }
    must(pan_parse(bytes_lit("4111111111111111"), &pan) == OK);
    own_pans_add(&own, &pan);
    must(echo_codes_add(&codes, bytes_lit("737")) == OK);
    answer_init(&one, content, &rules);
    answer_init(&other, content, &rules);
    clean(&one, text, size + 1, &whole);
    clean(&other, text, size >= 2 ? (size_t)data[1] + 1 : 1, &pieces);
    must(bytes_equal(buf_bytes(&whole), buf_bytes(&pieces)));
    return 0;
}
