#include "net/upstream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mailbox.h"
#include "base/must.h"
#include "net/connector.h"
#include "net/server_name.h"
#include "net/stream_host.h"
#include "net/tls_client.h"

/*
 * Calls wait in line; whatever becomes free goes to the first. A turn, at the end of a round, hands
 * out what is idle and makes what is missing:
 *     look up --> connect --> shake hands --> idle --> (a call's) --> idle
 * Lookup and connection go one at a time, handshakes side by side.
 */
struct upstream {
    struct stream_host host; /* first: a host is an upstream */
    struct resolver *resolver;
    struct resolver_question *question; /* that is out; NULL: none */
    struct mailbox *answers;
    struct watch *answered;
    struct endpoint addresses[RESOLVER_ADDRESSES_MAX];
    size_t address_count;    /* 0: to be looked up */
    int64_t addresses_until; /* in loop time; TIMER_NEVER: they were given, not looked up */
    struct connector connector;
    bool connecting;
    unsigned shaking;
    struct list waiting; /* calls */
    struct list idle;    /* spares */
    struct task turn;
    char name[HOST_SIZE];
    in_port_t port;
    bool private_addresses, retired;
    unsigned connect_timeout_ms, idle_timeout_ms, connections_max, calls_max, calls;
    struct upstream_stats stats;
};

/* A connection that waits for its next call. */
struct spare {
    struct list node;
    struct upstream *upstream;
    struct stream *stream;
};

static void call_end(struct upstream_call *call)
{
    if (!list_is_empty(&call->node))
        call->upstream->calls--;
    list_remove(&call->node);
    timer_stop(&call->deadline);
}

static void call_fail(struct upstream_call *call, enum err err)
{
    call_end(call);
    call->failed(call->owner, err);
}

static void fail_first(struct upstream *upstream)
{
    upstream->address_count =
        upstream->addresses_until == TIMER_NEVER ? upstream->address_count : 0;
    if (!list_is_empty(&upstream->waiting))
        call_fail(list_item(upstream->waiting.next, struct upstream_call, node), ERR_UNREACHABLE);
    loop_later(upstream->host.loop, &upstream->turn);
}

/* Those that wait now; what they ask for next is for later. */
static void fail_all(struct upstream *upstream)
{
    for (unsigned left = upstream->calls; left > 0 && !list_is_empty(&upstream->waiting); left--)
        call_fail(list_item(upstream->waiting.next, struct upstream_call, node), ERR_UNREACHABLE);
}

static struct stream *spare_take(struct spare *spare)
{
    struct stream *stream = spare->stream;

    list_remove(&spare->node);
    free(spare);
    return stream;
}

/* Nobody asked it anything: whatever it says, it has nothing to say. */
static void on_spare_over(void *owner)
{
    stream_close(spare_take(owner));
}

static void on_spare_closed(void *owner)
{
    (void)spare_take(owner);
}

static void upstream_keep(struct upstream *upstream, struct stream *stream)
{
    static const struct stream_handler handler = { .readable = on_spare_over,
                                                   .drained = on_spare_over,
                                                   .timeout = on_spare_over,
                                                   .closed = on_spare_closed };
    struct spare *spare = malloc(sizeof(*spare));

    if (spare == NULL) {
        stream_close(stream);
        return;
    }
    *spare = (struct spare){ .upstream = upstream, .stream = stream };
    list_add_last(&upstream->idle, &spare->node);
    stream_attach(stream, &handler, spare);
    stream_deadline(stream, upstream->idle_timeout_ms);
    loop_later(upstream->host.loop, &upstream->turn);
}

static void close_idle(struct upstream *upstream)
{
    list_each (node, &upstream->idle) {
        stream_close(spare_take(list_item(node, struct spare, node)));
    }
}

/* The one that was used last, since it is the likeliest to be alive. */
static void hand_out_idle(struct upstream *upstream)
{
    if (!tls_client_is_current(upstream->host.client))
        close_idle(upstream);
    while (!list_is_empty(&upstream->waiting) && !list_is_empty(&upstream->idle)) {
        struct upstream_call *call = list_item(upstream->waiting.next, struct upstream_call, node);
        struct stream *stream = spare_take(list_item(upstream->idle.prev, struct spare, node));

        call_end(call);
        stream_deadline(stream, -1);
        upstream->stats.calls++;
        call->ready(call->owner, stream);
    }
}

