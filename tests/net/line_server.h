/*
 * A server of lines in a thread of its own, for the tests of listener and stream.
 */
#ifndef PANGATE_TESTS_NET_LINE_SERVER_H
#define PANGATE_TESTS_NET_LINE_SERVER_H

#include "tls_scene.h"

#include <pthread.h>
#include <stdatomic.h>

#include "net/listener.h"

enum { INPUT_MAX = 4096, OUTPUT_MAX = 1 << 24, HANDSHAKE_TIMEOUT_MS = 300 };

/*
 * A server of lines. "echo X\n" comes back as "X\n"; "long\n" gives a megabyte; "finish\n" says
 * "bye\n" and finishes; "close\n" closes; "who\n" gives the identity; "wait\n" sets a short
 * deadline; "two\n" is answered in two turns. A line without an end stays unread.
 */
struct scene {
    struct temp temp;
    struct loop *loop;
    struct listener *listener;
    struct tls_server *tls;
    pthread_t thread;
    in_port_t port;
    atomic_uint opened, closed, timeouts, blocked, drained, ended;
    atomic_uint refused[HANDSHAKE_COUNT];
    atomic_bool known_nobody;
};

struct session {
    struct scene *scene;
    struct stream *stream;
    bool turned;
};

static inline bool take_line(struct session *session, char *ret_line, size_t size)
{
    const struct bytes input = stream_peek(session->stream);
    const size_t end = bytes_index(input, '\n');

    if (end == input.size || !bytes_copy_text(bytes_of(input.data, end), ret_line, size))
        return false;
    stream_consume(session->stream, end + 1);
    return true;
}

static inline void session_free(struct session *session)
{
    free(session);
}

/* False if the session is gone. */
static inline bool serve_line(struct session *session, const char *line)
{
    struct buf *output = stream_output(session->stream);

    if (strncmp(line, "echo ", 5) == 0) {
        buf_add_str(output, line + 5);
        buf_add_u8(output, '\n');
    } else if (strcmp(line, "long") == 0) {
        for (size_t i = 0; i < (1 << 20) / 16; i++)
            buf_add_str(output, "0123456789abcde\n");
    } else if (strcmp(line, "who") == 0) {
        buf_add_str(output, stream_peer(session->stream)->identity);
        buf_add_u8(output, '\n');
    } else if (strcmp(line, "wait") == 0) {
        stream_deadline(session->stream, 50);
    } else if (strcmp(line, "finish") == 0) {
        buf_add_str(output, "bye\n");
        stream_finish(session->stream);
        session_free(session);
        return false;
    } else if (strcmp(line, "close") == 0) {
        stream_close(session->stream);
        session_free(session);
        return false;
    }
    return true;
}

static inline void on_readable(void *owner)
{
    struct session *session = owner;
    char line[INPUT_MAX];

    while (take_line(session, line, sizeof(line))) {
        if (strcmp(line, "two") == 0 && !session->turned) {
            session->turned = true;
            stream_yield(session->stream);
            return;
        }
        if (session->turned) {
            buf_add_str(stream_output(session->stream), "turned\n");
            session->turned = false;
        }
        if (!serve_line(session, line))
            return;
    }
    if (stream_output(session->stream)->size > 0 && !stream_flush(session->stream))
        atomic_fetch_add(&session->scene->blocked, 1);
    if (stream_ended(session->stream)) {
        atomic_fetch_add(&session->scene->ended, 1);
        stream_close(session->stream);
        session_free(session);
    }
}

static inline void on_drained(void *owner)
{
    struct session *session = owner;

    atomic_fetch_add(&session->scene->drained, 1);
}

static inline void on_timeout(void *owner)
{
    struct session *session = owner;

    atomic_fetch_add(&session->scene->timeouts, 1);
    stream_close(session->stream);
    session_free(session);
}

static inline void on_closed(void *owner)
{
    struct session *session = owner;

    atomic_fetch_add(&session->scene->closed, 1);
    session_free(session);
}

