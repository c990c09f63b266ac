#include "test.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <string.h>

#include "base/must.h"
#include "crypto/library.h"

/* What free() was given: a block that still holds the canary is dirty. */
static struct watch {
    int dirty, releases;
} watch;

void __real_free(void *data);
void __wrap_free(void *data);

void __wrap_free(void *data)
{
    if (data != NULL) {
        watch.releases++;
        watch.dirty += memmem(data, malloc_usable_size(data), "canary-4000-0012", 16) != NULL;
    }
    __real_free(data);
}

static void allocate_and_start(void *unused)
{
    (void)unused;
    OPENSSL_free(OPENSSL_malloc(1));
    must(crypto_start() == ERR_CRYPTO);
}

/* In a child, since this process has yet to start; so it is the first test. */
static void starting_is_too_late_once_openssl_has_allocated(void **state)
{
    (void)state;
    assert_false(aborts(allocate_and_start, NULL));
    assert_err(OK, crypto_start());
}

static void openssl_wipes_what_it_frees(void **state)
{
    char *data = OPENSSL_malloc(64);

    (void)state;
    watch = (struct watch){ 0 };
    memcpy(data, "canary-4000-0012", 16);
    data = OPENSSL_realloc(data, 4096);
    assert_memory_equal("canary-4000-0012", data, 16);
    OPENSSL_free(data);
    assert_int_equal(2, watch.releases);
    assert_int_equal(0, watch.dirty);
}

static void a_failure_leaves_nothing_in_the_error_queue(void **state)
{
    (void)state;
    ERR_raise(ERR_LIB_USER, 1);
    assert_err(ERR_CRYPTO, crypto_err(0));
    assert_true(ERR_peek_error() == 0);
    assert_err(ERR_CRYPTO, crypto_err(-1));
    assert_err(OK, crypto_err(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starting_is_too_late_once_openssl_has_allocated),
        cmocka_unit_test(openssl_wipes_what_it_frees),
        cmocka_unit_test(a_failure_leaves_nothing_in_the_error_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
