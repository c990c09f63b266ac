/* The values of the vault's tables: the first byte says of which one. */
#include <stdlib.h>

#include "base/must.h"
#include "vault/answer.h"
#include "vault/open_row.h"
#include "vault/row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_answer(struct bytes value)
{
    struct submission *submission = calloc(1, sizeof(*submission) + 3 * sizeof(struct proposal));
    struct answer answer;

    must(submission != NULL);
    submission->count = 3;
    buf_init(&submission->kept_answer, FORWARD_ANSWER_MAX);
    if (answer_read(value, &answer) == OK) {
        err_ignore(answer_fill_items(&answer, submission));
        err_ignore(answer_fill_forward(&answer, submission));
    }
    buf_done(&submission->kept_answer);
    free(submission);
}

static void read_open(struct bytes value)
{
    struct open_row row;
    struct token token;
    size_t left;

    if (open_row_read(value, &row) != OK)
        return;
    for (left = row.tokens.size; open_row_next(&row.tokens, &token); left = row.tokens.size)
        must(row.tokens.size < left);
}

static void read_token(struct bytes value)
{
    struct token_row row;
    struct used_row used;

    if (row_read_used(value, &used) == OK)
        value = used.token_row;
    if (row_read_token(value, &row) == OK)
        must(row.record.size <= RECORD_SIZE_MAX);
}

static void read_small(struct bytes value)
{
    struct applied_row applied;
    struct count_row count;
    struct record_place place;
    struct token token;
    struct bytes key;
    uint64_t number;
    int64_t due_ms;

    err_ignore(row_read_applied(value, &applied));
    err_ignore(row_read_count(value, &count));
    err_ignore(row_read_number(value, &number));
    if (row_read_name(value, &token) == OK)
        must(strlen(token.text) == token.size);
    if (row_read_due(value, &due_ms, &key) == OK && row_read_place(key, &place) == OK)
        must(strlen(place.token.text) == place.token.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(struct bytes value) = { read_answer, read_open, read_token,
                                                           read_small };

    if (size > 0)
        readers[data[0] % 4](bytes_of(data + 1, size - 1));
    return 0;
}
