#include "line_server.h"

#include "net/resolver.h"
#include "net/tls_client.h"
#include "net/upstream.h"

enum { CONNECT_TIMEOUT_MS = 500, CALLS_MAX = 8 };

/* The line server is the processor; this thread's loop asks it. */
struct asker {
    struct scene *processor;
    struct loop *loop;
    struct resolver *resolver;
    struct tls_client *tls;
    struct upstream *upstream;
    struct upstream_options options;
    struct timer stopper;
};

struct ask {
    struct upstream_call call;
    struct asker *asker;
    struct stream *stream;
    bool failed, over;
    enum err err;
    char answer[256];
};

static void on_ask_readable(void *owner)
{
    struct ask *ask = owner;
    const struct bytes input = stream_peek(ask->stream);

    if (bytes_index(input, '\n') == input.size)
        return;
    (void)bytes_copy_text(bytes_of(input.data, input.size - 1), ask->answer, sizeof(ask->answer));
    stream_consume(ask->stream, input.size);
    ask->over = true;
    loop_stop(ask->asker->loop);
}

static void on_ask_closed(void *owner)
{
    struct ask *ask = owner;

    ask->stream = NULL;
    ask->over = true;
    loop_stop(ask->asker->loop);
}

static void on_ready_to_ask(void *owner, struct stream *stream)
{
    static const struct stream_handler handler = { on_ask_readable, on_ask_closed, on_ask_closed,
                                                   on_ask_closed };
    struct ask *ask = owner;

    ask->stream = stream;
    stream_attach(stream, &handler, ask);
    buf_add_str(stream_output(stream), "who\n");
    (void)stream_flush(stream);
}

static void on_ask_failed(void *owner, enum err err)
{
    struct ask *ask = owner;

    ask->failed = true;
    ask->over = true;
    ask->err = err;
    loop_stop(ask->asker->loop);
}

static enum err ask_begin(struct asker *asker, struct ask *ask)
{
    *ask = (struct ask){ .asker = asker };
    ask->call.ready = on_ready_to_ask;
    ask->call.failed = on_ask_failed;
    ask->call.owner = ask;
    return upstream_ask(asker->upstream, &ask->call);
}

static void ask_wait(struct ask *ask)
{
    while (!ask->over)
        loop_run(ask->asker->loop);
}

static void ask_and_wait(struct asker *asker, struct ask *ask)
{
    assert_err(OK, ask_begin(asker, ask));
    ask_wait(ask);
}

static void give_back(struct asker *asker, struct ask *ask)
{
    upstream_give_back(asker->upstream, ask->stream);
    ask->stream = NULL;
}

static void asker_use(struct asker *asker, const char *name, const char *host, const char *ca)
{
    const struct temp *temp = &asker->processor->temp;
    const struct temp_path ca_path = temp_file(temp, ca);
    const struct temp_path certificate = temp_file(temp, "client.pem");
    const struct temp_path key = temp_file(temp, "client.key");
    const struct tls_client_options options = {
        .host = name, .ca = ca_path.text, .certificate = certificate.text, .key = key.text
    };
    struct why why = { 0 };

    assert_err(OK, tls_client_new(&options, &why, &asker->tls));
    asker->options = (struct upstream_options){ .loop = asker->loop,
                                                .resolver = asker->resolver,
                                                .tls = asker->tls,
                                                .host = host,
                                                .port = asker->processor->port,
                                                .private_addresses = true,
                                                .connect_timeout_ms = CONNECT_TIMEOUT_MS,
                                                .idle_timeout_ms = 5000,
                                                .connections_max = 2,
                                                .calls_max = CALLS_MAX,
                                                .input_max = INPUT_MAX,
                                                .output_max = OUTPUT_MAX };
}

static void asker_open(struct asker *asker)
{
    assert_err(OK, upstream_new(&asker->options, &asker->upstream));
}

static int begin_asker(void **state)
{
    struct asker *asker = calloc(1, sizeof(*asker));
    void *processor;

    assert_non_null(asker);
    assert_int_equal(0, begin_tls(&processor));
    asker->processor = processor;
    assert_err(OK, loop_new(&asker->loop));
    assert_err(OK, resolver_new(&asker->resolver));
    *state = asker;
    return 0;
}

static int end_asker(void **state)
{
    struct asker *asker = *state;
    void *processor = asker->processor;

    upstream_free(asker->upstream);
    tls_client_release(asker->tls);
    resolver_free(asker->resolver);
    loop_free(asker->loop);
    assert_int_equal(0, end(&processor));
    free(asker);
    return 0;
}

static void assert_refused_with(const struct asker *asker, enum handshake result)
{
    struct upstream_stats stats = { 0 };

    upstream_add_stats(asker->upstream, &stats);
    assert_int_equal(1, stats.handshakes[result]);
    assert_int_equal(0, stats.handshakes[HANDSHAKE_OK]);
}