static inline void on_opened(void *owner, struct stream *stream)
{
    static const struct stream_handler handler = { on_readable, on_drained, on_timeout, on_closed };
    struct session *session = calloc(1, sizeof(*session));

    assert_non_null(session);
    session->scene = owner;
    session->stream = stream;
    stream_attach(stream, &handler, session);
    atomic_fetch_add(&session->scene->opened, 1);
}

static inline void on_refused(void *owner, enum handshake result, const char *address)
{
    struct scene *scene = owner;

    assert_string_equal("127.0.0.1", address);
    atomic_fetch_add(&scene->refused[result], 1);
}

static inline bool knows_shop(void *owner, const char *identity)
{
    struct scene *scene = owner;

    return !atomic_load(&scene->known_nobody) &&
           strcmp(identity, "URI:urn:pangate:client:shop") == 0;
}

static inline void *serve(void *argument)
{
    struct scene *scene = argument;

    loop_run(scene->loop);
    return NULL;
}

static inline void scene_listen(struct scene *scene, unsigned connections_max)
{
    struct listener_options options = { .loop = scene->loop,
                                        .tls = scene->tls,
                                        .connections_max = connections_max,
                                        .handshake_timeout_ms = HANDSHAKE_TIMEOUT_MS,
                                        .input_max = INPUT_MAX,
                                        .output_max = OUTPUT_MAX,
                                        .directory = { knows_shop, scene },
                                        .opened = on_opened,
                                        .refused = on_refused,
                                        .owner = scene };
    struct endpoint endpoint;
    struct sockaddr_in address;
    struct why why = { 0 };

    assert_err(OK, endpoint_parse("127.0.0.1:0", &endpoint));
    assert_err(OK, listener_bind(&endpoint, 1, &options.fd, &why));
    memcpy(&address, &endpoint.address, sizeof(address));
    scene->port = ntohs(address.sin_port);
    assert_err(OK, listener_new(&options, &scene->listener));
    assert_int_equal(0, pthread_create(&scene->thread, NULL, serve, scene));
}

static inline struct scene *scene_new(void)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    assert_non_null(scene);
    scene->temp = temp_new();
    make_certificates(&scene->temp);
    assert_err(OK, loop_new(&scene->loop));
    return scene;
}

static inline void scene_make_tls(struct scene *scene)
{
    const struct temp_path certificate = temp_file(&scene->temp, "server.pem");
    const struct temp_path key = temp_file(&scene->temp, "server.key");
    const struct temp_path ca = temp_file(&scene->temp, "ca.pem");
    const struct tls_server_options options = { .certificate = certificate.text,
                                                .key = key.text,
                                                .client_ca = ca.text };
    struct why why = { 0 };

    assert_err(OK, tls_server_new(&options, NULL, &why, &scene->tls));
}

static inline int begin_tls(void **state)
{
    struct scene *scene = scene_new();

    scene_make_tls(scene);
    scene_listen(scene, 4);
    *state = scene;
    return 0;
}

static inline int begin_plain(void **state)
{
    struct scene *scene = scene_new();

    scene_listen(scene, 4);
    *state = scene;
    return 0;
}

static inline int end(void **state)
{
    struct scene *scene = *state;

    loop_stop(scene->loop);
    assert_int_equal(0, pthread_join(scene->thread, NULL));
    listener_free(scene->listener);
    loop_free(scene->loop);
    tls_server_release(scene->tls);
    temp_done(&scene->temp);
    free(scene);
    return 0;
}

/* Wait until the server's thread has counted. */
static inline void assert_soon(const atomic_uint *counter, unsigned expected)
{
    for (int i = 0; i < 300 && atomic_load(counter) != expected; i++)
        (void)usleep(10000);
    assert_int_equal(expected, atomic_load(counter));
}

static inline void assert_says(SSL *ssl, const char *expected)
{
    char answer[256] = "";

    assert_true(strlen(expected) < sizeof(answer));
    assert_true(client_read(ssl, answer, strlen(expected)));
    assert_string_equal(expected, answer);
}

#define OVER_TLS(test)   cmocka_unit_test_setup_teardown(test, begin_tls, end)
#define OVER_PLAIN(test) cmocka_unit_test_setup_teardown(test, begin_plain, end)

#endif
