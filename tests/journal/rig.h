/*
 * A journal in a folder of its own, whose payloads follow from their numbers, and what was heard
 * from it: which entries were acknowledged, and which came back.
 */
#ifndef PANGATE_TESTS_JOURNAL_RIG_H
#define PANGATE_TESTS_JOURNAL_RIG_H

#include "journal/batch.h"
#include "test.h"

enum { RIG_PAYLOAD_MAX = 3000, RIG_BATCHES = 4096 };

static const uint8_t rig_key[JOURNAL_KEY_SIZE] = { 1, 2, 3 };

struct rig {
    struct temp temp;
    struct journal *journal;
    struct journal_position ends[RIG_BATCHES]; /* of acknowledged batches; [0] is the beginning */
    int count;
    struct why why;
};

static inline struct bytes rig_payload(uint64_t number)
{
    static uint8_t data[RIG_PAYLOAD_MAX];
    size_t size = number * 2654435761u % RIG_PAYLOAD_MAX;

    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)(number * 31 + i * 7 + (i >> 8));
    return bytes_of(data, size);
}

static inline struct journal_position rig_end(const struct rig *rig)
{
    return rig->ends[rig->count];
}

static inline void rig_done(struct rig *rig)
{
    journal_close(&rig->journal);
    temp_done(&rig->temp);
}

struct rig_heard {
    uint64_t next;
    struct journal_position end; /* of the last whole batch */
    bool inside;                 /* a batch began and did not end */
};

/* Entries come in order, whole batches of them, with their own payloads. */
static inline enum err rig_on_entry(void *owner, const struct journal_entry *entry)
{
    struct rig_heard *heard = owner;

    assert_int_equal(heard->next, entry->number);
    assert_bytes(rig_payload(entry->number), entry->payload);
    heard->next++;
    heard->inside = entry->end == NULL;
    if (entry->end != NULL) {
        assert_int_equal(heard->next, entry->end->next);
        heard->end = *entry->end;
    }
    return OK;
}

/* Open the folder's journal and recover it from `applied`. */
static inline enum err rig_recover_in(const struct temp *temp, struct journal_position applied,
                                      struct journal **ret_journal, struct why *why)
{
    struct rig_heard heard = { .next = applied.next, .end = applied };
    struct journal *journal AUTO(journal_close) = NULL;
    struct journal_replay replay = { .applied = applied,
                                     .on_entry = rig_on_entry,
                                     .owner = &heard };
    struct journal_position end;

    *why = (struct why){ 0 };
    TRY(journal_open(temp->path, rig_key, &journal, why));
    TRY(journal_recover(journal, &replay, why));
    assert_false(heard.inside);
    end = journal_end(journal);
    assert_memory_equal(&heard.end, &end, sizeof(end));
    *ret_journal = journal;
    journal = NULL;
    return OK;
}

static inline enum err rig_recover(struct rig *rig, struct journal_position applied)
{
    journal_close(&rig->journal);
    return rig_recover_in(&rig->temp, applied, &rig->journal, &rig->why);
}

static inline void rig_open_new(struct rig *rig, uint64_t size)
{
    struct journal *journal = NULL;

    rig->temp = temp_new();
    assert_err(OK, journal_create(rig->temp.path, size, rig_key, &rig->why));
    assert_err(OK, journal_open(rig->temp.path, rig_key, &journal, &rig->why));
    rig->ends[0] = journal_first(journal);
    rig->count = 0;
    journal_close(&journal);
    assert_err(OK, rig_recover(rig, rig->ends[0]));
}

/* Add `count` entries and write them as a batch. */
static inline enum err rig_write(struct rig *rig, unsigned count)
{
    uint64_t next = journal_end(rig->journal).next;
    struct journal_position end;

    for (unsigned i = 0; i < count; i++)
        TRY(journal_batch_add(rig->journal, next + i, rig_payload(next + i)));
    TRY(journal_batch_write(rig->journal, &end));
    assert_int_equal(next + count, end.next);
    assert_true(rig->count + 1 < RIG_BATCHES);
    rig->ends[++rig->count] = end;
    return OK;
}

#endif
