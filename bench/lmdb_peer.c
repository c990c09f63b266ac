#include "bench/lmdb_peer.h"

#include <lmdb.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/must.h"
#include "bench/cards.h"
#include "bench/folder.h"
#include "store/store.h"

enum { TENANT_SIZE = 4, ROW_MAX = 2048, MAP_GIB = 64 };

static const uint64_t gib = UINT64_C(1) << 30;

struct lmdb_peer {
    MDB_env *env;
    MDB_dbi tokens, index;
    struct lmdb_sizes sizes;
    uint64_t dice;
    char folder[PATH_SIZE];
};

static enum err read_row(struct store_txn *snapshot, enum store_table table, size_t *ret_key,
                         size_t *ret_value)
{
    struct store_scan scan AUTO(store_scan_end) = { 0 };

    TRY(store_scan_begin(snapshot, table, &(struct store_range){ .count_max = 1 }, &scan));
    if (!store_scan_next(&scan))
        return scan.err == OK ? ERR_NOT_FOUND : scan.err;
    *ret_key = scan.key.size;
    *ret_value = scan.value.size;
    return OK;
}

enum err lmdb_sizes_read(const char *vault, struct why *why, struct lmdb_sizes *ret_sizes)
{
    struct store *store AUTO(store_close) = NULL;
    struct store_txn *snapshot AUTO(store_abort) = NULL;
    enum err err;

    TRY(store_peek(vault, MAP_GIB * gib, &store, why));
    TRY(store_snapshot(store, &snapshot));
    err = read_row(snapshot, STORE_TOKENS, &ret_sizes->token_key, &ret_sizes->token_value);
    if (err == OK)
        err = read_row(snapshot, STORE_INDEX, &ret_sizes->index_key, &ret_sizes->index_value);
    return err == OK ? OK : why_say(why, err, "%s: holds no card yet", vault);
}

static int open_tables(struct lmdb_peer *peer)
{
    MDB_txn *txn;
    int code = mdb_txn_begin(peer->env, NULL, 0, &txn);

    if (code != MDB_SUCCESS)
        return code;
    code = mdb_dbi_open(txn, "tokens", MDB_CREATE, &peer->tokens);
    if (code == MDB_SUCCESS)
        code = mdb_dbi_open(txn, "index", MDB_CREATE, &peer->index);
    if (code == MDB_SUCCESS)
        return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return code;
}

static enum err open_env(struct lmdb_peer *peer, struct why *why)
{
    int code = mdb_env_create(&peer->env);

    if (code == MDB_SUCCESS)
        code = mdb_env_set_maxdbs(peer->env, 2);
    if (code == MDB_SUCCESS)
        code = mdb_env_set_mapsize(peer->env, MAP_GIB * gib);
    if (code == MDB_SUCCESS)
        code = mdb_env_open(peer->env, peer->folder, 0, 0600);
    if (code == MDB_SUCCESS)
        code = open_tables(peer);
    return code == MDB_SUCCESS
               ? OK
               : why_say(why, ERR_IO, "%s: lmdb: %s", peer->folder, mdb_strerror(code));
}

enum err lmdb_peer_open(const char *folder, const struct lmdb_sizes *sizes, struct why *why,
                        struct lmdb_peer **ret_peer)
{
    struct lmdb_peer *peer = calloc(1, sizeof(*peer));
    enum err err;

    if (peer == NULL)
        return ERR_MEMORY;
    peer->sizes = *sizes;
    err = folder_new(folder, why, peer->folder);
    if (err == OK)
        err = open_env(peer, why);
    if (err == OK)
        *ret_peer = peer;
    else
        lmdb_peer_close(peer);
    return err;
}

void lmdb_peer_close(struct lmdb_peer *peer)
{
    if (peer == NULL)
        return;
    if (peer->env != NULL)
        mdb_env_close(peer->env);
    if (peer->folder[0] != '\0')
        folder_remove(peer->folder);
    free(peer);
}

/* Keys of one tenant that fall anywhere, values that do not compress. */
static int put_row(struct lmdb_peer *peer, MDB_txn *txn, MDB_dbi table, const size_t sizes[2])
{
    uint64_t words[2 * ROW_MAX / sizeof(uint64_t)];
    MDB_val key = { sizes[0], words }, value = { sizes[1], &words[ROW_MAX / sizeof(uint64_t)] };

    for (size_t i = 0; i <= sizes[0] / sizeof(uint64_t); i++)
        words[i] = dice_throw(&peer->dice);
    for (size_t i = 0; i <= sizes[1] / sizeof(uint64_t); i++)
        words[ROW_MAX / sizeof(uint64_t) + i] = dice_throw(&peer->dice);
    memset(words, 0, TENANT_SIZE);
    return mdb_put(txn, table, &key, &value, 0);
}

static int commit_cards(struct lmdb_peer *peer, unsigned count)
{
    const size_t token[] = { peer->sizes.token_key, peer->sizes.token_value };
    const size_t index[] = { peer->sizes.index_key, peer->sizes.index_value };
    MDB_txn *txn;
    int code = mdb_txn_begin(peer->env, NULL, 0, &txn);

    if (code != MDB_SUCCESS)
        return code;
    for (unsigned i = 0; i < count && code == MDB_SUCCESS; i++) {
        code = put_row(peer, txn, peer->tokens, token);
        if (code == MDB_SUCCESS)
            code = put_row(peer, txn, peer->index, index);
    }
    if (code == MDB_SUCCESS)
        return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return code;
}

enum err lmdb_peer_load(struct lmdb_peer *peer, const struct lmdb_load *load, double *ret_rate)
{
    const int64_t began_ns = clock_mono_ns();
    double seconds = 0;
    uint64_t done = 0;

    must(peer->sizes.token_key < ROW_MAX && peer->sizes.token_value < ROW_MAX &&
         peer->sizes.index_key < ROW_MAX && peer->sizes.index_value < ROW_MAX);
    while (done < load->cards && seconds < load->seconds) {
        const uint64_t left = load->cards - done;
        const unsigned count = left < load->per_commit ? (unsigned)left : load->per_commit;

        if (commit_cards(peer, count) != MDB_SUCCESS)
            return ERR_IO;
        done += count;
        seconds = (double)(clock_mono_ns() - began_ns) / 1e9;
    }
    *ret_rate = (double)done / seconds;
    return OK;
}
