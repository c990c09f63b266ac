#include "line_server.h"

enum { DESCRIPTORS = 80 };

static void a_client_without_a_certificate_is_refused(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = client_context(&scene->temp, NULL);
    SSL *ssl = client_begin(context, scene->port);
    char more;

    assert_true(SSL_read(ssl, &more, 1) <= 0);
    assert_soon(&scene->refused[HANDSHAKE_NO_CERTIFICATE], 1);
    assert_int_equal(0, atomic_load(&scene->opened));
    client_end(ssl);
    SSL_CTX_free(context);
}

static void a_client_that_nobody_knows_is_refused(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = client_context(&scene->temp, "client");
    SSL *ssl;
    char more;

    atomic_store(&scene->known_nobody, true);
    ssl = client_begin(context, scene->port);
    assert_true(SSL_read(ssl, &more, 1) <= 0);
    assert_soon(&scene->refused[HANDSHAKE_NO_CLIENT], 1);
    client_end(ssl);
    SSL_CTX_free(context);
}

static void a_handshake_that_does_not_go_on_times_out(void **state)
{
    struct scene *scene = *state;
    int silent = client_socket(scene->port), half = client_socket(scene->port);
    const int64_t begin_ms = clock_mono_ms();
    char more;

    assert_int_equal(5, send(half, "\x16\x03\x01\x02\x00", 5, 0));
    assert_true(recv(silent, &more, 1, 0) <= 0);
    assert_true(recv(half, &more, 1, 0) <= 0);
    assert_in_range(clock_mono_ms() - begin_ms, HANDSHAKE_TIMEOUT_MS - 50, 2000);
    assert_soon(&scene->refused[HANDSHAKE_TIMEOUT], 2);
    (void)close(silent);
    (void)close(half);
}

static void a_connection_is_not_renegotiated(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = client_context(&scene->temp, "client");
    SSL *ssl;
    char more;

    assert_int_equal(1, SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION));
    ssl = client_begin(context, scene->port);
    assert_true(client_send(ssl, "echo x\n"));
    assert_says(ssl, "x\n");
    assert_int_equal(1, SSL_renegotiate(ssl));
    assert_true(SSL_do_handshake(ssl) != 1);
    assert_true(SSL_read(ssl, &more, 1) <= 0);
    client_end(ssl);
    SSL_CTX_free(context);
}

static void bytes_that_are_not_tls_are_refused(void **state)
{
    struct scene *scene = *state;
    int fd = client_socket(scene->port);

    assert_int_equal(18, send(fd, "GET / HTTP/1.1\r\n\r\n", 18, 0));
    assert_soon(&scene->refused[HANDSHAKE_PROTOCOL], 1);
    (void)close(fd);
}

static void hold_session(SSL_CTX *context, SSL_SESSION **session, const struct scene *scene)
{
    SSL *ssl = client_begin(context, scene->port);

    assert_true(client_send(ssl, "echo x\n"));
    assert_says(ssl, "x\n"); /* tickets have come by then */
    *session = SSL_get1_session(ssl);
    assert_int_equal(0, SSL_SESSION_get_max_early_data(*session));
    (void)SSL_shutdown(ssl);
    client_end(ssl);
}

static void a_ticket_resumes_with_the_same_identity_and_without_early_data(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = client_context(&scene->temp, "client");
    SSL_SESSION *session;
    SSL *ssl;

    for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
        assert_int_equal(1, SSL_CTX_set_max_proto_version(context, version));
        hold_session(context, &session, scene);
        ssl = SSL_new(context);
        assert_int_equal(1, SSL_set_fd(ssl, client_socket(scene->port)));
        assert_int_equal(1, SSL_set_session(ssl, session));
        assert_int_equal(1, SSL_connect(ssl));
        assert_true(SSL_session_reused(ssl));
        assert_true(client_send(ssl, "who\n"));
        assert_says(ssl, "URI:urn:pangate:client:shop\n");
        client_end(ssl);
        SSL_SESSION_free(session);
    }
    SSL_CTX_free(context);
}

