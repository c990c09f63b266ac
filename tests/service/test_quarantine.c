#include <pthread.h>
#include <string.h>

#include "base/must.h"
#include "service/quarantine.h"
#include "test.h"

static struct audit_entry entry_of(const char *client)
{
    struct audit_entry entry = { .kind = AUDIT_QUARANTINE, .outcome = AUDIT_OK };

    (void)snprintf(entry.client, sizeof(entry.client), "%s", client);
    return entry;
}

static void who_is_added_is_held_until_removed(void **state)
{
    struct quarantine *quarantine = NULL;
    struct audit_entry entry = entry_of("thief");
    char client[AUDIT_NAME_SIZE];
    size_t at = 0;
    (void)state;

    assert_err(OK, quarantine_new(&quarantine));
    assert_false(quarantine_holds(quarantine, "thief"));
    assert_err(OK, quarantine_add(quarantine, &entry));
    assert_err(OK, quarantine_recall(quarantine, "other"));
    assert_err(OK, quarantine_add(quarantine, &entry));
    assert_int_equal(2, quarantine_count(quarantine));
    assert_true(quarantine_holds(quarantine, "thief"));
    assert_false(quarantine_holds(quarantine, "thie"));
    assert_true(quarantine_next(quarantine, &at, client));
    assert_string_equal("thief", client);
    assert_true(quarantine_next(quarantine, &at, client));
    assert_string_equal("other", client);
    assert_false(quarantine_next(quarantine, &at, client));
    quarantine_remove(quarantine, "thief");
    quarantine_remove(quarantine, "nobody");
    assert_false(quarantine_holds(quarantine, "thief"));
    assert_true(quarantine_holds(quarantine, "other"));
    assert_int_equal(1, quarantine_count(quarantine));
    quarantine_free(quarantine);
}

static void what_is_owed_is_taken_once_and_owed_again_if_it_fails(void **state)
{
    struct quarantine *quarantine = NULL;
    struct audit_entry thief = entry_of("thief"), owed;
    (void)state;

    assert_err(OK, quarantine_new(&quarantine));
    assert_err(OK, quarantine_recall(quarantine, "known"));
    assert_false(quarantine_take_owed(quarantine, &owed)); /* the vault knows of it */
    assert_err(OK, quarantine_add(quarantine, &thief));
    assert_true(quarantine_take_owed(quarantine, &owed));
    assert_string_equal("thief", owed.client);
    assert_false(quarantine_take_owed(quarantine, &owed));
    assert_true(quarantine_holds(quarantine, "thief"));
    quarantine_owe(quarantine, "thief");
    quarantine_owe(quarantine, "thief");
    assert_true(quarantine_take_owed(quarantine, &owed));
    assert_false(quarantine_take_owed(quarantine, &owed));
    quarantine_owe(quarantine, "thief");
    quarantine_remove(quarantine, "thief");
    assert_false(quarantine_take_owed(quarantine, &owed));
    quarantine_free(quarantine);
}

enum { THREADS = 4, CLIENTS = 64 };

static void *add_all(void *with)
{
    struct quarantine *quarantine = with;
    char name[AUDIT_NAME_SIZE];

    for (int i = 0; i < CLIENTS; i++) {
        struct audit_entry entry;
        (void)snprintf(name, sizeof(name), "client-%d", i);
        entry = entry_of(name);
        must(quarantine_add(quarantine, &entry) == OK);
        must(quarantine_holds(quarantine, name));
    }
    return NULL;
}

static void many_threads_hold_each_client_once(void **state)
{
    struct quarantine *quarantine = NULL;
    struct audit_entry owed;
    pthread_t threads[THREADS];
    int taken = 0;
    (void)state;

    assert_err(OK, quarantine_new(&quarantine));
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(0, pthread_create(&threads[i], NULL, add_all, quarantine));
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(0, pthread_join(threads[i], NULL));
    while (quarantine_take_owed(quarantine, &owed))
        taken++;
    assert_int_equal(CLIENTS, taken);
    assert_int_equal(CLIENTS, quarantine_count(quarantine));
    quarantine_free(quarantine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_added_is_held_until_removed),
        cmocka_unit_test(what_is_owed_is_taken_once_and_owed_again_if_it_fails),
        cmocka_unit_test(many_threads_hold_each_client_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
