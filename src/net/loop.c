#include "net/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mailbox.h"
#include "base/must.h"
#include "net/timer.h"

/* A descriptor that the loop watches for as long as it lives. */
struct bell {
    struct list node;
    struct event event;
    int signal_fd; /* the loop's own, read for on_signal; -1: ring, the owner reads its own */
    void (*ring)(void *owner);
    void (*on_signal)(void *owner, uid_t sender);
    void *owner;
};

struct loop {
    struct event_base *base;
    struct event alarm; /* wakes the loop for the wheel */
    int64_t alarm_ms;   /* when; TIMER_NEVER if it is not set */
    int64_t now_ms;     /* 0: not read in this round */
    struct wheel wheel;
    struct list later; /* tasks */
    struct list bells;
    void (*before_sleep)(void *owner);
    void *before_sleep_owner;
    int stop_fd;
    atomic_bool stopped;
};

/* The wheel is turned at the end of the round, whatever woke the loop. */
static void on_alarm(evutil_socket_t fd, short what, void *argument)
{
    struct loop *loop = argument;

    (void)fd;
    (void)what;
    loop->alarm_ms = TIMER_NEVER;
}

static void on_stop(void *owner)
{
    struct loop *loop = owner;
    uint64_t times;

    (void)!read(loop->stop_fd, &times, sizeof(times));
}

static void ring_signal(const struct bell *bell)
{
    struct signalfd_siginfo got;
    bool has_sender;

    if (read(bell->signal_fd, &got, sizeof(got)) != sizeof(got))
        return;
    has_sender = got.ssi_code == SI_USER || got.ssi_code == SI_QUEUE;
    bell->on_signal(bell->owner, has_sender ? got.ssi_uid : SENDER_UNKNOWN);
}

static void on_bell(evutil_socket_t fd, short what, void *argument)
{
    struct bell *bell = argument;

    (void)fd;
    (void)what;
    if (bell->signal_fd >= 0)
        ring_signal(bell);
    else
        bell->ring(bell->owner);
}

static enum err loop_add_bell(struct loop *loop, int fd, const struct bell *template)
{
    struct bell *bell = malloc(sizeof(*bell));

    if (bell == NULL)
        return ERR_MEMORY;
    *bell = *template;
    if (event_assign(&bell->event, loop->base, fd, EV_READ | EV_PERSIST, on_bell, bell) != 0 ||
        event_add(&bell->event, NULL) != 0) {
        free(bell);
        return ERR_IO;
    }
    list_add_last(&loop->bells, &bell->node);
    return OK;
}

/* Nothing in a loop is shared between threads, so libevent needs no locks. */
static struct event_base *base_new(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;

    if (config == NULL)
        return NULL;
    if (event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) == 0)
        base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

static enum err loop_init(struct loop *loop)
{
    loop->base = base_new();
    if (loop->base == NULL)
        return ERR_MEMORY;
    loop->stop_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (loop->stop_fd < 0)
        return file_err(errno);
    if (evtimer_assign(&loop->alarm, loop->base, on_alarm, loop) != 0)
        return ERR_IO;
    return loop_add_bell(loop, loop->stop_fd,
                         &(struct bell){ .signal_fd = -1, .ring = on_stop, .owner = loop });
}

enum err loop_new(struct loop **ret_loop)
{
    struct loop *loop = calloc(1, sizeof(*loop));
    enum err err;

    if (loop == NULL)
        return ERR_MEMORY;
    (void)signal(SIGPIPE, SIG_IGN);
    wheel_init(&loop->wheel, clock_mono_ms());
    list_init(&loop->later);
    list_init(&loop->bells);
    loop->stop_fd = -1;
    loop->alarm_ms = TIMER_NEVER;
    err = loop_init(loop);
    if (err != OK) {
        loop_free(loop);
        return err;
    }
    *ret_loop = loop;
    return OK;
}

/* Those that were asked for so far; what they ask for is for the next round. */
static void loop_run_later(struct loop *loop)
{
    struct list now;

    list_init(&now);
    for (struct list *node = list_take_first(&loop->later); node != NULL;
         node = list_take_first(&loop->later))
        list_add_last(&now, node);
    for (struct list *node = list_take_first(&now); node != NULL; node = list_take_first(&now)) {
        struct task *task = list_item(node, struct task, node);

        task->run(task->owner);
    }
}

void loop_free(struct loop *loop)
{
    if (loop == NULL)
        return;
    while (!list_is_empty(&loop->later))
        loop_run_later(loop);
    for (struct list *node = list_take_first(&loop->bells); node != NULL;
         node = list_take_first(&loop->bells)) {
        struct bell *bell = list_item(node, struct bell, node);

        (void)event_del(&bell->event);
        fd_close(&bell->signal_fd);
        free(bell);
    }
    if (loop->base != NULL) {
        if (event_initialized(&loop->alarm))
            (void)event_del(&loop->alarm);
        event_base_free(loop->base);
    }
    fd_close(&loop->stop_fd);
    free(loop);
}

