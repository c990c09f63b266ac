#include "test.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include "base/clock.h"
#include "base/mailbox.h"
#include "net/loop.h"
#include "net/timer.h"

struct scene {
    struct loop *loop;
    struct timer timer, stopper;
    struct task task;
    struct mailbox *mailbox;
    unsigned rang, ran, slept, mails;
    int64_t rang_ms;
};

static int scene_begin(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    assert_non_null(scene);
    assert_err(OK, loop_new(&scene->loop));
    *state = scene;
    return 0;
}

static int scene_end(void **state)
{
    struct scene *scene = *state;

    loop_free(scene->loop);
    mailbox_free(scene->mailbox);
    free(scene);
    return 0;
}

static void on_ring(void *owner)
{
    struct scene *scene = owner;

    scene->rang++;
    scene->rang_ms = clock_mono_ms();
}

static void on_stop(void *owner)
{
    struct scene *scene = owner;

    loop_stop(scene->loop);
}

static void run_for(struct scene *scene, int64_t ms)
{
    timer_init(&scene->stopper, scene->loop, on_stop, scene);
    timer_set(&scene->stopper, ms);
    loop_run(scene->loop);
}

static void a_timer_rings_once_and_never_early(void **state)
{
    struct scene *scene = *state;
    const int64_t begin_ms = clock_mono_ms();

    timer_init(&scene->timer, scene->loop, on_ring, scene);
    timer_set(&scene->timer, 50);
    run_for(scene, 200);
    assert_int_equal(1, scene->rang);
    assert_in_range(scene->rang_ms - begin_ms, 50, 50 + 2 * TIMER_GRAIN_MS + 20);
    assert_false(timer_is_set(&scene->timer));
}

static void a_timer_that_is_moved_rings_at_its_new_time_only(void **state)
{
    struct scene *scene = *state;
    const int64_t begin_ms = clock_mono_ms();

    timer_init(&scene->timer, scene->loop, on_ring, scene);
    timer_set(&scene->timer, 20);
    timer_set(&scene->timer, 150);
    run_for(scene, 300);
    assert_int_equal(1, scene->rang);
    assert_true(scene->rang_ms - begin_ms >= 150);
    timer_set(&scene->timer, 10000);
    timer_set(&scene->timer, 20);
    run_for(scene, 100);
    assert_int_equal(2, scene->rang);
}

static void a_timer_that_is_stopped_does_not_ring(void **state)
{
    struct scene *scene = *state;

    timer_init(&scene->timer, scene->loop, on_ring, scene);
    timer_set(&scene->timer, 20);
    timer_stop(&scene->timer);
    run_for(scene, 100);
    assert_int_equal(0, scene->rang);
}

static void a_repeating_timer_rings_again_and_again(void **state)
{
    struct scene *scene = *state;

    timer_init(&scene->timer, scene->loop, on_ring, scene);
    timer_repeat(&scene->timer, 40);
    run_for(scene, 400);
    assert_in_range(scene->rang, 3, 10);
    timer_stop(&scene->timer);
}

struct due {
    struct timer timer;
    int64_t deadline_ms;
    const int64_t *now_ms;
    bool rang, early;
};

static void on_due(void *owner)
{
    struct due *due = owner;

    due->rang = true;
    due->early = *due->now_ms < due->deadline_ms;
}

/* The wheel alone, on a clock that jumps: deadlines on both sides of a whole turn. */
static void the_wheel_keeps_deadlines_beyond_its_own_turn(void **state)
{
    static struct wheel wheel;
    static struct due dues[500];
    int64_t now_ms = 1000;

    (void)state;
    wheel_init(&wheel, now_ms);
    assert_true(wheel_next_ms(&wheel) == TIMER_NEVER);
    for (size_t i = 0; i < 500; i++) {
        dues[i] = (struct due){ .now_ms = &now_ms, .deadline_ms = 1000 + (int64_t)i * 211 };
        dues[i].timer = (struct timer){ .deadline_ms = dues[i].deadline_ms, .on_time = on_due };
        dues[i].timer.owner = &dues[i];
        list_init(&dues[i].timer.node);
        wheel_put(&wheel, &dues[i].timer);
    }
    for (unsigned steps = 0; wheel_next_ms(&wheel) != TIMER_NEVER; steps++) {
        assert_true(steps < 10000);
        assert_true(wheel_next_ms(&wheel) > now_ms - TIMER_GRAIN_MS);
        now_ms = wheel_next_ms(&wheel) + (int64_t)(steps % 7);
        wheel_turn(&wheel, now_ms);
        for (size_t i = 0; i < 500; i++)
            assert_true(dues[i].rang || dues[i].deadline_ms + TIMER_GRAIN_MS > now_ms);
    }
    for (size_t i = 0; i < 500; i++) {
        assert_true(dues[i].rang);
        assert_false(dues[i].early);
    }
}

