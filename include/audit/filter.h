/*
 * Which entries a question is about. Zeroes are every entry; members that are set must all hold.
 */
#ifndef PANGATE_AUDIT_FILTER_H
#define PANGATE_AUDIT_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/entry.h"

struct audit_filter {
    int64_t since_ms; /* inclusive */
    int64_t until_ms; /* exclusive; 0: no end */
    char client[AUDIT_NAME_SIZE];
    char tenant[AUDIT_NAME_SIZE];
    char token[AUDIT_TOKEN_SIZE]; /* a forward's further tokens count, too */
    bool by_customer;
    uint8_t customer_tag[AUDIT_TAG_SIZE];
    uint32_t kinds;    /* a bit per kind: audit_filter_add_kind(); 0: all */
    uint32_t outcomes; /* a bit per outcome; 0: all */
};

void audit_filter_add_kind(struct audit_filter *filter, enum audit_kind kind);
void audit_filter_add_outcome(struct audit_filter *filter, enum audit_outcome outcome);

bool audit_filter_matches(const struct audit_filter *filter, const struct audit_entry *entry);

/* Whether the entry is about this token: as its token or as one of a forward's further ones. */
bool audit_entry_has_token(const struct audit_entry *entry, const char *token);

#endif