static void take_addresses(struct upstream *upstream, const struct resolver_question *question)
{
    upstream->address_count = 0;
    for (size_t i = 0; i < question->count; i++)
        if (upstream->private_addresses || !endpoint_is_private(&question->addresses[i]))
            upstream->addresses[upstream->address_count++] = question->addresses[i];
    upstream->addresses_until = loop_now_ms(upstream->host.loop) + UPSTREAM_NAME_MS;
}

static void on_answered(void *owner, unsigned ready)
{
    struct upstream *upstream = owner;
    struct list answers;

    (void)ready;
    list_init(&answers);
    mailbox_take(upstream->answers, &answers);
    for (struct list *node = list_take_first(&answers); node != NULL;
         node = list_take_first(&answers)) {
        struct resolver_question *question = list_item(node, struct resolver_question, node);

        take_addresses(upstream, question);
        upstream->question = NULL;
        free(question);
    }
    if (upstream->address_count == 0)
        fail_all(upstream);
    else
        loop_later(upstream->host.loop, &upstream->turn);
}

static void look_up(struct upstream *upstream)
{
    struct resolver_question *question = calloc(1, sizeof(*question));

    if (question == NULL) {
        fail_all(upstream);
        return;
    }
    memcpy(question->host, upstream->name, sizeof(question->host));
    question->port = upstream->port;
    question->answers = upstream->answers;
    upstream->question = question;
    resolver_ask(upstream->resolver, question);
}

static void on_connected(void *owner, int fd, const struct endpoint *address)
{
    struct upstream *upstream = owner;
    struct stream *stream;

    upstream->connecting = false;
    if (fd < 0) {
        fail_first(upstream);
        return;
    }
    upstream->stats.connections++;
    if (stream_new(&upstream->host, fd, address, &stream) != OK) {
        fail_first(upstream);
        return;
    }
    upstream->shaking++;
    loop_later(upstream->host.loop, &upstream->turn);
}

static void on_handshake(struct stream_host *host, struct stream *stream, enum handshake result)
{
    struct upstream *upstream = (struct upstream *)host;

    upstream->shaking--;
    upstream->stats.handshakes[result]++;
    if (result == HANDSHAKE_OK) {
        upstream_keep(upstream, stream);
    } else {
        fail_first(upstream);
    }
}

static void on_gone(struct stream_host *host)
{
    struct upstream *upstream = (struct upstream *)host;

    upstream->stats.connections--;
    loop_later(upstream->host.loop, &upstream->turn);
}

static void on_turn(void *owner)
{
    struct upstream *upstream = owner;

    hand_out_idle(upstream);
    if (upstream->retired)
        close_idle(upstream);
    if (upstream->calls <= upstream->shaking || upstream->connecting ||
        upstream->question != NULL || upstream->stats.connections >= upstream->connections_max)
        return;
    if (upstream->address_count == 0 ||
        loop_now_ms(upstream->host.loop) > upstream->addresses_until) {
        look_up(upstream);
        return;
    }
    upstream->connecting = true;
    connector_start(&upstream->connector, upstream->host.loop, upstream->addresses,
                    upstream->address_count);
}

static void on_call_late(void *owner)
{
    call_fail(owner, ERR_UNREACHABLE);
}

/* An address needs no lookup, but must be as public as one that was looked up. */
static enum err take_host(struct upstream *upstream, const char *host)
{
    struct resolver_question given = { .count = 1 };
    char text[ENDPOINT_TEXT_SIZE];

    if (!bytes_copy_text(bytes_str(host), upstream->name, sizeof(upstream->name)))
        return ERR_CONFIG;
    if (!host_is_address(host))
        return OK;
    (void)snprintf(text, sizeof(text), strchr(host, ':') == NULL ? "%.64s:%u" : "[%.64s]:%u", host,
                   upstream->port);
    TRY(endpoint_parse(text, &given.addresses[0]));
    take_addresses(upstream, &given);
    upstream->addresses_until = TIMER_NEVER;
    return upstream->address_count == 1 ? OK : ERR_CONFIG;
}

