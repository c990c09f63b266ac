#include "net/listener.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/file.h"
#include "base/must.h"
#include "net/stream_host.h"
#include "net/timer.h"

enum {
    ACCEPTS_PER_TURN = 16,
    PAUSE_MS = 100,
    DESCRIPTORS_KEPT = 64, /* for everything else in the process: accepting never takes the last */
};

struct listener {
    struct stream_host host; /* first: a host is a listener */
    int fd;                  /* -1: stopped */
    struct watch *watch;
    struct timer resume; /* set while descriptors are short */
    unsigned connections_max;
    int descriptors_max;
    void (*opened)(void *owner, struct stream *stream);
    void (*refused)(void *owner, enum handshake result, const char *address);
    void *owner;
    atomic_uint_fast64_t connections, accepted, pauses; /* written here, read anywhere */
    atomic_uint_fast64_t handshakes[HANDSHAKE_COUNT];
};

static void count(atomic_uint_fast64_t *counter, uint64_t more)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + more,
                          memory_order_relaxed);
}

static uint64_t counted(const atomic_uint_fast64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void on_handshake(struct stream_host *host, struct stream *stream, enum handshake result)
{
    struct listener *listener = (struct listener *)host;

    if (host->tls != NULL)
        count(&listener->handshakes[result], 1);
    if (result == HANDSHAKE_OK)
        listener->opened(listener->owner, stream);
    else if (listener->refused != NULL)
        listener->refused(listener->owner, result, stream_address(stream));
}

/* Accept when there is room: for another connection, and in the table of descriptors. */
static void listener_rewatch(struct listener *listener)
{
    const bool full = counted(&listener->connections) >= listener->connections_max;

    if (listener->watch == NULL)
        return;
    must(watch_set(listener->watch, full || timer_is_set(&listener->resume) ? 0 : WATCH_READ));
}

static void on_gone(struct stream_host *host)
{
    struct listener *listener = (struct listener *)host;

    count(&listener->connections, (uint64_t)-1);
    listener_rewatch(listener);
}

static void on_resume(void *owner)
{
    listener_rewatch(owner);
}

static void listener_pause(struct listener *listener)
{
    count(&listener->pauses, 1);
    timer_set(&listener->resume, PAUSE_MS);
}

/*
 * False if there is nothing more to accept now. A new descriptor gets the lowest free number, so
 * one that is near the limit says how many are left.
 */
static bool listener_accept(struct listener *listener)
{
    struct endpoint from = { .size = sizeof(from.address) };
    struct stream *stream;
    int fd = accept4(listener->fd, (struct sockaddr *)&from.address, &from.size,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0) {
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
            listener_pause(listener); /* EMFILE, ENFILE, ENOBUFS, ENOMEM: it waits in the backlog */
        return errno == EINTR || errno == ECONNABORTED;
    }
    if (fd >= listener->descriptors_max) {
        fd_close(&fd);
        listener_pause(listener);
        return false;
    }
    count(&listener->accepted, 1);
    count(&listener->connections, 1);
    err_ignore(stream_new(&listener->host, fd, &from, &stream)); /* closed, then, and not counted */
    if (counted(&listener->connections) < listener->connections_max)
        return true;
    count(&listener->pauses, 1);
    return false;
}

static void on_ready(void *owner, unsigned ready)
{
    struct listener *listener = owner;

    (void)ready;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++)
        if (!listener_accept(listener))
            break;
    listener_rewatch(listener);
}

static int descriptors_max(void)
{
    struct rlimit limit;
    rlim_t most;

    must(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    most = limit.rlim_cur > INT32_MAX ? INT32_MAX : limit.rlim_cur;
    return (int)(most - (most / 4 < DESCRIPTORS_KEPT ? most / 4 : DESCRIPTORS_KEPT));
}

static void listener_init(struct listener *listener, const struct listener_options *options)
{
    *listener = (struct listener){
        .host = { .loop = options->loop,
                  .tls = options->tls == NULL ? NULL : tls_server_hold(options->tls),
                  .handshake_timeout_ms = options->handshake_timeout_ms,
                  .input_max = options->input_max,
                  .output_max = options->output_max,
                  .directory = options->directory,
                  .on_handshake = on_handshake,
                  .on_gone = on_gone },
        .fd = options->fd,
        .connections_max = options->connections_max,
        .descriptors_max = descriptors_max(),
        .opened = options->opened,
        .refused = options->refused,
        .owner = options->owner,
    };
    list_init(&listener->host.streams);
    timer_init(&listener->resume, options->loop, on_resume, listener);
}

enum err listener_new(const struct listener_options *options, struct listener **ret_listener)
{
    struct listener *listener = malloc(sizeof(*listener));

    if (listener == NULL) {
        int fd = options->fd;
        fd_close(&fd);
        return ERR_MEMORY;
    }
    listener_init(listener, options);
    listener->host.scratch = malloc(STREAM_SCRATCH_SIZE);
    listener->watch = watch_new(options->loop, options->fd, on_ready, listener);
    if (listener->host.scratch == NULL || listener->watch == NULL ||
        !watch_set(listener->watch, WATCH_READ)) {
        listener_free(listener);
        return ERR_MEMORY;
    }
    *ret_listener = listener;
    return OK;
}

void listener_stop(struct listener *listener)
{
    timer_stop(&listener->resume);
    watch_free(listener->watch);
    listener->watch = NULL;
    fd_close(&listener->fd);
}

void listener_free(struct listener *listener)
{
    if (listener == NULL)
        return;
    listener_stop(listener);
    while (!list_is_empty(&listener->host.streams))
        stream_break_now(stream_of_node(listener->host.streams.next));
    tls_server_release(listener->host.tls);
    buf_done(&listener->host.spare);
    free(listener->host.scratch);
    free(listener);
}

void listener_set_tls(struct listener *listener, struct tls_server *tls)
{
    struct tls_server *before = listener->host.tls;

    listener->host.tls = tls_server_hold(tls);
    tls_server_release(before);
}

void listener_each(struct listener *listener, void (*visit)(void *argument, struct stream *stream),
                   void *argument)
{
    list_each (node, &listener->host.streams)
        if (stream_is_open(stream_of_node(node)))
            visit(argument, stream_of_node(node));
}

void listener_add_stats(const struct listener *listener, struct listener_stats *stats)
{
    stats->connections += counted(&listener->connections);
    stats->accepted += counted(&listener->accepted);
    stats->pauses += counted(&listener->pauses);
    for (size_t i = 0; i < HANDSHAKE_COUNT; i++)
        stats->handshakes[i] += counted(&listener->handshakes[i]);
}
