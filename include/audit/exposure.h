/*
 * Who saw which card: tokens, recipients and purposes, each combination once, in the order in
 * which they were first seen.
 */
#ifndef PANGATE_AUDIT_EXPOSURE_H
#define PANGATE_AUDIT_EXPOSURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/entry.h"
#include "base/err.h"

/* Zeroed before it is filled: it is compared as a whole. */
struct exposure_key {
    enum audit_kind kind; /* 0 in a set of tokens */
    char tenant[AUDIT_NAME_SIZE];
    char token[AUDIT_TOKEN_SIZE];
    char client[AUDIT_NAME_SIZE];
    char route[AUDIT_NAME_SIZE]; /* of a forward: who received the card */
    char purpose[AUDIT_NAME_SIZE];
};

struct exposure {
    struct exposure_key key;
    uint64_t count;
    int64_t first_ms, last_ms;
    uint64_t first, last; /* receipts */
    bool has_customer;
    uint8_t customer_tag[AUDIT_TAG_SIZE];
    bool is_canary; /* it stands for no card */
};

enum { EXPOSURES_MAX = 4 * 1024 * 1024 };

struct exposures {
    struct exposure *rows;
    size_t count, capacity;
    uint32_t *slots; /* row + 1 by hash of the key; 0: free */
    size_t slot_count;
};

/* Zeroes are an empty set. */
void exposures_done(struct exposures *exposures); /* for AUTO() */

/* The row of the key, or NULL. Lent until the next row is added. */
struct exposure *exposures_find(const struct exposures *exposures, const struct exposure_key *key);

/* The row of the key, added if there is none. ERR_LIMIT, ERR_MEMORY. */
enum err exposures_add(struct exposures *exposures, const struct exposure_key *key,
                       struct exposure **ret_row);

#endif
