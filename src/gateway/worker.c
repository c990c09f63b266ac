#include "gateway/worker.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/must.h"
#include "base/secret.h"
#include "gateway/alarm.h"
#include "gateway/forward.h"
#include "gateway/session.h"

enum {
    SECOND_MS = 1000,
    INPUT_SPARE = 4096,
    OUTPUT_MAX = 16 * 1024 * 1024,
    LOG_LINES_MAX = 64 * 1024,
};

static void on_opened(void *owner, struct stream *stream)
{
    session_open(owner, stream);
}

static void on_refused(void *owner, enum handshake result, const char *address)
{
    struct worker_listener *listener = owner;

    refusals_add_handshake(listener->worker->service.refusals, handshake_text(result), address);
}

static bool knows(void *owner, const char *identity)
{
    struct worker *worker = owner;

    return clients_find(shared_clients_table(worker->directory->shared), identity) != NULL;
}

/* An exchange whose connection has gone has waited for its submission only. */
static void on_outcomes(void *owner)
{
    struct worker *worker = owner;
    struct list outcomes;

    list_init(&outcomes);
    mailbox_take(worker->outcomes, &outcomes);
    for (struct list *node = list_take_first(&outcomes); node != NULL;
         node = list_take_first(&outcomes)) {
        struct submission *submission = list_item(node, struct submission, node);
        struct exchange *exchange = submission->owner;
        worker->submissions_out--;
        codes_end(&worker->service, submission);
        if (exchange == NULL) {
            submission_free(worker->service.vault, submission);
            continue;
        }
        exchange->submission_is_out = false;
        if (exchange->forward != NULL)
            forward_returned(exchange->forward);
        else if (exchange->session == NULL)
            exchange_give_back(exchange);
        else
            session_resume(exchange->session);
    }
}

static void replace_tls(struct worker_listener *listener, struct tls_server *tls)
{
    tls_server_release(listener->tls);
    listener->tls = tls;
    listener_set_tls(listener->listener, tls);
    listener_each(listener->listener, session_judge_again, tls);
}

static void reload(struct worker *worker, struct worker_message *message)
{
    struct directory *directory = directory_new(message->clients);

    if (directory != NULL) {
        directory_release(worker->directory);
        worker->directory = directory;
        worker->generation++;
    }
    shared_clients_release(message->clients);
    if (outlets_replace(&worker->outlets, message->routes) != OK || directory == NULL)
        log_say(LOG_ERROR, "a worker has no memory to reload: it goes on as before");
    routes_release(message->routes);
    for (size_t i = 0; i < worker->listener_count; i++)
        replace_tls(&worker->listeners[i], message->tls[i]);
}

static void drain(struct worker *worker)
{
    worker->draining = true;
    for (size_t i = 0; i < worker->listener_count; i++) {
        listener_stop(worker->listeners[i].listener);
        listener_each(worker->listeners[i].listener, session_drain, worker);
    }
}

static void on_messages(void *owner)
{
    struct worker *worker = owner;
    struct list messages;

    list_init(&messages);
    mailbox_take(worker->messages, &messages);
    for (struct list *node = list_take_first(&messages); node != NULL;
         node = list_take_first(&messages)) {
        struct worker_message *message = list_item(node, struct worker_message, node);
        switch (message->order) {
        case ORDER_RELOAD: reload(worker, message); break;
        case ORDER_DRAIN: drain(worker); break;
        case ORDER_STOP: loop_stop(worker->loop); break;
        }
        free(message);
    }
}

static void on_second(void *owner)
{
    struct worker *worker = owner;

    http_date_set(&worker->date, clock_wall_ms());
    refusals_flush(worker->service.refusals);
    forward_destroy_old_codes(&worker->service);
    outlets_count(&worker->outlets);
    alarm_settle(worker);
}

static void before_sleep(void *owner)
{
    struct worker *worker = owner;

    log_flush(&worker->log_lines);
    stack_wipe();
}

static enum err make_listener(struct worker *worker, size_t i, const struct worker_parts *parts)
{
    const struct config_listener *options = &parts->config->listeners[i];
    struct worker_listener *listener = &worker->listeners[i];
    struct listener_options made = {
        .loop = worker->loop,
        .fd = parts->fds[i],
        .tls = parts->tls[i],
        .connections_max = options->connections_max,
        .handshake_timeout_ms = (unsigned)options->handshake_timeout_ms,
        .input_max = options->head_max + INPUT_SPARE,
        .output_max = OUTPUT_MAX,
        .directory = { knows, worker },
        .opened = on_opened,
        .refused = on_refused,
        .owner = listener,
    };

