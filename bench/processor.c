#include "bench/processor.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/list.h"
#include "base/must.h"
#include "net/listener.h"
#include "wire/http_head.h"

enum {
    THREADS_MAX = 16,
    CONNECTIONS_MAX = 4096,
    HANDSHAKE_MS = 10000,
    INPUT_MAX = 64 * 1024,
    OUTPUT_MAX = 64 * 1024,
    HEAD_MAX = 16 * 1024,
};

struct desk { /* one thread of it */
    struct loop *loop;
    struct listener *listener;
    pthread_t thread;
    bool started;
    struct list talks;
};

struct processor {
    struct tls_server *tls;
    unsigned port, desk_count;
    struct desk desks[THREADS_MAX];
};

struct talk { /* one connection */
    struct list node;
    struct stream *stream;
};

static void talk_end(struct talk *talk)
{
    list_remove(&talk->node);
    free(talk);
}

/* A hundred bytes, as the other constants have. */
static void write_answer(struct stream *stream)
{
    static const char body[] =
        "{\"id\":\"ch_0123456789\",\"status\":\"approved\",\"amount\":1000,\"note\":"
        "\"0123456789012345678901234567\"}";

    buf_format(stream_output(stream),
               "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
               sizeof(body) - 1, body);
}

/* One request, if it is there whole. */
static enum http_step serve_one(struct stream *stream)
{
    const struct bytes text = stream_peek(stream);
    struct http_head head;
    enum http_step step;

    http_head_start(&head, HEAD_MAX);
    step = http_head_read(&head, text);
    if (step != HTTP_DONE)
        return step;
    if (head.fields.framing == HTTP_CHUNKED || head.fields.content_length > INPUT_MAX / 2)
        return HTTP_BAD;
    if (text.size < head.size + head.fields.content_length)
        return HTTP_MORE;
    stream_consume(stream, head.size + (size_t)head.fields.content_length);
    write_answer(stream);
    return HTTP_DONE;
}

static void on_readable(void *owner)
{
    struct talk *talk = owner;
    enum http_step step = HTTP_DONE;

    while (step == HTTP_DONE && stream_peek(talk->stream).size > 0)
        step = serve_one(talk->stream);
    if (step == HTTP_BAD || stream_ended(talk->stream)) {
        stream_finish(talk->stream);
        talk_end(talk);
        return;
    }
    (void)stream_flush(talk->stream);
}

static void on_closed(void *owner)
{
    talk_end(owner);
}

static void on_nothing(void *owner)
{
    (void)owner;
}

static const struct stream_handler talk_handler = {
    .readable = on_readable, .drained = on_nothing, .timeout = on_nothing, .closed = on_closed
};

static void on_opened(void *owner, struct stream *stream)
{
    struct desk *desk = owner;
    struct talk *talk = calloc(1, sizeof(*talk));

    if (talk == NULL) {
        stream_close(stream);
        return;
    }
    talk->stream = stream;
    list_add_last(&desk->talks, &talk->node);
    stream_attach(stream, &talk_handler, talk);
}

/* The CA is judge enough. */
static bool knows(void *owner, const char *identity)
{
    (void)owner;
    (void)identity;
    return true;
}

static enum err desk_open(struct desk *desk, struct processor *processor, int fd)
{
    struct listener_options options = { .fd = fd,
                                        .tls = processor->tls,
                                        .connections_max = CONNECTIONS_MAX,
                                        .handshake_timeout_ms = HANDSHAKE_MS,
                                        .input_max = INPUT_MAX,
                                        .output_max = OUTPUT_MAX,
                                        .directory = { .knows = knows },
                                        .opened = on_opened,
                                        .owner = desk };
    enum err err = loop_new(&desk->loop);

    list_init(&desk->talks);
    if (err != OK) {
        (void)close(fd);
        return err;
    }
    options.loop = desk->loop;
    err = listener_new(&options, &desk->listener);
    if (err != OK)
        loop_free(desk->loop);
    return err;
}

static void *run(void *owner)
{
    struct desk *desk = owner;

    loop_run(desk->loop);
    listener_free(desk->listener);
    return NULL;
}

static enum err open_desks(struct processor *processor, const struct processor_options *options,
                           struct why *why)
{
    struct endpoint endpoint;
    struct sockaddr_in *address = (struct sockaddr_in *)&endpoint.address;
    int fds[THREADS_MAX];
    enum err err = OK;

    TRY(endpoint_parse("127.0.0.1:0", &endpoint));
    address->sin_port = htons((uint16_t)options->port);
    TRY(listener_bind(&endpoint, options->threads, fds, why));
    processor->port = ntohs(address->sin_port);
    for (unsigned i = 0; i < options->threads; i++) {
        if (err == OK)
            err = desk_open(&processor->desks[i], processor, fds[i]);
        else
            (void)close(fds[i]);
        processor->desk_count += err == OK;
    }
    return err;
}

static enum err start(struct processor *processor, const struct processor_options *options,
                      struct why *why)
{
    const struct tls_server_options tls = { .certificate = options->certificate,
                                            .key = options->key,
                                            .client_ca = options->client_ca };

    must(options->threads >= 1 && options->threads <= THREADS_MAX);
    TRY(tls_server_new(&tls, NULL, why, &processor->tls));
    TRY(open_desks(processor, options, why));
    for (unsigned i = 0; i < processor->desk_count; i++) {
        struct desk *desk = &processor->desks[i];

        desk->started = pthread_create(&desk->thread, NULL, run, desk) == 0;
        if (!desk->started)
            return ERR_MEMORY;
    }
    return OK;
}

enum err processor_start(const struct processor_options *options, struct why *why,
                         struct processor **ret_processor)
{
    struct processor *processor = calloc(1, sizeof(*processor));
    enum err err = processor == NULL ? ERR_MEMORY : start(processor, options, why);

    if (err != OK)
        processor_stop(processor);
    else
        *ret_processor = processor;
    return err;
}

void processor_stop(struct processor *processor)
{
    if (processor == NULL)
        return;
    for (unsigned i = 0; i < processor->desk_count; i++) {
        struct desk *desk = &processor->desks[i];

        loop_stop(desk->loop);
        if (desk->started)
            must(pthread_join(desk->thread, NULL) == 0);
        else
            listener_free(desk->listener);
        loop_free(desk->loop);
    }
    tls_server_release(processor->tls);
    free(processor);
}

unsigned processor_port(const struct processor *processor)
{
    return processor->port;
}