static void a_call_gets_a_stream_that_knows_us_and_the_next_call_gets_it_again(void **state)
{
    struct asker *asker = *state;
    struct ask ask;

    asker_use(asker, "127.0.0.1", "127.0.0.1", "ca.pem");
    asker_open(asker);
    for (int i = 0; i < 3; i++) {
        ask_and_wait(asker, &ask);
        assert_string_equal("URI:urn:pangate:client:shop", ask.answer);
        give_back(asker, &ask);
    }
    assert_int_equal(1, atomic_load(&asker->processor->opened));
}

static void on_end_readable(void *owner)
{
    struct ask *ask = owner;

    if (!stream_ended(ask->stream))
        return;
    ask->over = true;
    loop_stop(ask->asker->loop);
}

/* The other side has read to our end, and ends in turn. */
static void a_stream_that_was_shut_hears_the_end_of_the_other_side(void **state)
{
    static const struct stream_handler handler = { on_end_readable, on_ask_closed, on_ask_closed,
                                                   on_ask_closed };
    struct asker *asker = *state;
    struct ask ask;

    asker_use(asker, "127.0.0.1", "127.0.0.1", "ca.pem");
    asker_open(asker);
    ask_and_wait(asker, &ask);
    ask.over = false;
    stream_attach(ask.stream, &handler, &ask);
    stream_deadline(ask.stream, CONNECT_TIMEOUT_MS);
    stream_shut(ask.stream);
    ask_wait(&ask);
    assert_non_null(ask.stream);
    assert_true(stream_ended(ask.stream));
    assert_int_equal(1, atomic_load(&asker->processor->ended));
    stream_close(ask.stream);
}

static void a_name_is_looked_up_and_must_be_in_the_certificate(void **state)
{
    struct asker *asker = *state;
    struct ask ask;

    asker_use(asker, "localhost", "localhost", "ca.pem");
    asker_open(asker);
    ask_and_wait(asker, &ask);
    assert_string_equal("URI:urn:pangate:client:shop", ask.answer);
    give_back(asker, &ask);
}

static void a_certificate_for_another_name_is_refused(void **state)
{
    struct asker *asker = *state;
    struct ask ask;

    asker_use(asker, "processor.example", "127.0.0.1", "ca.pem");
    asker_open(asker);
    ask_and_wait(asker, &ask);
    assert_err(ERR_UNREACHABLE, ask.err);
    assert_refused_with(asker, HANDSHAKE_NO_IDENTITY);
}

static void a_certificate_of_another_authority_is_refused(void **state)
{
    struct asker *asker = *state;
    struct ask ask;

    certificate_free(make_certificate(&asker->processor->temp, "other",
                                      (struct certificate_options){ .kind = CERTIFICATE_CA }));
    asker_use(asker, "127.0.0.1", "127.0.0.1", "other.pem");
    asker_open(asker);
    ask_and_wait(asker, &ask);
    assert_err(ERR_UNREACHABLE, ask.err);
    assert_refused_with(asker, HANDSHAKE_UNTRUSTED);
}

static void private_addresses_are_refused_unless_they_are_allowed(void **state)
{
    struct asker *asker = *state;
    struct upstream *upstream = NULL;
    struct ask ask;

    asker_use(asker, "127.0.0.1", "127.0.0.1", "ca.pem");
    asker->options.private_addresses = false;
    assert_err(ERR_CONFIG, upstream_new(&asker->options, &upstream));
    asker->options.host = "localhost";
    asker_open(asker);
    ask_and_wait(asker, &ask);
    assert_err(ERR_UNREACHABLE, ask.err);
    assert_int_equal(0, atomic_load(&asker->processor->opened));
}

static void a_name_that_does_not_exist_is_unreachable(void **state)
{
    struct asker *asker = *state;
    struct ask ask;

    asker_use(asker, "no.such.host.invalid", "no.such.host.invalid", "ca.pem");
    asker_open(asker);
    ask_and_wait(asker, &ask);
    assert_err(ERR_UNREACHABLE, ask.err);
}

static void a_port_that_nobody_listens_at_is_unreachable(void **state)
{
    struct asker *asker = *state;
    struct ask ask;

    asker_use(asker, "127.0.0.1", "127.0.0.1", "ca.pem");
    asker->options.port = 1;
    asker_open(asker);
    ask_and_wait(asker, &ask);
    assert_err(ERR_UNREACHABLE, ask.err);
}

static void a_processor_that_does_not_shake_hands_is_given_up_in_time(void **state)
{
    struct asker *asker = *state;
    struct endpoint endpoint;
    struct sockaddr_in address;
    struct why why = { 0 };
    int64_t begin_ms;
    struct ask ask;
    int silent;

    assert_err(OK, endpoint_parse("127.0.0.1:0", &endpoint));
    assert_err(OK, listener_bind(&endpoint, 1, &silent, &why));
    memcpy(&address, &endpoint.address, sizeof(address));
    asker_use(asker, "127.0.0.1", "127.0.0.1", "ca.pem");
    asker->options.port = ntohs(address.sin_port);
    asker_open(asker);
    begin_ms = clock_mono_ms();
    ask_and_wait(asker, &ask);
    assert_err(ERR_UNREACHABLE, ask.err);
    assert_in_range(clock_mono_ms() - begin_ms, CONNECT_TIMEOUT_MS, 4 * CONNECT_TIMEOUT_MS);
    (void)close(silent);
}

