#include "vault/sight.h"

#include <pthread.h>
#include <stdatomic.h>

#include "vault/pile.h"

enum { MAP_SIZE = 64 * 1024 * 1024, ROUNDS = 400 };

struct ground {
    struct temp temp;
    struct store *store;
    struct overlay *overlay;
    atomic_bool stop;
};

static void ground_init(struct ground *ground)
{
    struct why why = { 0 };

    *ground = (struct ground){ .temp = temp_new() };
    assert_err(OK, store_create(ground->temp.path, &why));
    assert_err(OK, store_open(ground->temp.path, MAP_SIZE, &ground->store, &why));
    assert_err(OK, overlay_new(&ground->overlay));
}

static void ground_done(struct ground *ground)
{
    overlay_free(ground->overlay);
    store_close(&ground->store);
    temp_done(&ground->temp);
}

static void put(struct ground *ground, const char *key, const char *value)
{
    struct store_txn *txn;

    assert_err(OK, store_begin(ground->store, &txn));
    store_put(txn, STORE_TOKENS, bytes_str(key), bytes_str(value));
    assert_err(OK, store_commit(&txn));
}

static enum err get(struct sight *sight, const char *key, char ret_value[16])
{
    struct buf value;
    enum err err;

    buf_init_fixed(&value, ret_value, 15);
    err = sight_get(sight, STORE_TOKENS, bytes_str(key), &value);
    ret_value[value.size] = '\0';
    return err;
}

static void pending_hides_published_and_published_hides_lmdb(void **state)
{
    struct ground ground;
    struct sight committer, reader;
    struct batch *first = pile_new(0), *second = pile_new(1);
    char value[16];
    (void)state;

    ground_init(&ground);
    assert_err(OK, sight_init(&committer, ground.overlay, ground.store));
    assert_err(OK, sight_init(&reader, ground.overlay, ground.store));
    committer.pending = true;
    assert_err(ERR_NOT_FOUND, get(&reader, "a", value));
    put(&ground, "a", "lmdb");
    assert_err(OK, get(&reader, "a", value));
    assert_string_equal("lmdb", value);
    (void)pile_add(first, "a", "published");
    overlay_publish(ground.overlay, first);
    overlay_pend(ground.overlay, pile_add(second, "a", NULL));
    assert_err(ERR_NOT_FOUND, get(&committer, "a", value));
    assert_err(OK, get(&reader, "a", value));
    assert_string_equal("published", value);
    sight_done(&committer);
    sight_done(&reader);
    overlay_remove(ground.overlay, first);
    batch_free(first);
    batch_free(second);
    ground_done(&ground);
}

/* Carry a key from the overlay into LMDB again and again, as the applier does. */
static void *carry(void *argument)
{
    struct ground *ground = argument;
    char value[16];

    for (uint64_t i = 0; i < ROUNDS; i++) {
        struct batch *batch = pile_new(i);
        (void)snprintf(value, sizeof(value), "%lu", (unsigned long)i);
        (void)pile_add(batch, "a", value);
        overlay_publish(ground->overlay, batch);
        put(ground, "a", value);
        overlay_remove(ground->overlay, batch);
        batch_free(batch);
    }
    atomic_store(&ground->stop, true);
    return NULL;
}

/* With a snapshot from before the miss, the reader would see values go back. */
static void a_reader_never_sees_time_go_back(void **state)
{
    struct ground ground;
    struct sight reader;
    pthread_t thread;
    unsigned long last = 0;
    char value[16];
    (void)state;

    ground_init(&ground);
    put(&ground, "a", "0");
    assert_err(OK, sight_init(&reader, ground.overlay, ground.store));
    assert_int_equal(0, pthread_create(&thread, NULL, carry, &ground));
    while (!atomic_load(&ground.stop)) {
        unsigned long now;
        assert_err(OK, get(&reader, "a", value));
        now = strtoul(value, NULL, 10);
        assert_true(now >= last);
        last = now;
    }
    assert_int_equal(0, pthread_join(thread, NULL));
    sight_done(&reader);
    ground_done(&ground);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pending_hides_published_and_published_hides_lmdb),
        cmocka_unit_test(a_reader_never_sees_time_go_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
