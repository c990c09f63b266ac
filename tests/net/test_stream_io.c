/*
 * Bytes in and out of a plain stream; over TLS, and what its owner sees, is test_stream.c's.
 */
#include "line_server.h"

static void send_text(int fd, const char *text)
{
    assert_int_equal(strlen(text), send(fd, text, strlen(text), MSG_NOSIGNAL));
}

static void assert_reads(const char *expected, int fd)
{
    char text[256];

    assert_int_equal(strlen(expected), recv(fd, text, strlen(expected), MSG_WAITALL));
    assert_memory_equal(expected, text, strlen(expected));
}

static void assert_reads_the_end(int fd)
{
    char byte;

    assert_int_equal(0, recv(fd, &byte, 1, 0));
}

static void bytes_may_trickle_in(void **state)
{
    struct scene *scene = *state;
    const char *const text = "echo hello\necho you\n";
    const int fd = client_socket(scene->port);

    for (const char *byte = text; *byte != '\0'; byte++) {
        assert_int_equal(1, send(fd, byte, 1, MSG_NOSIGNAL));
        (void)usleep(1000);
    }
    assert_reads("hello\nyou\n", fd);
    (void)close(fd);
}

static void who_stops_sending_still_reads(void **state)
{
    struct scene *scene = *state;
    const int fd = client_socket(scene->port);

    send_text(fd, "echo one\necho two\n");
    assert_int_equal(0, shutdown(fd, SHUT_WR));
    assert_reads("one\ntwo\n", fd);
    assert_reads_the_end(fd);
    (void)close(fd);
}

/* Beyond its bound of input a stream reads no more: what follows stays in the kernel. */
static void unread_input_has_a_bound(void **state)
{
    struct scene *scene = *state;
    const int fd = client_socket(scene->port);
    static char block[1 << 16];
    size_t total = 0;
    ssize_t sent;

    memset(block, 'x', sizeof(block));
    do { /* a line without an end, until nobody takes any more */
        sent = send(fd, block, sizeof(block), MSG_NOSIGNAL | MSG_DONTWAIT);
        total += sent > 0 ? (size_t)sent : 0;
        (void)usleep(2000);
    } while (sent > 0 && total < (1 << 26));
    assert_true(total < (1 << 26));
    assert_int_equal(0, atomic_load(&scene->closed));
    (void)close(fd);
}

static void an_answer_larger_than_the_kernel_holds_arrives_whole(void **state)
{
    struct scene *scene = *state;
    const int fd = client_socket(scene->port);
    char line[16];

    for (int i = 0; i < 8; i++)
        send_text(fd, "long\n");
    (void)usleep(50000);
    for (size_t i = 0; i < 8 * (1 << 20) / sizeof(line); i++) {
        assert_int_equal(sizeof(line), recv(fd, line, sizeof(line), MSG_WAITALL));
        assert_memory_equal("0123456789abcde\n", line, sizeof(line));
    }
    (void)close(fd);
}

/* A reset would eat the answer: what the peer goes on sending is read for a moment. */
static void a_peer_that_goes_on_sending_gets_its_answer(void **state)
{
    struct scene *scene = *state;
    const int fd = client_socket(scene->port);

    send_text(fd, "finish\n");
    for (int i = 0; i < 20; i++)
        send_text(fd, "and more and more and more\n");
    assert_reads("bye\n", fd);
    assert_reads_the_end(fd);
    (void)close(fd);
}

static void a_peer_that_never_stops_is_left_after_a_moment(void **state)
{
    struct scene *scene = *state;
    const int fd = client_socket(scene->port);
    static const char block[1 << 16];
    ssize_t sent = 0;
    int blocks;

    send_text(fd, "finish\n");
    for (blocks = 0; blocks < 2000 && sent >= 0; blocks++)
        sent = send(fd, block, sizeof(block), MSG_NOSIGNAL);
    assert_true(blocks < 2000);
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER_PLAIN(bytes_may_trickle_in),
        OVER_PLAIN(who_stops_sending_still_reads),
        OVER_PLAIN(unread_input_has_a_bound),
        OVER_PLAIN(an_answer_larger_than_the_kernel_holds_arrives_whole),
        OVER_PLAIN(a_peer_that_goes_on_sending_gets_its_answer),
        OVER_PLAIN(a_peer_that_never_stops_is_left_after_a_moment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
