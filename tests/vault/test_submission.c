#include "vault/parts.h"
#include "vault/world.h"

static void a_submission_is_zeroed_however_it_was_used(void **state)
{
    struct scene s;
    struct submission *first, *second;
    (void)state;

    scene_init(&s);
    first = submission_new(s.world.vault, 1);
    memset(&first->items[0], 0xff, sizeof(first->items[0]));
    first->err = ERR_JOURNAL;
    submission_free(s.world.vault, first);
    second = submission_new(s.world.vault, 1);
    assert_ptr_equal(first, second);
    assert_err(OK, second->err);
    assert_int_equal(0, second->items[0].number);
    assert_int_equal(0, second->items[0].record.size);
    submission_free(s.world.vault, second);
    scene_done(&s);
}

static void the_memory_of_submissions_is_bounded(void **state)
{
    enum { MOST = 200 };
    struct scene s;
    struct submission *held[MOST];
    size_t count = 0;
    (void)state;

    scene_init(&s);
    while (count < MOST) {
        held[count] = submission_new(s.world.vault, SUBMISSION_ITEMS_MAX);
        if (held[count] == NULL)
            break;
        count++;
    }
    assert_in_range(count, 10, MOST - 1);
    submission_free(s.world.vault, held[--count]);
    held[count] = submission_new(s.world.vault, SUBMISSION_ITEMS_MAX);
    assert_non_null(held[count++]);
    while (count > 0)
        submission_free(s.world.vault, held[--count]);
    assert_int_equal(0, s.world.vault->pool.bytes);
    scene_done(&s);
}

static void what_no_batch_can_hold_is_refused(void **state)
{
    struct scene s;
    struct submission *batch;
    char pan[17];
    (void)state;

    world_init_sized(&s.world, JOURNAL_SIZE_MIN, WORLD_MAP_SIZE);
    hand_init(&s.hand, &s.world);
    batch = hand_begin(&s.hand, 100);
    for (unsigned i = 0; i < 100; i++) {
        wish_pan(i, pan);
        fill_store(&s.hand, &(struct wish){ .pan = pan }, &batch->items[i]);
    }
    assert_err(ERR_OVERLOADED, vault_submit(s.world.vault, batch));
    submission_free(s.world.vault, batch);
    scene_done(&s);
}

static void a_forwards_answer_has_a_bound(void **state)
{
    static uint8_t answer[FORWARD_ANSWER_MAX + 1];
    struct scene s;
    struct submission *end;
    (void)state;

    scene_init(&s);
    end = hand_begin(&s.hand, 1);
    end->items[0].kind = PROPOSE_FORWARD_OUTCOME;
    end->forward.answer = bytes_of(answer, sizeof(answer));
    assert_err(ERR_LIMIT, vault_submit(s.world.vault, end));
    submission_free(s.world.vault, end);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_submission_is_zeroed_however_it_was_used),
        cmocka_unit_test(the_memory_of_submissions_is_bounded),
        cmocka_unit_test(what_no_batch_can_hold_is_refused),
        cmocka_unit_test(a_forwards_answer_has_a_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
