/*
 * Somebody who can write the vault's file: rows of its tables are listed, put and taken away.
 *
 *   tamper FOLDER list TABLE             a line per row: key and value in hex
 *   tamper FOLDER put TABLE KEY VALUE
 *   tamper FOLDER del TABLE KEY
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/encode.h"
#include "base/must.h"
#include "store/store.h"

enum { MAP_SIZE = 1 << 30, TEXT_MAX = 1 << 16 };

static enum store_table table_of(const char *name)
{
    static const char *const names[] = {
#define TABLE_NAME(table, text) [table] = text,
        STORE_TABLE_LIST(TABLE_NAME)
    };

    for (size_t i = 0; i < STORE_TABLES; i++) {
        if (strcmp(names[i], name) == 0)
            return (enum store_table)i;
    }
    must(false);
    return STORE_TABLES;
}

static void print_hex(struct bytes bytes, const char *end)
{
    struct buf text AUTO(buf_done) = { .max = TEXT_MAX };

    encode_hex(bytes, &text);
    must(buf_check(&text) == OK);
    (void)printf("%.*s%s", (int)text.size, (const char *)text.data, end);
}

static enum err list(struct store *store, enum store_table table)
{
    struct store_txn *snapshot AUTO(store_abort) = NULL;
    struct store_scan scan AUTO(store_scan_end) = { 0 };

    TRY(store_snapshot(store, &snapshot));
    TRY(store_scan_begin(snapshot, table, &(struct store_range){ 0 }, &scan));
    while (store_scan_next(&scan)) {
        print_hex(scan.key, " ");
        print_hex(scan.value, "\n");
    }
    return scan.err;
}

static enum err put(struct store *store, enum store_table table, char **texts)
{
    struct buf key AUTO(buf_done) = { .max = TEXT_MAX }, value AUTO(buf_done) = { .max = TEXT_MAX };
    struct store_txn *txn AUTO(store_abort) = NULL;

    TRY(decode_hex(bytes_str(texts[0]), &key));
    TRY(store_begin(store, &txn));
    if (texts[1] == NULL) {
        store_del(txn, table, buf_bytes(&key));
        return store_commit(&txn);
    }
    TRY(decode_hex(bytes_str(texts[1]), &value));
    store_put(txn, table, buf_bytes(&key), buf_bytes(&value));
    return store_commit(&txn);
}

int main(int argc, char **argv)
{
    struct store *store AUTO(store_close) = NULL;
    struct why why = { 0 };
    enum err err;

    must(argc >= 4);
    err = store_open(argv[1], MAP_SIZE, &store, &why);
    if (err == OK)
        err = argc == 4 ? list(store, table_of(argv[3])) : put(store, table_of(argv[3]), argv + 4);
    if (err != OK)
        (void)fprintf(stderr, "tamper: %s %s\n", err_name(err), why.text);
    return err == OK ? 0 : 1;
}
