/*
 * Logs for tests: entries that follow from their number, written to real files.
 */
#ifndef PANGATE_TESTS_AUDIT_MADE_LOG_H
#define PANGATE_TESTS_AUDIT_MADE_LOG_H

#include "test.h"

#include "audit/entry.h"
#include "audit/log_files.h"
#include "base/buf.h"
#include "base/file.h"

/* 2026-11-24T10:00:00Z; entry n is n milliseconds later. */
static const int64_t MADE_LOG_BEGIN_MS = 1795514400000;

static inline struct audit_entry made_entry(uint64_t number)
{
    static const enum audit_kind kinds[] = { AUDIT_TOKENIZE, AUDIT_DETOKENIZE, AUDIT_INSPECT,
                                             AUDIT_ERASE };
    struct audit_entry entry = {
        .time_ms = MADE_LOG_BEGIN_MS + (int64_t)number,
        .kind = kinds[number % 4],
        .outcome = number % 10 == 9 ? AUDIT_WAS_REFUSED : AUDIT_OK,
        .status = number % 10 == 9 ? 404 : 201,
        .address = "192.0.2.1",
        .purpose = "chargeback",
        .tenant = "shop",
        .has_record = number % 4 == 0,
        .record_sha256 = { 1, 2, 3 },
    };

    (void)snprintf(entry.client, sizeof(entry.client), "client-%u", (unsigned)(number % 3));
    (void)snprintf(entry.token, sizeof(entry.token), "9480231174%06u", (unsigned)(number % 1000));
    (void)snprintf(entry.request_id, sizeof(entry.request_id), "r-%u", (unsigned)number);
    memcpy(entry.salt, &number, sizeof(number));
    return entry;
}

static inline void made_leaf(uint64_t number, struct buf *leaf)
{
    struct audit_entry entry = made_entry(number);

    buf_clear(leaf);
    audit_entry_write(&entry, leaf);
    assert_err(OK, buf_check(leaf));
}

/* Append leaves up to, not with, number `until`. */
static inline void made_log_append(struct audit_files *files, uint64_t until)
{
    struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };

    for (uint64_t number = audit_files_edge(files)->size; number < until; number++) {
        made_leaf(number, &leaf);
        assert_err(OK, audit_files_append(files, number, buf_bytes(&leaf)));
    }
}

/* A log of `count` entries in `folder`, synced; its edge. */
static inline struct merkle_edge made_log(const char *folder, uint64_t count)
{
    const struct merkle_edge empty = { 0 };
    struct merkle_edge edge;
    struct audit_files *files = NULL;
    struct why why = { "" };

    assert_err(OK, audit_files_open(folder, &empty, &files, &why));
    made_log_append(files, count);
    assert_err(OK, audit_files_sync(files));
    edge = *audit_files_edge(files);
    audit_files_free(files);
    return edge;
}

#endif
