#include "test.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/file.h"
#include "cli/admin_client.h"

/* What listens there: it takes one request, says what it was told to and hangs up. */
struct listener {
    struct temp temp;
    struct config *config;
    int fd;
    const char *answer;
    char request[512];
    pthread_t thread;
};

static void *answer_once(void *argument)
{
    struct listener *listener = argument;
    int fd = accept(listener->fd, NULL, NULL);
    ssize_t size = recv(fd, listener->request, sizeof(listener->request) - 1, 0);

    if (size >= 0 && send(fd, listener->answer, strlen(listener->answer), MSG_NOSIGNAL) < 0)
        listener->request[0] = '\0';
    (void)close(fd);
    return NULL;
}

static struct listener *listener_new(void)
{
    struct listener *listener = calloc(1, sizeof(*listener));
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct temp_path path;

    assert_non_null(listener);
    listener->temp = temp_new();
    listener->config = calloc(1, sizeof(*listener->config));
    assert_non_null(listener->config);
    path = temp_file(&listener->temp, "admin.sock");
    assert_true(bytes_copy_text(bytes_str(path.text), address.sun_path, sizeof(address.sun_path)));
    (void)snprintf(listener->config->gateway.admin, PATH_SIZE, "unix:%.107s", address.sun_path);
    listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(0, bind(listener->fd, (const struct sockaddr *)&address, sizeof(address)));
    assert_int_equal(0, listen(listener->fd, 1));
    return listener;
}

static void listener_free(struct listener **listener)
{
    (void)close((*listener)->fd);
    temp_done(&(*listener)->temp);
    free((*listener)->config);
    free(*listener);
}

static enum err get(struct listener *listener, const char *answer, struct buf *ret_body)
{
    enum err err;

    buf_init(ret_body, 4096);
    listener->answer = answer;
    assert_int_equal(0, pthread_create(&listener->thread, NULL, answer_once, listener));
    err = admin_get(listener->config, "/status", ret_body);
    assert_int_equal(0, pthread_join(listener->thread, NULL));
    return err;
}

static void a_page_is_asked_for_and_its_body_taken(void **state)
{
    struct listener *listener AUTO(listener_free) = listener_new();
    struct buf body AUTO(buf_done) = { 0 };
    (void)state;

    assert_err(OK, get(listener, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}", &body));
    assert_bytes(bytes_lit("{\"a\":1}"), buf_bytes(&body));
    assert_true(strncmp("GET /status HTTP/1.1\r\n", listener->request, 22) == 0);
    assert_non_null(strstr(listener->request, "\r\nConnection: close\r\n"));
}

static void anything_but_200_is_a_failure(void **state)
{
    static const char *const answers[] = { "HTTP/1.1 404 Not Found\r\n\r\n",
                                           "HTTP/1.1 503 \r\n\r\nwhy", "HTTP/1.1 200 OK\r\n",
                                           "SSH-2.0\r\n\r\n", "" };
    (void)state;

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct listener *listener AUTO(listener_free) = listener_new();
        struct buf body AUTO(buf_done) = { 0 };
        assert_err(ERR_IO, get(listener, answers[i], &body));
        assert_int_equal(0, body.size);
    }
}

static void a_page_that_is_too_long_is_a_failure(void **state)
{
    struct listener *listener AUTO(listener_free) = listener_new();
    struct buf body AUTO(buf_done) = { 0 };
    char answer[6000];
    (void)state;

    memset(answer, 'x', sizeof(answer) - 1);
    answer[sizeof(answer) - 1] = '\0';
    memcpy(answer, "HTTP/1.1 200 OK\r\n\r\n", 19);
    assert_err(ERR_LIMIT, get(listener, answer, &body));
}

static void nobody_there_is_told_apart(void **state)
{
    struct listener *listener AUTO(listener_free) = listener_new();
    struct buf body AUTO(buf_done) = { 0 };
    (void)state;

    buf_init(&body, 4096);
    assert_int_equal(0, unlink(temp_file(&listener->temp, "admin.sock").text));
    assert_err(ERR_CLOSED, admin_get(listener->config, "/status", &body));
    (void)snprintf(listener->config->gateway.admin, PATH_SIZE, "127.0.0.1:1");
    assert_err(ERR_CLOSED, admin_get(listener->config, "/status", &body));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_asked_for_and_its_body_taken),
        cmocka_unit_test(anything_but_200_is_a_failure),
        cmocka_unit_test(a_page_that_is_too_long_is_a_failure),
        cmocka_unit_test(nobody_there_is_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
