#include "line_server.h"

#include <malloc.h>

static void a_line_comes_back_over_tls(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = client_context(&scene->temp, "client");
    SSL *ssl = client_begin(context, scene->port);

    for (int i = 0; i < 3; i++) {
        assert_true(client_send(ssl, "echo hello\n"));
        assert_says(ssl, "hello\n");
    }
    assert_true(client_send(ssl, "who\n"));
    assert_says(ssl, "URI:urn:pangate:client:shop\n");
    client_end(ssl);
    SSL_CTX_free(context);
    assert_soon(&scene->ended, 1);
}

static void lines_in_pieces_and_lines_together_are_the_same(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = client_context(&scene->temp, "client");
    SSL *ssl = client_begin(context, scene->port);

    assert_true(client_send(ssl, "ec"));
    (void)usleep(20000);
    assert_true(client_send(ssl, "ho one\necho t"));
    assert_says(ssl, "one\n");
    assert_true(client_send(ssl, "wo\necho three\necho four\n"));
    assert_says(ssl, "two\nthree\nfour\n");
    client_end(ssl);
    SSL_CTX_free(context);
}

static void a_long_answer_is_sent_on_as_the_peer_reads(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = client_context(&scene->temp, "client");
    SSL *ssl = client_begin(context, scene->port);
    char line[16];

    for (int i = 0; i < 12; i++) /* more than the kernel buffers */
        assert_true(client_send(ssl, "long\n"));
    while (atomic_load(&scene->blocked) == 0)
        (void)usleep(1000);
    for (size_t i = 0; i < 12 * (1 << 20) / sizeof(line); i++) {
        assert_true(client_read(ssl, line, sizeof(line)));
        assert_memory_equal("0123456789abcde\n", line, sizeof(line));
    }
    assert_true(client_send(ssl, "echo after\n"));
    assert_says(ssl, "after\n");
    assert_true(atomic_load(&scene->drained) > 0);
    client_end(ssl);
    SSL_CTX_free(context);
}

/* The owner never consumes a line without an end: beyond the bound the server stops reading, and
 * the sender's socket fills. */
static void reading_pauses_while_the_owner_does_not_consume(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = client_context(&scene->temp, "client");
    SSL *ssl = client_begin(context, scene->port);
    const struct timeval soon = { .tv_usec = 200000 };
    static char much[16384];
    size_t sent = 0;

    memset(much, 'x', sizeof(much));
    assert_int_equal(0, setsockopt(SSL_get_fd(ssl), SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon)));
    while (sent < (64 << 20) && SSL_write(ssl, much, sizeof(much)) == (int)sizeof(much))
        sent += sizeof(much);
    assert_true(sent < (64 << 20));
    (void)usleep(50000);
    assert_int_equal(0, atomic_load(&scene->closed));
    client_end(ssl);
    SSL_CTX_free(context);
}

/* The keys change in both directions, long after the session and its secret are forgotten. */
static void keys_may_be_renewed_in_the_middle(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = client_context(&scene->temp, "client");
    SSL *ssl = client_begin(context, scene->port);

    for (int i = 0; i < 3; i++) {
        assert_true(client_send(ssl, "echo before\n"));
        assert_says(ssl, "before\n");
        assert_int_equal(1, SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED));
        assert_true(client_send(ssl, "echo after\n"));
        assert_says(ssl, "after\n");
    }
    client_end(ssl);
    SSL_CTX_free(context);
}

/* The client's buffers are there before and after, so the difference is the server's two. */
static void a_connection_that_rests_gives_its_record_buffers_back(void **state)
{
    struct scene *scene = *state;
    size_t busy, resting;
    SSL_CTX *context;
    SSL *ssl;

    if (TEST_SANITIZED)
        skip(); /* its malloc keeps no count */
    context = client_context(&scene->temp, "client");
    ssl = client_begin(context, scene->port);
    assert_true(client_send(ssl, "echo x\n"));
    assert_says(ssl, "x\n");
    busy = mallinfo2().uordblks;
    (void)usleep(900 * 1000);
    resting = mallinfo2().uordblks;
    assert_true(resting + 32 * 1024 <= busy);
    assert_true(client_send(ssl, "echo y\n"));
    assert_says(ssl, "y\n");
    client_end(ssl);
    SSL_CTX_free(context);
}