static void a_ticket_of_a_client_that_is_gone_is_not_used(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = client_context(&scene->temp, "client");
    SSL_SESSION *session;
    SSL *ssl;
    char more;

    hold_session(context, &session, scene);
    atomic_store(&scene->known_nobody, true);
    ssl = SSL_new(context);
    assert_int_equal(1, SSL_set_fd(ssl, client_socket(scene->port)));
    assert_int_equal(1, SSL_set_session(ssl, session));
    (void)SSL_connect(ssl);
    assert_true(SSL_read(ssl, &more, 1) <= 0);
    assert_soon(&scene->refused[HANDSHAKE_NO_CLIENT], 1);
    client_end(ssl);
    SSL_SESSION_free(session);
    SSL_CTX_free(context);
}

static void connections_beyond_the_maximum_wait_their_turn(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = client_context(&scene->temp, "client");
    struct listener_stats stats = { 0 };
    SSL *open[4], *late;
    int fd;

    for (int i = 0; i < 4; i++) {
        open[i] = client_begin(context, scene->port);
        assert_true(client_send(open[i], "echo x\n"));
        assert_says(open[i], "x\n");
    }
    fd = client_socket(scene->port);
    (void)usleep(50000);
    listener_add_stats(scene->listener, &stats);
    assert_int_equal(4, stats.connections);
    assert_int_equal(4, stats.accepted);
    assert_int_equal(1, stats.pauses);
    client_end(open[0]);
    late = SSL_new(context);
    assert_int_equal(1, SSL_set_fd(late, fd));
    assert_int_equal(1, SSL_connect(late));
    assert_true(client_send(late, "echo late\n"));
    assert_says(late, "late\n");
    for (int i = 1; i < 4; i++)
        client_end(open[i]);
    client_end(late);
    SSL_CTX_free(context);
}

/* The table of descriptors is nearly full of other things: accepting pauses before it takes the
 * last, and goes on when there is room again. The client that was turned away comes back. */
static void descriptors_that_run_short_pause_accepting_and_break_nothing(void **state)
{
    struct scene *scene = *state;
    SSL_CTX *context = client_context(&scene->temp, "client");
    SSL *ssl = client_begin(context, scene->port);
    struct listener_stats stats = { 0 };
    int hoard[64], late, spare;
    size_t count = 0;

    assert_true(client_send(ssl, "echo x\n"));
    assert_says(ssl, "x\n");
    while ((hoard[count] = dup(0)) < (int)DESCRIPTORS - 20)
        count++;
    late = client_socket(scene->port);
    (void)usleep(50000);
    listener_add_stats(scene->listener, &stats);
    assert_true(stats.pauses > 0);
    assert_int_equal(1, stats.accepted);
    spare = dup(0);
    assert_true(spare >= 0);
    assert_true(client_send(ssl, "echo still here\n"));
    assert_says(ssl, "still here\n");
    for (size_t i = 0; i <= count; i++)
        (void)close(hoard[i]);
    (void)close(late);
    (void)close(spare);
    client_end(ssl);
    (void)usleep(200000);
    ssl = client_begin(context, scene->port);
    assert_true(client_send(ssl, "echo again\n"));
    assert_says(ssl, "again\n");
    client_end(ssl);
    SSL_CTX_free(context);
}

static int begin_short_of_descriptors(void **state)
{
    const struct rlimit limit = { DESCRIPTORS, DESCRIPTORS };

    assert_int_equal(0, setrlimit(RLIMIT_NOFILE, &limit));
    return begin_tls(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER_TLS(a_client_without_a_certificate_is_refused),
        OVER_TLS(a_client_that_nobody_knows_is_refused),
        OVER_TLS(a_handshake_that_does_not_go_on_times_out),
        OVER_TLS(a_connection_is_not_renegotiated),
        OVER_TLS(bytes_that_are_not_tls_are_refused),
        OVER_TLS(a_ticket_resumes_with_the_same_identity_and_without_early_data),
        OVER_TLS(a_ticket_of_a_client_that_is_gone_is_not_used),
        OVER_TLS(connections_beyond_the_maximum_wait_their_turn),
        cmocka_unit_test_setup_teardown(
            descriptors_that_run_short_pause_accepting_and_break_nothing,
            begin_short_of_descriptors, end),
    };

    return cmocka_run_group_tests_name("net.listener", tests, NULL, NULL);
}
