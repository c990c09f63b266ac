#include "vault/inbox.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "test.h"

static struct submission *submission_of(struct mailbox *reply_to, size_t count)
{
    struct submission *submission = calloc(1, sizeof(*submission));

    assert_non_null(submission);
    submission->reply_to = reply_to;
    submission->count = count;
    return submission;
}

static struct inbox *inbox_made(void)
{
    struct inbox *inbox;

    assert_err(OK, inbox_new(&inbox));
    return inbox;
}

static size_t list_drop(struct list *list)
{
    size_t count = 0;

    for (struct list *node = list_take_first(list); node != NULL; node = list_take_first(list)) {
        free(list_item(node, struct submission, node));
        count++;
    }
    return count;
}

/* Never posted to; it only tells a proposal from a note. */
static struct mailbox *box(void)
{
    static char somewhere;

    return (struct mailbox *)(void *)&somewhere;
}

static void a_turn_takes_all_singles_and_one_group(void **state)
{
    struct inbox *inbox = inbox_made();
    struct list singles, group;
    (void)state;

    list_init(&singles);
    list_init(&group);
    for (int i = 0; i < 3; i++) {
        inbox_put(inbox, submission_of(box(), 1));
        inbox_put(inbox, submission_of(box(), 2));
        inbox_put(inbox, submission_of(NULL, 1));
    }
    assert_true(inbox_take(inbox, 0, &singles, &group));
    assert_int_equal(6, list_drop(&singles));
    assert_int_equal(1, list_drop(&group));
    assert_true(inbox_take(inbox, 0, &singles, &group));
    assert_true(list_is_empty(&singles));
    assert_int_equal(1, list_drop(&group));
    assert_true(inbox_take(inbox, 0, &singles, &group));
    assert_int_equal(1, list_drop(&group));
    inbox_free(inbox);
}

static void notes_go_before_what_came_in_beside_them(void **state)
{
    struct inbox *inbox = inbox_made();
    struct list singles, group;
    (void)state;

    list_init(&singles);
    list_init(&group);
    inbox_put(inbox, submission_of(box(), 1));
    inbox_put(inbox, submission_of(NULL, 1));
    assert_true(inbox_take(inbox, 0, &singles, &group));
    assert_null(list_item(singles.next, struct submission, node)->reply_to);
    assert_int_equal(2, list_drop(&singles));
    inbox_free(inbox);
}

static void notes_alone_wait_until_they_are_old(void **state)
{
    struct inbox *inbox = inbox_made();
    int64_t since_ms = clock_mono_ms();
    struct list singles, group;
    (void)state;

    list_init(&singles);
    list_init(&group);
    inbox_put(inbox, submission_of(NULL, 1));
    inbox_put(inbox, submission_of(NULL, 1));
    assert_true(inbox_take(inbox, 10000, &singles, &group));
    assert_true(clock_mono_ms() - since_ms >= INBOX_NOTE_AGE_MS);
    assert_true(clock_mono_ms() - since_ms < 5000);
    assert_int_equal(2, list_drop(&singles));
    inbox_free(inbox);
}

static void many_notes_do_not_wait(void **state)
{
    struct inbox *inbox = inbox_made();
    struct list singles, group;
    (void)state;

    list_init(&singles);
    list_init(&group);
    for (int i = 0; i < INBOX_NOTES_FULL; i++)
        inbox_put(inbox, submission_of(NULL, 1));
    assert_true(inbox_take(inbox, 10000, &singles, &group));
    assert_int_equal(INBOX_NOTES_FULL, list_drop(&singles));
    inbox_free(inbox);
}

struct sender {
    struct inbox *inbox;
    struct mailbox *reply_to;
};

static void *send_later(void *argument)
{
    struct sender *sender = argument;

    clock_sleep_ms(30);
    inbox_put(sender->inbox, submission_of(sender->reply_to, 1));
    return NULL;
}

static void a_proposal_wakes_a_sleeper(void **state)
{
    struct sender sender = { inbox_made(), box() };
    int64_t since_ms = clock_mono_ms();
    struct list singles, group;
    pthread_t thread;
    (void)state;

    list_init(&singles);
    list_init(&group);
    for (int i = 0; i < 2; i++) { /* a proposal, then a note */
        assert_int_equal(0, pthread_create(&thread, NULL, send_later, &sender));
        assert_true(inbox_take(sender.inbox, 20000, &singles, &group));
        assert_int_equal(0, pthread_join(thread, NULL));
        assert_int_equal(1, list_drop(&singles));
        sender.reply_to = NULL;
    }
    assert_true(clock_mono_ms() - since_ms < 10000);
    inbox_free(sender.inbox);
}

/* A turn takes long to decide, and then comes again. */
static void *take_twice(void *inbox)
{
    struct list singles, group;

    list_init(&singles);
    list_init(&group);
    (void)inbox_take(inbox, 10000, &singles, &group);
    clock_sleep_ms(40);
    (void)inbox_take(inbox, 0, &singles, &group);
    (void)list_drop(&singles);
    return NULL;
}

static void settling_waits_until_the_notes_were_decided(void **state)
{
    struct inbox *inbox = inbox_made();
    int64_t since_ms = clock_mono_ms();
    pthread_t thread;
    (void)state;

    inbox_put(inbox, submission_of(NULL, 1));
    assert_int_equal(0, pthread_create(&thread, NULL, take_twice, inbox));
    inbox_settle(inbox, 10000);
    assert_in_range(clock_mono_ms() - since_ms, 40, 5000);
    assert_int_equal(0, pthread_join(thread, NULL));
    inbox_settle(inbox, 10000); /* there is nothing left to wait for */
    inbox_put(inbox, submission_of(NULL, 1));
    inbox_settle(inbox, 10); /* nobody takes it */
    assert_in_range(clock_mono_ms() - since_ms, 50, 5000);
    assert_null(take_twice(inbox));
    inbox_free(inbox);
}

static void nothing_is_left_in_a_closed_inbox(void **state)
{
    struct inbox *inbox = inbox_made();
    struct list singles, group;
    (void)state;

    list_init(&singles);
    list_init(&group);
    inbox_put(inbox, submission_of(NULL, 1));
    inbox_put(inbox, submission_of(box(), 2));
    inbox_put(inbox, submission_of(box(), 2));
    inbox_close(inbox);
    assert_true(inbox_take(inbox, 10000, &singles, &group));
    assert_true(inbox_take(inbox, 10000, &singles, &group));
    assert_int_equal(1, list_drop(&singles));
    assert_int_equal(2, list_drop(&group));
    assert_false(inbox_take(inbox, 10000, &singles, &group));
    inbox_free(inbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_turn_takes_all_singles_and_one_group),
        cmocka_unit_test(notes_go_before_what_came_in_beside_them),
        cmocka_unit_test(notes_alone_wait_until_they_are_old),
        cmocka_unit_test(many_notes_do_not_wait),
        cmocka_unit_test(a_proposal_wakes_a_sleeper),
        cmocka_unit_test(settling_waits_until_the_notes_were_decided),
        cmocka_unit_test(nothing_is_left_in_a_closed_inbox),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
