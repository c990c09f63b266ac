#include "test.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/file.h"
#include "net/listener.h"

static struct endpoint endpoint_of(const char *text)
{
    struct endpoint endpoint;

    assert_err(OK, endpoint_parse(text, &endpoint));
    return endpoint;
}

/* "unix:PATH" in the folder. */
static struct endpoint unix_endpoint(const struct temp *temp, const char *name)
{
    char text[TEST_PATH_SIZE + 8];

    (void)snprintf(text, sizeof(text), "unix:%s", temp_file(temp, name).text);
    return endpoint_of(text);
}

static bool somebody_answers(const struct endpoint *endpoint)
{
    int fd = socket(endpoint->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool answers = connect(fd, (const struct sockaddr *)&endpoint->address, endpoint->size) == 0;

    (void)close(fd);
    return answers;
}

static void all_sockets_share_a_free_port(void **state)
{
    struct endpoint endpoint = endpoint_of("127.0.0.1:0");
    struct why why = { 0 };
    int fds[3];
    (void)state;

    assert_err(OK, listener_bind(&endpoint, 3, fds, &why));
    for (int i = 0; i < 3; i++) {
        struct sockaddr_storage bound = { 0 };
        socklen_t size = sizeof(bound);
        assert_int_equal(0, getsockname(fds[i], (struct sockaddr *)&bound, &size));
        assert_memory_equal(&endpoint.address, &bound, size);
    }
    assert_true(somebody_answers(&endpoint));
    for (int i = 0; i < 3; i++)
        (void)close(fds[i]);
}

static void a_port_that_is_taken_is_not_shared(void **state)
{
    struct endpoint endpoint = endpoint_of("127.0.0.1:0");
    struct why first = { 0 }, second = { 0 };
    char text[ENDPOINT_TEXT_SIZE];
    int fd, other = -1;
    (void)state;

    assert_err(OK, listener_bind(&endpoint, 1, &fd, &first));
    assert_err(ERR_IN_USE, listener_bind(&endpoint, 1, &other, &second));
    endpoint_write(&endpoint, text);
    assert_non_null(strstr(second.text, text));
    (void)close(fd);
}

static void an_address_that_is_not_ours_is_refused(void **state)
{
    struct endpoint endpoint = endpoint_of("192.0.2.1:8443"); /* RFC 5737 */
    struct why why = { 0 };
    int fd = -1;
    (void)state;

    assert_err(ERR_IO, listener_bind(&endpoint, 1, &fd, &why));
    assert_non_null(strstr(why.text, "cannot listen at 192.0.2.1:8443: "));
}

static void a_unix_socket_is_its_owners(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct endpoint endpoint = unix_endpoint(&temp, "s");
    struct why why = { 0 };
    struct stat status;
    int fd;
    (void)state;

    assert_err(OK, listener_bind(&endpoint, 1, &fd, &why));
    assert_int_equal(0, stat(temp_file(&temp, "s").text, &status));
    assert_int_equal(0600, status.st_mode & 07777);
    assert_true(somebody_answers(&endpoint));
    (void)close(fd);
}

static void a_dead_unix_socket_is_replaced_and_a_living_one_is_not(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct endpoint endpoint = unix_endpoint(&temp, "s");
    struct why why = { 0 }, taken = { 0 };
    int fd, other = -1;
    (void)state;

    assert_err(OK, listener_bind(&endpoint, 1, &fd, &why));
    assert_err(ERR_IN_USE, listener_bind(&endpoint, 1, &other, &taken));
    assert_true(somebody_answers(&endpoint));
    (void)close(fd);
    assert_err(OK, listener_bind(&endpoint, 1, &fd, &why));
    assert_true(somebody_answers(&endpoint));
    (void)close(fd);
}

static void a_file_in_the_sockets_place_stays(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct endpoint endpoint = unix_endpoint(&temp, "s");
    struct why why = { 0 };
    int fd = -1;
    (void)state;

    assert_err(OK, file_create(temp_file(&temp, "s").text, bytes_lit("mine"), 0600));
    assert_err(ERR_IN_USE, listener_bind(&endpoint, 1, &fd, &why));
    assert_int_equal(0, access(temp_file(&temp, "s").text, F_OK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_sockets_share_a_free_port),
        cmocka_unit_test(a_port_that_is_taken_is_not_shared),
        cmocka_unit_test(an_address_that_is_not_ours_is_refused),
        cmocka_unit_test(a_unix_socket_is_its_owners),
        cmocka_unit_test(a_dead_unix_socket_is_replaced_and_a_living_one_is_not),
        cmocka_unit_test(a_file_in_the_sockets_place_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