    *listener = (struct worker_listener){ .worker = worker,
                                          .options = options,
                                          .tls = tls_server_hold(parts->tls[i]) };
    TRY(listener_new(&made, &listener->listener));
    worker->listener_count++;
    return OK;
}

static enum err make_parts(struct worker *worker, const struct worker_parts *parts)
{
    TRY(loop_new(&worker->loop));
    TRY(mailbox_new(0, &worker->outcomes));
    TRY(mailbox_new(0, &worker->messages));
    TRY(service_worker_init(parts->vault, parts->keyring, &worker->service));
    worker->service.cvcs = parts->cvcs;
    worker->quarantine = parts->quarantine;
    alarm_watch_canaries(worker);
    worker->memory = parts->memory;
    worker->directory = directory_new(parts->clients);
    if (worker->directory == NULL)
        return ERR_MEMORY;
    outlets_init(&worker->outlets, worker->loop, parts->resolver, &worker->counters);
    TRY(outlets_replace(&worker->outlets, parts->routes));
    TRY(loop_watch_mailbox(worker->loop, worker->outcomes, on_outcomes, worker));
    TRY(loop_watch_mailbox(worker->loop, worker->messages, on_messages, worker));
    loop_before_sleep(worker->loop, before_sleep, worker);
    timer_init(&worker->second, worker->loop, on_second, worker);
    timer_repeat(&worker->second, SECOND_MS);
    http_date_set(&worker->date, clock_wall_ms());
    for (size_t i = 0; i < parts->config->listener_count; i++)
        TRY(make_listener(worker, i, parts));
    return OK;
}

enum err worker_new(const struct worker_parts *parts, struct worker **ret_worker)
{
    struct worker *worker = calloc(1, sizeof(*worker));
    enum err err;

    if (worker == NULL)
        return ERR_MEMORY;
    worker->config = parts->config;
    worker->generation = 1;
    list_init(&worker->outlets.list);
    list_init(&worker->exchanges);
    list_init(&worker->forwards);
    buf_init(&worker->log_lines, LOG_LINES_MAX);
    err = make_parts(worker, parts);
    if (err != OK)
        worker_free(worker);
    else
        *ret_worker = worker;
    return err;
}

static void *run(void *owner)
{
    struct worker *worker = owner;

    (void)pthread_setname_np(pthread_self(), "worker");
    loop_run(worker->loop);
    return NULL;
}

enum err worker_start(struct worker *worker)
{
    if (pthread_create(&worker->thread, NULL, run, worker) != 0)
        return ERR_MEMORY;
    worker->started = true;
    return OK;
}

enum err worker_send(struct worker *worker, const struct worker_message *message)
{
    struct worker_message *copy = malloc(sizeof(*copy));

    if (copy == NULL)
        return ERR_MEMORY;
    *copy = *message;
    list_init(&copy->node);
    return mailbox_post(worker->messages, &copy->node);
}

uint64_t worker_sessions(const struct worker *worker)
{
    return atomic_load_explicit(&worker->counters.sessions, memory_order_relaxed);
}

void worker_join(struct worker *worker)
{
    if (worker->started)
        must(pthread_join(worker->thread, NULL) == 0);
    worker->started = false;
}

/* Everything that is still out comes back, since the vault answers each submission. */
static void await_submissions(struct worker *worker)
{
    while (worker->submissions_out > 0) {
        mailbox_wait(worker->outcomes, -1);
        on_outcomes(worker);
    }
}

static void free_exchanges(struct worker *worker)
{
    for (struct list *node = list_take_first(&worker->exchanges); node != NULL;
         node = list_take_first(&worker->exchanges))
        exchange_free(list_item(node, struct exchange, node));
}

void worker_free(struct worker *worker)
{
    for (size_t i = 0; i < worker->listener_count; i++) {
        listener_free(worker->listeners[i].listener);
        tls_server_release(worker->listeners[i].tls);
    }
    forward_stop_all(worker);
    if (worker->outcomes != NULL)
        await_submissions(worker);
    forward_give_up_all(worker);
    if (worker->outcomes != NULL)
        await_submissions(worker);
    outlets_done(&worker->outlets);
    free_exchanges(worker);
    log_flush(&worker->log_lines);
    buf_done(&worker->log_lines);
    service_worker_done(&worker->service);
    directory_release(worker->directory);
    loop_free(worker->loop);
    mailbox_free(worker->outcomes);
    mailbox_free(worker->messages);
    free(worker);
}
