#include "test.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/playground_certificates.h"
#include "net/tls_server.h"

static const char *const pairs[] = { "server",  "shop",    "shop2",    "back-office",
                                     "pos-001", "officer", "processor" };

enum { PAIRS = sizeof(pairs) / sizeof(pairs[0]) };

static struct temp_path file_of(const struct temp *temp, const char *name, const char *ending)
{
    char file[64];

    (void)snprintf(file, sizeof(file), "%s.%s", name, ending);
    return temp_file(temp, file);
}

static size_t count_files(const struct temp *temp)
{
    DIR *folder = opendir(temp->path);
    size_t count = 0;

    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    (void)closedir(folder);
    return count - 2;
}

static void there_is_a_pair_for_everybody_and_no_key_of_an_authority(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct why why = { 0 };
    struct stat status;
    (void)state;

    assert_err(OK, playground_certificates(temp.path, &why));
    for (size_t i = 0; i < PAIRS; i++) {
        assert_int_equal(0, stat(file_of(&temp, pairs[i], "key").text, &status));
        assert_int_equal(0600, status.st_mode & 07777);
        assert_int_equal(0, stat(file_of(&temp, pairs[i], "pem").text, &status));
    }
    assert_int_equal(0, access(file_of(&temp, "ca", "pem").text, R_OK));
    assert_int_equal(0, access(file_of(&temp, "processor-ca", "pem").text, R_OK));
    assert_int_equal(2 * PAIRS + 2, count_files(&temp));
}

static void a_listener_takes_what_was_made(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct temp_path pem, key, ca;
    struct tls_server *server = NULL;
    struct why why = { 0 };
    (void)state;

    assert_err(OK, playground_certificates(temp.path, &why));
    pem = file_of(&temp, "server", "pem");
    key = file_of(&temp, "server", "key");
    ca = file_of(&temp, "ca", "pem");
    assert_err(OK, tls_server_new(&(struct tls_server_options){ pem.text, key.text, ca.text, NULL },
                                  NULL, &why, &server));
    tls_server_release(server);
}

static void files_that_are_there_are_not_overwritten(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct why first = { 0 }, second = { 0 };
    (void)state;

    assert_err(OK, playground_certificates(temp.path, &first));
    assert_err(ERR_EXISTS, playground_certificates(temp.path, &second));
    assert_non_null(strstr(second.text, temp.path));
}

static void a_folder_that_is_not_there_is_named(void **state)
{
    struct why why = { 0 };
    (void)state;

    assert_err(ERR_NOT_FOUND, playground_certificates("/nowhere/at/all", &why));
    assert_non_null(strstr(why.text, "/nowhere/at/all"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_a_pair_for_everybody_and_no_key_of_an_authority),
        cmocka_unit_test(a_listener_takes_what_was_made),
        cmocka_unit_test(files_that_are_there_are_not_overwritten),
        cmocka_unit_test(a_folder_that_is_not_there_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