static void loop_set_alarm(struct loop *loop)
{
    const int64_t next_ms = wheel_next_ms(&loop->wheel);
    struct timeval wait;
    int64_t wait_ms;

    if (next_ms == loop->alarm_ms)
        return;
    loop->alarm_ms = next_ms;
    if (next_ms == TIMER_NEVER) {
        (void)event_del(&loop->alarm);
        return;
    }
    wait_ms = next_ms - clock_mono_ms();
    wait_ms = wait_ms < 0 ? 0 : wait_ms;
    wait = (struct timeval){ .tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000 };
    must(event_add(&loop->alarm, &wait) == 0);
}

static void loop_round(struct loop *loop)
{
    int flags = EVLOOP_ONCE;

    if (!list_is_empty(&loop->later)) {
        flags |= EVLOOP_NONBLOCK;
    } else {
        loop_set_alarm(loop);
        if (loop->before_sleep != NULL)
            loop->before_sleep(loop->before_sleep_owner);
    }
    loop->now_ms = 0;
    must(event_base_loop(loop->base, flags) >= 0);
    loop_run_later(loop);
    wheel_turn(&loop->wheel, loop_now_ms(loop));
}

void loop_run(struct loop *loop)
{
    while (!atomic_load_explicit(&loop->stopped, memory_order_acquire))
        loop_round(loop);
    atomic_store_explicit(&loop->stopped, false, memory_order_release);
}

void loop_stop(struct loop *loop)
{
    const uint64_t once = 1;

    atomic_store_explicit(&loop->stopped, true, memory_order_release);
    must(write(loop->stop_fd, &once, sizeof(once)) == sizeof(once));
}

int64_t loop_now_ms(struct loop *loop)
{
    if (loop->now_ms == 0)
        loop->now_ms = clock_mono_ms();
    return loop->now_ms;
}

void loop_before_sleep(struct loop *loop, void (*run)(void *owner), void *owner)
{
    loop->before_sleep = run;
    loop->before_sleep_owner = owner;
}

enum err loop_watch_mailbox(struct loop *loop, struct mailbox *mailbox,
                            void (*on_mail)(void *owner), void *owner)
{
    return loop_add_bell(loop, mailbox_fd(mailbox),
                         &(struct bell){ .signal_fd = -1, .ring = on_mail, .owner = owner });
}

enum err loop_watch_signal(struct loop *loop, int signal,
                           void (*on_signal)(void *owner, uid_t sender), void *owner)
{
    sigset_t set;
    int fd AUTO(fd_close) = -1;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, signal);
    must(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
    fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0)
        return file_err(errno);
    TRY(loop_add_bell(loop, fd,
                      &(struct bell){ .signal_fd = fd, .on_signal = on_signal, .owner = owner }));
    fd = -1;
    return OK;
}

struct wheel *loop_wheel(struct loop *loop)
{
    return &loop->wheel;
}

void task_init(struct task *task, void (*run)(void *owner), void *owner)
{
    *task = (struct task){ .run = run, .owner = owner };
    list_init(&task->node);
}

void loop_later(struct loop *loop, struct task *task)
{
    if (list_is_empty(&task->node))
        list_add_last(&loop->later, &task->node);
}

void task_cancel(struct task *task)
{
    list_remove(&task->node);
}

struct watch {
    struct event read, write;
    unsigned wanted;
    void (*on_ready)(void *owner, unsigned ready);
    void *owner;
};

static void on_read(evutil_socket_t fd, short what, void *argument)
{
    struct watch *watch = argument;

    (void)fd;
    (void)what;
    watch->on_ready(watch->owner, WATCH_READ);
}

static void on_write(evutil_socket_t fd, short what, void *argument)
{
    struct watch *watch = argument;

    (void)fd;
    (void)what;
    watch->on_ready(watch->owner, WATCH_WRITE);
}

struct watch *watch_new(struct loop *loop, int fd, void (*on_ready)(void *owner, unsigned ready),
                        void *owner)
{
    struct watch *watch = calloc(1, sizeof(*watch));

    if (watch == NULL)
        return NULL;
    watch->on_ready = on_ready;
    watch->owner = owner;
    must(event_assign(&watch->read, loop->base, fd, EV_READ | EV_PERSIST, on_read, watch) == 0);
    must(event_assign(&watch->write, loop->base, fd, EV_WRITE | EV_PERSIST, on_write, watch) == 0);
    return watch;
}

void watch_free(struct watch *watch)
{
    if (watch == NULL)
        return;
    (void)watch_set(watch, 0);
    free(watch);
}

bool watch_set(struct watch *watch, unsigned wanted)
{
    const unsigned changed = watch->wanted ^ wanted;
    int failed = 0;

    if (changed & WATCH_READ)
        failed |= wanted & WATCH_READ ? event_add(&watch->read, NULL) : event_del(&watch->read);
    if (changed & WATCH_WRITE)
        failed |= wanted & WATCH_WRITE ? event_add(&watch->write, NULL) : event_del(&watch->write);
    watch->wanted = wanted;
    return failed == 0;
}
