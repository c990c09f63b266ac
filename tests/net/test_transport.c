#include "tls_scene.h"

#include <openssl/err.h>
#include <string.h>

#include "base/file.h"
#include "net/tls_common.h"
#include "net/transport.h"

/* One end of a plain pair is the transport, the other the peer. */
struct pair {
    struct transport transport;
    int peer;
};

static struct pair pair_new(void)
{
    int fds[2];

    assert_int_equal(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds));
    return (struct pair){ { .fd = fds[0] }, fds[1] };
}

static void pair_done(struct pair *pair)
{
    transport_done(&pair->transport);
    fd_close(&pair->peer);
}

static void bytes_move_or_have_to_wait(void **state)
{
    struct pair pair AUTO(pair_done) = pair_new();
    char text[16];
    size_t moved = 7;
    (void)state;

    assert_int_equal(TRANSPORT_WAIT_READ,
                     transport_read(&pair.transport, text, sizeof(text), &moved));
    assert_int_equal(0, moved);
    assert_int_equal(5, send(pair.peer, "hello", 5, 0));
    assert_int_equal(TRANSPORT_MOVED, transport_read(&pair.transport, text, 3, &moved));
    assert_int_equal(3, moved);
    assert_int_equal(TRANSPORT_MOVED, transport_read(&pair.transport, text, sizeof(text), &moved));
    assert_bytes(bytes_lit("lo"), bytes_of(text, moved));
    assert_false(transport_has_pending(&pair.transport));
}

static void a_full_socket_takes_a_part_and_then_nothing(void **state)
{
    struct pair pair AUTO(pair_done) = pair_new();
    static const char block[65536];
    enum transport_step step;
    size_t moved, total = 0;
    (void)state;

    do {
        step = transport_write(&pair.transport, block, sizeof(block), &moved);
        total += moved;
    } while (step == TRANSPORT_MOVED);
    assert_int_equal(TRANSPORT_WAIT_WRITE, step);
    assert_true(total > 0);
}

static void the_end_is_told_from_a_break(void **state)
{
    struct pair pair AUTO(pair_done) = pair_new();
    char text[16];
    size_t moved;
    (void)state;

    assert_int_equal(2, send(pair.peer, "ab", 2, 0));
    fd_close(&pair.peer);
    assert_int_equal(TRANSPORT_MOVED, transport_read(&pair.transport, text, sizeof(text), &moved));
    assert_int_equal(TRANSPORT_ENDED, transport_read(&pair.transport, text, sizeof(text), &moved));
    assert_int_equal(0, moved);
    assert_int_equal(TRANSPORT_BROKEN, transport_write(&pair.transport, "x", 1, &moved));
}

static void what_is_under_way_has_not_arrived(void **state)
{
    struct pair pair AUTO(pair_done) = pair_new();
    char text[16];
    size_t moved;
    (void)state;

    assert_true(transport_has_arrived(&pair.transport));
    assert_int_equal(TRANSPORT_MOVED, transport_write(&pair.transport, "hello", 5, &moved));
    assert_false(transport_has_arrived(&pair.transport));
    assert_int_equal(5, recv(pair.peer, text, sizeof(text), 0));
    assert_true(transport_has_arrived(&pair.transport));
}

static void what_is_shut_can_still_be_read_from(void **state)
{
    struct pair pair AUTO(pair_done) = pair_new();
    char text[16];
    size_t moved;
    (void)state;

    assert_true(transport_shut(&pair.transport));
    assert_int_equal(0, recv(pair.peer, text, sizeof(text), 0));
    assert_int_equal(3, send(pair.peer, "abc", 3, 0));
    assert_int_equal(TRANSPORT_MOVED,
                     transport_discard(&pair.transport, text, sizeof(text), &moved));
    assert_int_equal(3, moved);
}

static void what_is_done_is_closed_once(void **state)
{
    struct pair pair AUTO(pair_done) = pair_new();
    char text[4];
    (void)state;

    transport_rest(&pair.transport);
    transport_done(&pair.transport);
    assert_int_equal(-1, pair.transport.fd);
    assert_int_equal(0, recv(pair.peer, text, sizeof(text), 0));
    transport_done(&pair.transport);
}

static SSL *tls_over(SSL_CTX *context, int fd)
{
    SSL *ssl = SSL_new(context);

    assert_int_equal(1, SSL_set_fd(ssl, fd));
    SSL_CTX_free(context); /* the connection keeps it */
    return ssl;
}

/* The pair's transport as a client that has shaken hands; its peer's side of TLS. */
static SSL *pair_secure(struct pair *pair, const struct temp *temp)
{
    SSL_CTX *server = SSL_CTX_new(TLS_server_method()), *client = SSL_CTX_new(TLS_client_method());
    bool is_done = false;
    SSL *peer;

    make_certificates(temp);
    assert_err(OK, tls_context_identify(server, temp_file(temp, "server.pem").text,
                                        temp_file(temp, "server.key").text, NULL));
    peer = tls_over(server, pair->peer);
    pair->transport.ssl = tls_over(client, pair->transport.fd);
    SSL_set_accept_state(peer);
    SSL_set_connect_state(pair->transport.ssl);
    while (!is_done) {
        is_done = transport_handshake(&pair->transport) == TRANSPORT_MOVED;
        is_done = SSL_do_handshake(peer) == 1 && is_done;
    }
    return peer;
}

static void an_error_of_somebody_else_on_the_thread_is_not_the_connections(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct pair pair AUTO(pair_done) = pair_new();
    SSL *peer = pair_secure(&pair, &temp);
    enum transport_step step = TRANSPORT_MOVED;
    char text[16];
    size_t moved;
    (void)state;

    while (step == TRANSPORT_MOVED) /* tickets */
        step = transport_read(&pair.transport, text, sizeof(text), &moved);
    assert_int_equal(TRANSPORT_WAIT_READ, step);
    ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
    assert_int_equal(TRANSPORT_WAIT_READ,
                     transport_read(&pair.transport, text, sizeof(text), &moved));
    SSL_free(peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_move_or_have_to_wait),
        cmocka_unit_test(a_full_socket_takes_a_part_and_then_nothing),
        cmocka_unit_test(the_end_is_told_from_a_break),
        cmocka_unit_test(what_is_under_way_has_not_arrived),
        cmocka_unit_test(what_is_shut_can_still_be_read_from),
        cmocka_unit_test(an_error_of_somebody_else_on_the_thread_is_not_the_connections),
        cmocka_unit_test(what_is_done_is_closed_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