static enum err upstream_begin(struct upstream *upstream, const struct upstream_options *options)
{
    TRY(take_host(upstream, options->host));
    TRY(mailbox_new(0, &upstream->answers));
    upstream->host.scratch = malloc(STREAM_SCRATCH_SIZE);
    upstream->answered =
        watch_new(options->loop, mailbox_fd(upstream->answers), on_answered, upstream);
    if (upstream->host.scratch == NULL || upstream->answered == NULL ||
        !watch_set(upstream->answered, WATCH_READ))
        return ERR_MEMORY;
    return OK;
}

static void upstream_init(struct upstream *upstream, const struct upstream_options *options)
{
    *upstream = (struct upstream){
        .host = { .loop = options->loop,
                  .client = tls_client_hold(options->tls),
                  .handshake_timeout_ms = options->connect_timeout_ms,
                  .input_max = options->input_max,
                  .output_max = options->output_max,
                  .on_handshake = on_handshake,
                  .on_gone = on_gone },
        .resolver = options->resolver,
        .connector = { .on_end = on_connected, .owner = upstream },
        .port = options->port,
        .private_addresses = options->private_addresses,
        .connect_timeout_ms = options->connect_timeout_ms,
        .idle_timeout_ms = options->idle_timeout_ms,
        .connections_max = options->connections_max,
        .calls_max = options->calls_max,
    };
    list_init(&upstream->host.streams);
    list_init(&upstream->waiting);
    list_init(&upstream->idle);
    task_init(&upstream->turn, on_turn, upstream);
}

enum err upstream_new(const struct upstream_options *options, struct upstream **ret_upstream)
{
    struct upstream *upstream = malloc(sizeof(*upstream));
    enum err err;

    if (upstream == NULL)
        return ERR_MEMORY;
    upstream_init(upstream, options);
    err = upstream_begin(upstream, options);
    if (err != OK) {
        upstream_free(upstream);
        return err;
    }
    *ret_upstream = upstream;
    return OK;
}

static void give_up_question(struct upstream *upstream)
{
    struct list answers;

    if (upstream->question == NULL || resolver_give_up(upstream->resolver, upstream->question))
        return;
    list_init(&answers);
    mailbox_take(upstream->answers, &answers);
    free(upstream->question);
}

void upstream_free(struct upstream *upstream)
{
    if (upstream == NULL)
        return;
    must(list_is_empty(&upstream->waiting));
    connector_stop(&upstream->connector);
    give_up_question(upstream);
    while (!list_is_empty(&upstream->host.streams))
        stream_break_now(stream_of_node(upstream->host.streams.next));
    task_cancel(&upstream->turn);
    watch_free(upstream->answered);
    mailbox_free(upstream->answers);
    tls_client_release(upstream->host.client);
    buf_done(&upstream->host.spare);
    free(upstream->host.scratch);
    free(upstream);
}

enum err upstream_ask(struct upstream *upstream, struct upstream_call *call)
{
    if (upstream->calls >= upstream->calls_max)
        return ERR_OVERLOADED;
    call->upstream = upstream;
    upstream->calls++;
    list_add_last(&upstream->waiting, &call->node);
    timer_init(&call->deadline, upstream->host.loop, on_call_late, call);
    timer_set(&call->deadline, upstream->connect_timeout_ms);
    loop_later(upstream->host.loop, &upstream->turn);
    return OK;
}

void upstream_cancel(struct upstream_call *call)
{
    call_end(call);
}

void upstream_give_back(struct upstream *upstream, struct stream *stream)
{
    if (stream_ended(stream) || stream_peek(stream).size > 0)
        stream_close(stream);
    else
        upstream_keep(upstream, stream);
}

void upstream_retire(struct upstream *upstream)
{
    upstream->retired = true;
    loop_later(upstream->host.loop, &upstream->turn);
}

void upstream_add_stats(const struct upstream *upstream, struct upstream_stats *stats)
{
    stats->connections += upstream->stats.connections;
    stats->calls += upstream->stats.calls;
    for (size_t i = 0; i < HANDSHAKE_COUNT; i++)
        stats->handshakes[i] += upstream->stats.handshakes[i];
}