static void on_task(void *owner)
{
    struct scene *scene = owner;

    if (++scene->ran < 3)
        loop_later(scene->loop, &scene->task);
    else
        loop_stop(scene->loop);
}

static void on_sleep(void *owner)
{
    struct scene *scene = owner;

    scene->slept++;
}

static void tasks_run_one_round_each_and_the_loop_does_not_sleep_between(void **state)
{
    struct scene *scene = *state;

    loop_before_sleep(scene->loop, on_sleep, scene);
    task_init(&scene->task, on_task, scene);
    loop_later(scene->loop, &scene->task);
    loop_later(scene->loop, &scene->task);
    loop_run(scene->loop);
    assert_int_equal(3, scene->ran);
    assert_int_equal(0, scene->slept);
}

static void on_mail(void *owner)
{
    struct scene *scene = owner;
    struct list mails;

    list_init(&mails);
    mailbox_take(scene->mailbox, &mails);
    while (list_take_first(&mails) != NULL)
        scene->mails++;
    if (scene->mails == 2)
        loop_stop(scene->loop);
}

static void *post_two(void *argument)
{
    static struct list nodes[2];
    struct mailbox *mailbox = argument;

    assert_err(OK, mailbox_post(mailbox, &nodes[0]));
    (void)usleep(20000);
    assert_err(OK, mailbox_post(mailbox, &nodes[1]));
    return NULL;
}

static void mail_from_another_thread_wakes_the_loop(void **state)
{
    struct scene *scene = *state;
    pthread_t poster;

    assert_err(OK, mailbox_new(8, &scene->mailbox));
    assert_err(OK, loop_watch_mailbox(scene->loop, scene->mailbox, on_mail, scene));
    assert_int_equal(0, pthread_create(&poster, NULL, post_two, scene->mailbox));
    loop_run(scene->loop);
    assert_int_equal(0, pthread_join(poster, NULL));
    assert_int_equal(2, scene->mails);
}

struct receiver {
    struct loop *loop;
    uid_t sender;
};

static void on_signal(void *owner, uid_t sender)
{
    struct receiver *receiver = owner;

    receiver->sender = sender;
    loop_stop(receiver->loop);
}

static void a_signal_is_an_event_that_knows_its_sender(void **state)
{
    struct scene *scene = *state;
    struct receiver receiver = { scene->loop, SENDER_UNKNOWN };

    assert_err(OK, loop_watch_signal(scene->loop, SIGUSR1, on_signal, &receiver));
    assert_int_equal(0, kill(getpid(), SIGUSR1));
    loop_run(scene->loop);
    assert_int_equal(getuid(), receiver.sender);
}

static void a_signal_of_the_kernel_has_no_sender(void **state)
{
    struct scene *scene = *state;
    struct receiver receiver = { scene->loop, 0 };
    const struct itimerval soon = { .it_value.tv_usec = 1000 };

    assert_err(OK, loop_watch_signal(scene->loop, SIGALRM, on_signal, &receiver));
    assert_int_equal(0, setitimer(ITIMER_REAL, &soon, NULL));
    loop_run(scene->loop);
    assert_int_equal(SENDER_UNKNOWN, receiver.sender);
}

static void *stop_soon(void *argument)
{
    (void)usleep(20000);
    loop_stop(argument);
    return NULL;
}

static void another_thread_can_stop_the_loop(void **state)
{
    struct scene *scene = *state;
    pthread_t stopper;

    assert_int_equal(0, pthread_create(&stopper, NULL, stop_soon, scene->loop));
    loop_run(scene->loop);
    assert_int_equal(0, pthread_join(stopper, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_timer_rings_once_and_never_early, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(a_timer_that_is_moved_rings_at_its_new_time_only,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(a_timer_that_is_stopped_does_not_ring, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(a_repeating_timer_rings_again_and_again, scene_begin,
                                        scene_end),
        cmocka_unit_test(the_wheel_keeps_deadlines_beyond_its_own_turn),
        cmocka_unit_test_setup_teardown(
            tasks_run_one_round_each_and_the_loop_does_not_sleep_between, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(mail_from_another_thread_wakes_the_loop, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(a_signal_is_an_event_that_knows_its_sender, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(a_signal_of_the_kernel_has_no_sender, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(another_thread_can_stop_the_loop, scene_begin, scene_end),
    };

    return cmocka_run_group_tests_name("net.loop", tests, NULL, NULL);
}
