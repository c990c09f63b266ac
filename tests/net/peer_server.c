/*
 * A server for tests/net/test_peer.py: shakes hands, says on standard output how that went, and
 * answers every line with the identity of the peer.
 *
 *   peer_server CERTIFICATE KEY CLIENT_CA CRL|- IDENTITY...
 *
 * prints "port N", then "handshake RESULT" each time, "reload ERR" after every SIGHUP (which reads
 * the files again), "again RESULT" for each open connection then, and ends on SIGTERM.
 */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"
#include "net/listener.h"
#include "net/loop.h"

enum { TIMEOUT_MS = 10000, BUFFER_MAX = 1 << 16, CONNECTIONS_MAX = 20000 };

struct server {
    struct loop *loop;
    struct listener *listener;
    struct tls_server *tls;
    struct tls_server_options options;
    char **identities;
};

static void on_readable(void *owner)
{
    struct stream *stream = owner;
    const struct bytes input = stream_peek(stream);
    const size_t end = bytes_index(input, '\n');

    if (stream_ended(stream)) {
        stream_close(stream);
        return;
    }
    if (end == input.size)
        return;
    stream_consume(stream, end + 1);
    buf_add_str(stream_output(stream), stream_peer(stream)->identity);
    buf_add_u8(stream_output(stream), '\n');
    (void)stream_flush(stream);
}

static void on_nothing(void *owner)
{
    (void)owner;
}

static void say_handshake(void *owner, enum handshake result, const char *address)
{
    (void)owner;
    (void)address;
    (void)printf("handshake %s\n", handshake_text(result));
    (void)fflush(stdout);
}

static void on_opened(void *owner, struct stream *stream)
{
    static const struct stream_handler handler = { on_readable, on_nothing, on_nothing,
                                                   on_nothing };

    stream_attach(stream, &handler, stream);
    say_handshake(owner, HANDSHAKE_OK, "");
}

static bool knows(void *owner, const char *identity)
{
    const struct server *server = owner;

    for (char **known = server->identities; *known != NULL; known++)
        if (strcmp(*known, identity) == 0)
            return true;
    return false;
}

static void say_again(void *argument, struct stream *stream)
{
    const struct server *server = argument;
    const enum handshake result =
        tls_server_judge_again(server->tls, stream_peer(stream), clock_wall_ms());

    (void)printf("again %s\n", handshake_text(result));
    if (result != HANDSHAKE_OK)
        stream_close(stream);
}

static void on_reload(void *owner, uid_t sender)
{
    struct server *server = owner;
    struct why why = { 0 };
    struct tls_server *fresh;
    const enum err err = tls_server_new(&server->options, server->tls, &why, &fresh);

    (void)sender;
    (void)printf("reload %s %s\n", err_name(err), why.text);
    if (err == OK) {
        tls_server_release(server->tls);
        server->tls = fresh;
        listener_set_tls(server->listener, fresh);
        listener_each(server->listener, say_again, server);
    }
    (void)fflush(stdout);
}

static void on_stop(void *owner, uid_t sender)
{
    struct server *server = owner;

    (void)sender;
    loop_stop(server->loop);
}

static void server_listen(struct server *server)
{
    struct listener_options options = { .loop = server->loop,
                                        .tls = server->tls,
                                        .connections_max = CONNECTIONS_MAX,
                                        .handshake_timeout_ms = TIMEOUT_MS,
                                        .input_max = BUFFER_MAX,
                                        .output_max = BUFFER_MAX,
                                        .directory = { knows, server },
                                        .opened = on_opened,
                                        .refused = say_handshake,
                                        .owner = server };
    struct endpoint endpoint;
    char text[ENDPOINT_TEXT_SIZE];
    struct why why = { 0 };

    must(endpoint_parse("127.0.0.1:0", &endpoint) == OK);
    must(listener_bind(&endpoint, 1, &options.fd, &why) == OK);
    must(listener_new(&options, &server->listener) == OK);
    endpoint_write(&endpoint, text);
    (void)printf("port %s\n", strchr(text, ':') + 1);
    (void)fflush(stdout);
}

int main(int count, char **words)
{
    struct server server = { 0 };
    struct why why = { 0 };

    if (count < 5)
        return 2;
    server.options = (struct tls_server_options){ words[1], words[2], words[3],
                                                  strcmp(words[4], "-") == 0 ? NULL : words[4] };
    server.identities = words + 5;
    if (tls_server_new(&server.options, NULL, &why, &server.tls) != OK) {
        (void)printf("%s\n", why.text);
        return 1;
    }
    must(loop_new(&server.loop) == OK);
    must(loop_watch_signal(server.loop, SIGHUP, on_reload, &server) == OK);
    must(loop_watch_signal(server.loop, SIGTERM, on_stop, &server) == OK);
    server_listen(&server);
    loop_run(server.loop);
    listener_free(server.listener);
    tls_server_release(server.tls);
    loop_free(server.loop);
    return 0;
}
