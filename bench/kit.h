/*
 * What the operations of `core` work on: keys, a card, its record, an entry, a journal, all made
 * for the occasion in a folder of their own.
 */
#ifndef PANGATE_BENCH_KIT_H
#define PANGATE_BENCH_KIT_H

#include "base/file.h"
#include "base/why.h"
#include "journal/journal.h"
#include "keys/key_user.h"
#include "vault/proposal.h"

struct kit { /* SECRET: declare with AUTO(kit_close); zeroed: closed */
    char folder[PATH_SIZE];
    struct keyring *keyring;
    struct key_user *user;
    uint32_t index_key;
    struct card card;
    struct about about;
    struct record_place place;
    struct record record;
    struct audit_entry entry;
    struct buf leaf; /* the entry, encoded */
    struct journal *journal;
    uint64_t number; /* of the next entry */
    enum err err;    /* of an operation, sticky */
};

/* In a new folder below `folder`. */
enum err kit_open(const char *folder, struct why *why, struct kit *ret_kit);
void kit_close(struct kit *kit); /* and its folder goes */

#endif
