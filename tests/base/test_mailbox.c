#include "test.h"

#include <poll.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/mailbox.h"

enum { SENDERS = 4, LETTERS = 20000 };

struct letter {
    int sender, number;
    struct list node;
};

static struct letter *letter_of(struct list *node)
{
    return list_item(node, struct letter, node);
}

static bool bell_rings(const struct mailbox *mailbox)
{
    struct pollfd bell = { .fd = mailbox_fd(mailbox), .events = POLLIN };

    return poll(&bell, 1, 0) == 1;
}

static int box_new(void **state)
{
    struct mailbox *mailbox = NULL;

    assert_err(OK, mailbox_new(2, &mailbox));
    *state = mailbox;
    return 0;
}

static int box_free(void **state)
{
    mailbox_free(*state);
    return 0;
}

static void letters_arrive_in_order(void **state)
{
    struct letter letters[2] = { { .number = 0 }, { .number = 1 } };
    struct list taken;

    list_init(&taken);
    assert_err(OK, mailbox_post(*state, &letters[0].node));
    assert_err(OK, mailbox_post(*state, &letters[1].node));
    mailbox_take(*state, &taken);
    assert_int_equal(0, letter_of(list_take_first(&taken))->number);
    assert_int_equal(1, letter_of(list_take_first(&taken))->number);
    assert_null(list_take_first(&taken));
}

static void a_full_box_refuses_until_it_is_emptied(void **state)
{
    struct letter letters[3] = { 0 };
    struct list taken;

    list_init(&taken);
    assert_err(OK, mailbox_post(*state, &letters[0].node));
    assert_err(OK, mailbox_post(*state, &letters[1].node));
    assert_err(ERR_OVERLOADED, mailbox_post(*state, &letters[2].node));
    mailbox_take(*state, &taken);
    assert_err(OK, mailbox_post(*state, &letters[2].node));
    mailbox_take(*state, &taken);
}

static void the_bell_rings_while_letters_wait(void **state)
{
    struct letter letters[2] = { 0 };
    struct list taken;

    list_init(&taken);
    assert_false(bell_rings(*state));
    assert_err(OK, mailbox_post(*state, &letters[0].node));
    assert_true(bell_rings(*state));
    assert_err(OK, mailbox_post(*state, &letters[1].node));
    mailbox_take(*state, &taken);
    assert_false(bell_rings(*state));
    mailbox_take(*state, &taken);
    assert_false(bell_rings(*state));
}

static void waiting_ends_with_a_letter_or_in_time(void **state)
{
    struct letter letter = { 0 };
    struct list taken;
    int64_t start = clock_mono_ms();

    list_init(&taken);
    mailbox_wait(*state, 20);
    assert_true(clock_mono_ms() - start >= 19);
    assert_err(OK, mailbox_post(*state, &letter.node));
    mailbox_wait(*state, -1);
    mailbox_take(*state, &taken);
}

static void a_chain_is_posted_at_once(void **state)
{
    struct letter letters[3] = { { .number = 0 }, { .number = 1 }, { .number = 2 } };
    struct list chain, taken;
    struct mailbox *mailbox = NULL;

    (void)state;
    assert_err(OK, mailbox_new(0, &mailbox));
    list_init(&chain);
    list_init(&taken);
    for (int i = 0; i < 3; i++)
        list_add_last(&chain, &letters[i].node);
    mailbox_post_all(mailbox, &chain);
    assert_true(list_is_empty(&chain));
    assert_true(bell_rings(mailbox));
    mailbox_take(mailbox, &taken);
    for (int i = 0; i < 3; i++)
        assert_int_equal(i, letter_of(list_take_first(&taken))->number);
    mailbox_free(mailbox);
}

struct sender {
    struct mailbox *mailbox;
    struct letter *letters;
};

static void *send_all(void *argument)
{
    struct sender *sender = argument;

    for (int i = 0; i < LETTERS; i++) {
        while (mailbox_post(sender->mailbox, &sender->letters[i].node) != OK)
            (void)sched_yield();
    }
    return NULL;
}

/* Each sender's letters must come in its order; the count of all that came. */
static int receive(struct mailbox *mailbox, int next[SENDERS])
{
    struct list taken;
    int count = 0;

    list_init(&taken);
    mailbox_wait(mailbox, -1);
    mailbox_take(mailbox, &taken);
    list_each (node, &taken) {
        struct letter *letter = letter_of(node);
        assert_int_equal(next[letter->sender]++, letter->number);
        count++;
    }
    return count;
}

static void no_letter_of_many_threads_is_lost_or_overtaken(void **state)
{
    struct letter *letters = calloc(SENDERS * LETTERS, sizeof(*letters));
    struct mailbox *mailbox = NULL;
    struct sender senders[SENDERS];
    pthread_t threads[SENDERS];
    int next[SENDERS] = { 0 };

    (void)state;
    assert_non_null(letters);
    assert_err(OK, mailbox_new(64, &mailbox));
    for (int i = 0; i < SENDERS * LETTERS; i++)
        letters[i] = (struct letter){ .sender = i / LETTERS, .number = i % LETTERS };
    for (int i = 0; i < SENDERS; i++) {
        senders[i] = (struct sender){ mailbox, letters + i * LETTERS };
        assert_int_equal(0, pthread_create(&threads[i], NULL, send_all, &senders[i]));
    }
    for (int count = 0; count < SENDERS * LETTERS;)
        count += receive(mailbox, next);
    for (int i = 0; i < SENDERS; i++)
        assert_int_equal(0, pthread_join(threads[i], NULL));
    assert_false(bell_rings(mailbox));
    mailbox_free(mailbox);
    free(letters);
}

static void free_with_a_letter_inside(void *argument)
{
    struct mailbox *mailbox = NULL;
    struct letter letter = { 0 };

    (void)argument;
    err_ignore(mailbox_new(0, &mailbox));
    err_ignore(mailbox_post(mailbox, &letter.node));
    mailbox_free(mailbox);
}

static void a_box_with_letters_must_not_be_freed(void **state)
{
    (void)state;
    assert_true(aborts(free_with_a_letter_inside, NULL));
    mailbox_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(letters_arrive_in_order, box_new, box_free),
        cmocka_unit_test_setup_teardown(a_full_box_refuses_until_it_is_emptied, box_new, box_free),
        cmocka_unit_test_setup_teardown(the_bell_rings_while_letters_wait, box_new, box_free),
        cmocka_unit_test_setup_teardown(waiting_ends_with_a_letter_or_in_time, box_new, box_free),
        cmocka_unit_test(a_chain_is_posted_at_once),
        cmocka_unit_test(no_letter_of_many_threads_is_lost_or_overtaken),
        cmocka_unit_test(a_box_with_letters_must_not_be_freed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
