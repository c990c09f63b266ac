/*
 * A store in a folder of its own.
 */
#ifndef PANGATE_TESTS_STORE_RIG_H
#define PANGATE_TESTS_STORE_RIG_H

#include "store/store.h"
#include "test.h"

enum { RIG_SIZE = 16 * 1024 * 1024 };

struct rig {
    struct temp temp;
    struct store *store;
    struct why why;
};

static inline void rig_done(struct rig *rig)
{
    store_close(&rig->store);
    temp_done(&rig->temp);
}

static inline enum err rig_open(struct rig *rig)
{
    store_close(&rig->store);
    rig->why = (struct why){ 0 };
    return store_open(rig->temp.path, RIG_SIZE, &rig->store, &rig->why);
}

static inline struct rig rig_new(void)
{
    struct rig rig = { .temp = temp_new() };

    assert_err(OK, store_create(rig.temp.path, &rig.why));
    assert_err(OK, rig_open(&rig));
    return rig;
}

struct rig_row {
    char key[16];
    char value[1024];
};

/* Row `i`: an ordered key, and a value of a size of its own. */
static inline struct rig_row rig_row(unsigned i)
{
    struct rig_row row;

    (void)snprintf(row.key, sizeof(row.key), "row %08u", i);
    memset(row.value, 'a' + (int)(i % 26), sizeof(row.value));
    row.value[i * 37 % (sizeof(row.value) - 1)] = '\0';
    return row;
}

static inline void rig_put(struct store_txn *txn, enum store_table table, unsigned i)
{
    struct rig_row row = rig_row(i);

    store_put(txn, table, bytes_str(row.key), bytes_str(row.value));
}

/* Rows [from, to) in a transaction of their own. */
static inline enum err rig_fill(struct rig *rig, enum store_table table, unsigned from, unsigned to)
{
    struct store_txn *txn;

    TRY(store_begin(rig->store, &txn));
    for (unsigned i = from; i < to; i++)
        rig_put(txn, table, i);
    return store_commit(&txn);
}

static inline enum err rig_empty(struct rig *rig, enum store_table table, unsigned from,
                                 unsigned to)
{
    struct store_txn *txn;

    TRY(store_begin(rig->store, &txn));
    for (unsigned i = from; i < to; i++) {
        struct rig_row row = rig_row(i);
        store_del(txn, table, bytes_str(row.key));
    }
    return store_commit(&txn);
}

/* How many rows there are from 0 on without a gap, all of them right. */
static inline unsigned rig_count(struct rig *rig, enum store_table table)
{
    struct store_txn *snapshot AUTO(store_abort) = NULL;
    struct bytes value;
    unsigned i = 0;

    assert_err(OK, store_snapshot(rig->store, &snapshot));
    for (;; i++) {
        struct rig_row row = rig_row(i);
        enum err err = store_get(snapshot, table, bytes_str(row.key), &value);

        if (err == ERR_NOT_FOUND)
            return i;
        assert_err(OK, err);
        assert_bytes(bytes_str(row.value), value);
    }
}

#endif
