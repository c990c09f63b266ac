#include "test.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "gateway/notify.h"

/* A service manager's socket; its name as NOTIFY_SOCKET gives it. */
static int manager_listen(const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t length = strlen(name);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    assert_true(fd >= 0 && length < sizeof(address.sun_path));
    memcpy(address.sun_path, name, length);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    assert_int_equal(0, bind(fd, (const struct sockaddr *)&address,
                             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)));
    assert_int_equal(0, setenv("NOTIFY_SOCKET", name, 1));
    return fd;
}

static void assert_hears(const char *expected, int fd)
{
    char text[64];
    ssize_t size = recv(fd, text, sizeof(text), 0);

    assert_int_equal(strlen(expected), size);
    assert_memory_equal(expected, text, strlen(expected));
    assert_true(recv(fd, text, sizeof(text), 0) < 0); /* nothing more */
}

static void the_manager_hears_each_state_as_one_datagram(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    int fd = manager_listen(temp_file(&temp, "notify").text);
    (void)state;

    notify("READY=1");
    assert_hears("READY=1", fd);
    notify("STOPPING=1");
    assert_hears("STOPPING=1", fd);
    (void)close(fd);
}

static void a_name_may_be_abstract(void **state)
{
    char name[64];
    int fd;
    (void)state;

    (void)snprintf(name, sizeof(name), "@pangate-test-%d", (int)getpid());
    fd = manager_listen(name);
    notify("READY=1");
    assert_hears("READY=1", fd);
    (void)close(fd);
}

static void without_a_manager_nothing_happens(void **state)
{
    char name[200];
    (void)state;

    assert_int_equal(0, unsetenv("NOTIFY_SOCKET"));
    notify("READY=1");
    assert_int_equal(0, setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1));
    notify("READY=1");
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(0, setenv("NOTIFY_SOCKET", name, 1));
    notify("READY=1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manager_hears_each_state_as_one_datagram),
        cmocka_unit_test(a_name_may_be_abstract),
        cmocka_unit_test(without_a_manager_nothing_happens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
