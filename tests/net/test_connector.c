#include "test.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "net/connector.h"

/* A loop that connects, and how it went. */
struct attempt {
    struct loop *loop;
    struct connector connector;
    struct timer limit;
    bool ended;
    int fd;
    const struct endpoint *address;
};

static void on_end(void *owner, int fd, const struct endpoint *address)
{
    struct attempt *attempt = owner;

    attempt->ended = true;
    attempt->fd = fd;
    attempt->address = address;
    loop_stop(attempt->loop);
}

static void on_limit(void *owner)
{
    struct attempt *attempt = owner;

    loop_stop(attempt->loop);
}

static struct attempt *attempt_new(void)
{
    struct attempt *attempt = calloc(1, sizeof(*attempt));

    assert_non_null(attempt);
    attempt->fd = -1;
    assert_err(OK, loop_new(&attempt->loop));
    attempt->connector.on_end = on_end;
    attempt->connector.owner = attempt;
    timer_init(&attempt->limit, attempt->loop, on_limit, attempt);
    return attempt;
}

static void attempt_free(struct attempt **attempt)
{
    connector_stop(&(*attempt)->connector);
    timer_stop(&(*attempt)->limit);
    fd_close(&(*attempt)->fd);
    loop_free((*attempt)->loop);
    free(*attempt);
}

/* Connect to whichever answers, for so long at most. */
static void run(struct attempt *attempt, const struct endpoint *addresses, size_t count,
                int64_t limit_ms)
{
    connector_start(&attempt->connector, attempt->loop, addresses, count);
    assert_false(attempt->ended); /* never from connector_start() */
    timer_set(&attempt->limit, limit_ms);
    loop_run(attempt->loop);
}

/* A socket of this port of loopback; it listens, or it is only bound and refuses. */
static int bound(struct endpoint *ret_endpoint, bool listens)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_err(OK, endpoint_parse("127.0.0.1:0", ret_endpoint));
    assert_int_equal(0,
                     bind(fd, (const struct sockaddr *)&ret_endpoint->address, ret_endpoint->size));
    assert_int_equal(0, getsockname(fd, (struct sockaddr *)&ret_endpoint->address,
                                    &ret_endpoint->size));
    if (listens)
        assert_int_equal(0, listen(fd, 4));
    return fd;
}

static void the_first_address_that_answers_is_taken(void **state)
{
    struct attempt *attempt AUTO(attempt_free) = attempt_new();
    struct endpoint addresses[2];
    int refuses = bound(&addresses[0], false), listens = bound(&addresses[1], true);
    (void)state;

    run(attempt, addresses, 2, 5000);
    assert_true(attempt->ended);
    assert_true(attempt->fd >= 0);
    assert_ptr_equal(&addresses[1], attempt->address);
    (void)close(refuses);
    (void)close(listens);
}

static void where_nobody_answers_there_is_no_socket(void **state)
{
    struct attempt *attempt AUTO(attempt_free) = attempt_new();
    struct endpoint addresses[2];
    int first = bound(&addresses[0], false), second = bound(&addresses[1], false);
    (void)state;

    run(attempt, addresses, 2, 5000);
    assert_true(attempt->ended);
    assert_int_equal(-1, attempt->fd);
    assert_null(attempt->address);
    (void)close(first);
    (void)close(second);
}

/* A listener whose queue is full answers nothing: the next address is tried beside it. */
static void an_address_that_is_silent_does_not_hold_the_next_one_up(void **state)
{
    struct attempt *attempt AUTO(attempt_free) = attempt_new();
    struct endpoint addresses[2];
    int silent = bound(&addresses[0], false), listens = bound(&addresses[1], true), queued[8];
    int64_t before_ms = clock_mono_ms();
    (void)state;

    assert_int_equal(0, listen(silent, 0));
    for (size_t i = 0; i < 8; i++) {
        queued[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)connect(queued[i], (const struct sockaddr *)&addresses[0].address, addresses[0].size);
    }
    run(attempt, addresses, 2, 5000);
    assert_true(attempt->ended);
    assert_ptr_equal(&addresses[1], attempt->address);
    assert_true(clock_mono_ms() - before_ms >= 200); /* RFC 8305, section 5 */
    for (size_t i = 0; i < 8; i++)
        (void)close(queued[i]);
    (void)close(silent);
    (void)close(listens);
}

static void who_gives_up_hears_nothing(void **state)
{
    struct attempt *attempt AUTO(attempt_free) = attempt_new();
    struct endpoint address;
    int listens = bound(&address, true);
    (void)state;

    connector_start(&attempt->connector, attempt->loop, &address, 1);
    connector_stop(&attempt->connector);
    timer_set(&attempt->limit, 50);
    loop_run(attempt->loop);
    assert_false(attempt->ended);
    (void)close(listens);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_address_that_answers_is_taken),
        cmocka_unit_test(where_nobody_answers_there_is_no_socket),
        cmocka_unit_test(an_address_that_is_silent_does_not_hold_the_next_one_up),
        cmocka_unit_test(who_gives_up_hears_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