static void calls_beyond_the_connections_wait_for_one_that_comes_back(void **state)
{
    struct asker *asker = *state;
    struct ask asks[3];

    asker_use(asker, "127.0.0.1", "127.0.0.1", "ca.pem");
    asker_open(asker);
    for (int i = 0; i < 3; i++)
        assert_err(OK, ask_begin(asker, &asks[i]));
    ask_wait(&asks[0]);
    ask_wait(&asks[1]);
    assert_false(asks[2].over);
    give_back(asker, &asks[0]);
    ask_wait(&asks[2]);
    assert_string_equal("URI:urn:pangate:client:shop", asks[2].answer);
    assert_int_equal(2, atomic_load(&asker->processor->opened));
    give_back(asker, &asks[1]);
    stream_close(asks[2].stream);
}

static void too_many_waiting_calls_are_refused_and_a_cancelled_one_is_forgotten(void **state)
{
    struct asker *asker = *state;
    struct ask asks[CALLS_MAX + 1];

    asker_use(asker, "127.0.0.1", "127.0.0.1", "ca.pem");
    asker_open(asker);
    for (int i = 0; i < CALLS_MAX; i++)
        assert_err(OK, ask_begin(asker, &asks[i]));
    assert_err(ERR_OVERLOADED, ask_begin(asker, &asks[CALLS_MAX]));
    for (int i = 1; i < CALLS_MAX; i++)
        upstream_cancel(&asks[i].call);
    assert_err(OK, ask_begin(asker, &asks[1]));
    ask_wait(&asks[1]);
    assert_string_equal("URI:urn:pangate:client:shop", asks[1].answer);
    assert_false(asks[2].over);
    stream_close(asks[0].stream);
    stream_close(asks[1].stream);
}

static void on_pause_over(void *owner)
{
    loop_stop(owner);
}

static void an_idle_stream_that_the_processor_closes_is_not_given_out(void **state)
{
    struct asker *asker = *state;
    struct ask ask;

    asker_use(asker, "127.0.0.1", "127.0.0.1", "ca.pem");
    asker_open(asker);
    ask_and_wait(asker, &ask);
    buf_add_str(stream_output(ask.stream), "finish\n");
    (void)stream_flush(ask.stream);
    give_back(asker, &ask);
    timer_init(&asker->stopper, asker->loop, on_pause_over, asker->loop);
    timer_set(&asker->stopper, 200);
    loop_run(asker->loop);
    ask_and_wait(asker, &ask);
    assert_string_equal("URI:urn:pangate:client:shop", ask.answer);
    assert_int_equal(2, atomic_load(&asker->processor->opened));
    give_back(asker, &ask);
}

/* The session of the first connection, offered by the second, spares the certificates. */
static void the_last_session_is_resumed(void **state)
{
    struct asker *asker = *state;
    struct tls_visit visit;
    SSL *ssl;

    asker_use(asker, "localhost", "localhost", "ca.pem");
    for (int i = 0; i < 2; i++) {
        visit = (struct tls_visit){ .client = asker->tls };
        ssl = tls_client_begin(&visit, client_socket(asker->processor->port));
        assert_int_equal(1, SSL_do_handshake(ssl));
        assert_int_equal(i, SSL_session_reused(ssl));
        SSL_set_mode(ssl, SSL_MODE_AUTO_RETRY);
        assert_true(client_send(ssl, "echo x\n"));
        assert_says(ssl, "x\n");
        (void)SSL_shutdown(ssl); /* OpenSSL does not resume what broke off */
        client_end(ssl);
    }
}

#define ASKING(test) cmocka_unit_test_setup_teardown(test, begin_asker, end_asker)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ASKING(a_call_gets_a_stream_that_knows_us_and_the_next_call_gets_it_again),
        ASKING(a_stream_that_was_shut_hears_the_end_of_the_other_side),
        ASKING(a_name_is_looked_up_and_must_be_in_the_certificate),
        ASKING(a_certificate_for_another_name_is_refused),
        ASKING(a_certificate_of_another_authority_is_refused),
        ASKING(private_addresses_are_refused_unless_they_are_allowed),
        ASKING(a_name_that_does_not_exist_is_unreachable),
        ASKING(a_port_that_nobody_listens_at_is_unreachable),
        ASKING(a_processor_that_does_not_shake_hands_is_given_up_in_time),
        ASKING(calls_beyond_the_connections_wait_for_one_that_comes_back),
        ASKING(too_many_waiting_calls_are_refused_and_a_cancelled_one_is_forgotten),
        ASKING(an_idle_stream_that_the_processor_closes_is_not_given_out),
        ASKING(the_last_session_is_resumed),
    };

    return cmocka_run_group_tests_name("net.upstream", tests, NULL, NULL);
}
