#include "vault/answer.h"

#include <stdlib.h>

#include "test.h"

static struct submission *submission_of(size_t count)
{
    struct submission *submission =
        calloc(1, sizeof(*submission) + count * sizeof(struct proposal));

    assert_non_null(submission);
    submission->count = count;
    buf_init(&submission->kept_answer, FORWARD_ANSWER_MAX);
    return submission;
}

static void submission_done(struct submission *submission)
{
    buf_done(&submission->kept_answer);
    free(submission);
}

static void fill(struct proposal *item, enum decision decision, enum err err)
{
    item->kind = PROPOSE_STORE;
    item->decision = decision;
    item->err = err;
    item->number = 1000 + (uint64_t)decision;
    item->token = (struct token){ "9480231174061111", 16 };
}

static void items_come_back_as_they_were_decided(void **state)
{
    struct submission *first = submission_of(3), *again = submission_of(3);
    struct buf value AUTO(buf_done) = { 0 };
    struct answer answer;
    (void)state;

    buf_init(&value, 1 << 20);
    fill(&first->items[0], DECIDED_NEW, OK);
    fill(&first->items[1], DECIDED_KNOWN, OK);
    fill(&first->items[2], DECIDED_NOTHING, ERR_BAD_PAN);
    answer_write_items(first, 99, &value);
    assert_err(OK, answer_read(buf_bytes(&value), &answer));
    assert_int_equal(ANSWER_ITEMS, answer.state);
    assert_int_equal(99, answer.keep_until_ms);
    assert_err(OK, answer_fill_items(&answer, again));
    for (size_t i = 0; i < 3; i++) {
        assert_err(first->items[i].err, again->items[i].err);
        assert_int_equal(first->items[i].decision, again->items[i].decision);
        assert_int_equal(first->items[i].number, again->items[i].number);
        assert_true(token_equal(&first->items[i].token, &again->items[i].token));
    }
    submission_done(first);
    submission_done(again);
}

static void every_error_a_caller_sees_survives_the_row(void **state)
{
    (void)state;

    for (enum err err = OK; err < ERR_IO; err++) {
        struct submission *first = submission_of(1), *again = submission_of(1);
        struct buf value AUTO(buf_done) = { 0 };
        struct answer answer;
        buf_init(&value, 4096);
        fill(&first->items[0], err == OK ? DECIDED_NEW : DECIDED_NOTHING, err);
        answer_write_items(first, 1, &value);
        assert_err(OK, answer_read(buf_bytes(&value), &answer));
        assert_err(OK, answer_fill_items(&answer, again));
        assert_err(err, again->items[0].err);
        submission_done(first);
        submission_done(again);
    }
}

static void another_number_of_items_is_another_request(void **state)
{
    struct submission *first = submission_of(2), *again = submission_of(1);
    struct buf value AUTO(buf_done) = { 0 };
    struct answer answer;
    (void)state;

    buf_init(&value, 4096);
    fill(&first->items[0], DECIDED_NEW, OK);
    fill(&first->items[1], DECIDED_NEW, OK);
    answer_write_items(first, 1, &value);
    assert_err(OK, answer_read(buf_bytes(&value), &answer));
    assert_err(ERR_KEY_CONFLICT, answer_fill_items(&answer, again));
    submission_done(first);
    submission_done(again);
}

static void what_is_kept_is_2xx_and_404_and_every_batch(void **state)
{
    struct submission *submission = submission_of(1);
    (void)state;

    assert_true(answer_is_kept(submission));
    submission->items[0].err = ERR_NO_TOKEN;
    assert_true(answer_is_kept(submission));
    submission->items[0].err = ERR_VAULT_FULL;
    assert_false(answer_is_kept(submission));
    submission->is_batch = true;
    assert_true(answer_is_kept(submission));
    submission_done(submission);
}

static void a_forwards_answer_comes_back_sealed(void **state)
{
    struct submission *again = submission_of(2);
    struct forward_outcome outcome = { .intent = 7, .status = 402, .answer = bytes_lit("sealed") };
    struct idempotency key = { .used = true };
    struct buf value AUTO(buf_done) = { 0 };
    struct answer answer;
    (void)state;

    buf_init(&value, 4096);
    answer_write_forward(&key, &outcome, 5, &value);
    assert_err(OK, answer_read(buf_bytes(&value), &answer));
    assert_int_equal(ANSWER_FORWARD, answer.state);
    assert_err(OK, answer_fill_forward(&answer, again));
    assert_int_equal(402, again->forward.status);
    assert_bytes(bytes_lit("sealed"), again->forward.answer);
    assert_int_equal(7, again->items[1].number);
    submission_done(again);
}

static void a_row_that_is_cut_short_is_damaged(void **state)
{
    struct submission *first = submission_of(1), *again = submission_of(1);
    struct buf value AUTO(buf_done) = { 0 };
    struct answer answer;
    (void)state;

    buf_init(&value, 4096);
    fill(&first->items[0], DECIDED_NEW, OK);
    answer_write_items(first, 1, &value);
    for (size_t size = 0; size < value.size; size++) {
        enum err err = answer_read(bytes_of(value.data, size), &answer);
        if (err == OK)
            err = answer_fill_items(&answer, again);
        assert_true(err == ERR_VAULT_DAMAGED || err == ERR_KEY_CONFLICT);
    }
    submission_done(first);
    submission_done(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_back_as_they_were_decided),
        cmocka_unit_test(every_error_a_caller_sees_survives_the_row),
        cmocka_unit_test(another_number_of_items_is_another_request),
        cmocka_unit_test(what_is_kept_is_2xx_and_404_and_every_batch),
        cmocka_unit_test(a_forwards_answer_comes_back_sealed),
        cmocka_unit_test(a_row_that_is_cut_short_is_damaged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
