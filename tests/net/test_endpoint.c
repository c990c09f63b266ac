#include "test.h"

#include "net/listener.h"

#include <string.h>
#include <sys/stat.h>

static void an_address_reads_back_as_it_was_written(void **state)
{
    static const struct {
        const char *text, *host;
        bool local;
    } rows[] = {
        { "127.0.0.1:8443", "127.0.0.1", true },
        { "0.0.0.0:1", "0.0.0.0", false },
        { "[::1]:65535", "::1", true },
        { "[2001:db8::7]:443", "2001:db8::7", false },
        { "unix:/run/pangate/admin.sock", "unix", true },
    };
    char text[ENDPOINT_TEXT_SIZE];
    struct endpoint endpoint;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_err(OK, endpoint_parse(rows[i].text, &endpoint));
        endpoint_write(&endpoint, text);
        assert_string_equal(rows[i].text, text);
        endpoint_write_host(&endpoint, text);
        assert_string_equal(rows[i].host, text);
        assert_int_equal(rows[i].local, endpoint_is_local(&endpoint));
    }
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const texts[] = { "",         "8443",      ":8443",         "localhost:1",
                                         "1.2.3:4",  "1.2.3.4:",  "1.2.3.4:65536", "1.2.3.4:-1",
                                         "[::1]",    "[::1]8443", "[::1:1",        "[]:1",
                                         "1.2.3.4",  "::1:443",   "unix:",         "1.2.3.4:1 ",
                                         "[::1]:01", "[::g]:1" };
    struct endpoint endpoint;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (endpoint_parse(texts[i], &endpoint) != ERR_CONFIG)
            fail_msg("'%s' is an address", texts[i]);
}

static void addresses_that_are_not_public_are_private(void **state)
{
    static const char *const hidden[] = {
        "0.0.0.0:1",          "10.255.255.255:1",     "100.64.0.1:1",     "100.127.255.255:1",
        "127.1.2.3:1",        "169.254.169.254:1",    "172.16.0.1:1",     "172.31.255.255:1",
        "192.0.2.1:1",        "192.168.0.1:1",        "198.18.0.1:1",     "203.0.113.9:1",
        "224.0.0.1:1",        "255.255.255.255:1",    "[::1]:1",          "[::]:1",
        "[::ffff:8.8.8.8]:1", "[fe80::1]:1",          "[fc00::1]:1",      "[fd12::1]:1",
        "[ff02::1]:1",        "[64:ff9b::808:808]:1", "[2002:a00:1::]:1", "[2001:db8::1]:1",
        "[2001::1]:1",        "unix:/run/x",
    };
    static const char *const open[] = {
        "8.8.8.8:1",        "100.128.0.1:1", "172.32.0.1:1",  "11.0.0.1:1",
        "[2606:4700::1]:1", "[2a00::1]:1",   "169.253.1.1:1",
    };
    struct endpoint endpoint;

    (void)state;
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        assert_err(OK, endpoint_parse(hidden[i], &endpoint));
        if (!endpoint_is_private(&endpoint))
            fail_msg("%s is public", hidden[i]);
    }
    for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
        assert_err(OK, endpoint_parse(open[i], &endpoint));
        if (endpoint_is_private(&endpoint))
            fail_msg("%s is private", open[i]);
    }
}

static void workers_share_a_port_and_a_second_gateway_does_not_get_it(void **state)
{
    struct endpoint endpoint;
    struct why why = { 0 };
    int fds[3], other;

    (void)state;
    assert_err(OK, endpoint_parse("127.0.0.1:0", &endpoint));
    assert_err(OK, listener_bind(&endpoint, 3, fds, &why));
    assert_err(ERR_IN_USE, listener_bind(&endpoint, 1, &other, &why));
    assert_non_null(strstr(why.text, "cannot listen at 127.0.0.1:"));
    for (int i = 0; i < 3; i++)
        assert_int_equal(0, close(fds[i]));
}

static void a_dead_unix_socket_is_replaced_and_a_live_one_is_not(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct endpoint endpoint;
    struct why why = { 0 };
    struct stat status;
    char text[TEST_PATH_SIZE];
    int fd, other;

    (void)state;
    (void)snprintf(text, sizeof(text), "unix:%.400s", temp_file(&temp, "admin.sock").text);
    assert_err(OK, endpoint_parse(text, &endpoint));
    assert_err(OK, listener_bind(&endpoint, 1, &fd, &why));
    assert_int_equal(0, stat(temp_file(&temp, "admin.sock").text, &status));
    assert_int_equal(0600, status.st_mode & 0777);
    assert_err(ERR_IN_USE, listener_bind(&endpoint, 1, &other, &why));
    assert_int_equal(0, close(fd));
    assert_err(OK, listener_bind(&endpoint, 1, &fd, &why));
    assert_int_equal(0, close(fd));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_reads_back_as_it_was_written),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(addresses_that_are_not_public_are_private),
        cmocka_unit_test(workers_share_a_port_and_a_second_gateway_does_not_get_it),
        cmocka_unit_test(a_dead_unix_socket_is_replaced_and_a_live_one_is_not),
    };

    return cmocka_run_group_tests_name("net.endpoint", tests, NULL, NULL);
}