static void a_yield_rings_readable_again(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = client_context(&scene->temp, "client");
    SSL *ssl = client_begin(context, scene->port);

    assert_true(client_send(ssl, "two\necho rest\n"));
    assert_says(ssl, "turned\nrest\n");
    client_end(ssl);
    SSL_CTX_free(context);
}

static void finish_sends_what_is_left_and_then_the_end(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = client_context(&scene->temp, "client");
    SSL *ssl = client_begin(context, scene->port);
    char more;

    assert_true(client_send(ssl, "finish\necho this is read over\n"));
    assert_says(ssl, "bye\n");
    assert_int_equal(0, SSL_read(ssl, &more, 1));
    assert_int_equal(SSL_RECEIVED_SHUTDOWN, SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN);
    client_end(ssl);
    SSL_CTX_free(context);
}

static void close_ends_the_connection_at_once(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = client_context(&scene->temp, "client");
    SSL *ssl = client_begin(context, scene->port);
    char more;

    assert_true(client_send(ssl, "close\n"));
    assert_true(SSL_read(ssl, &more, 1) <= 0);
    client_end(ssl);
    SSL_CTX_free(context);
}

static void a_deadline_rings_timeout(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = client_context(&scene->temp, "client");
    SSL *ssl = client_begin(context, scene->port);
    char more;

    assert_true(client_send(ssl, "wait\n"));
    assert_true(SSL_read(ssl, &more, 1) <= 0);
    assert_int_equal(1, atomic_load(&scene->timeouts));
    client_end(ssl);
    SSL_CTX_free(context);
}

static void a_reset_rings_closed(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = client_context(&scene->temp, "client");
    SSL *ssl = client_begin(context, scene->port);
    const struct linger reset = { .l_onoff = 1 };

    assert_true(client_send(ssl, "echo x\n"));
    assert_says(ssl, "x\n");
    assert_int_equal(0, setsockopt(SSL_get_fd(ssl), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)));
    client_end(ssl);
    SSL_CTX_free(context);
    assert_soon(&scene->closed, 1);
}

static void a_plain_connection_has_no_peer(void **state)
{
    struct scene *scene = *state;
    int fd = client_socket(scene->port);
    char answer[8] = "";

    assert_int_equal(13, send(fd, "who\necho x y\n", 13, 0));
    assert_int_equal(5, recv(fd, answer, 5, MSG_WAITALL));
    assert_string_equal("\nx y\n", answer);
    assert_int_equal(0, shutdown(fd, SHUT_WR));
    assert_int_equal(0, recv(fd, answer, 1, 0));
    assert_soon(&scene->ended, 1);
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER_TLS(a_line_comes_back_over_tls),
        OVER_TLS(lines_in_pieces_and_lines_together_are_the_same),
        OVER_TLS(a_long_answer_is_sent_on_as_the_peer_reads),
        OVER_TLS(reading_pauses_while_the_owner_does_not_consume),
        OVER_TLS(keys_may_be_renewed_in_the_middle),
        OVER_TLS(a_connection_that_rests_gives_its_record_buffers_back),
        OVER_TLS(a_yield_rings_readable_again),
        OVER_TLS(finish_sends_what_is_left_and_then_the_end),
        OVER_TLS(close_ends_the_connection_at_once),
        OVER_TLS(a_deadline_rings_timeout),
        OVER_TLS(a_reset_rings_closed),
        OVER_PLAIN(a_plain_connection_has_no_peer),
    };

    return cmocka_run_group_tests_name("net.stream", tests, NULL, NULL);
}
