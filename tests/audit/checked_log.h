/*
 * A log in a folder of its own with everything that it is held against.
 */
#ifndef PANGATE_TESTS_AUDIT_CHECKED_LOG_H
#define PANGATE_TESTS_AUDIT_CHECKED_LOG_H

#include "made_key.h"
#include "made_log.h"

#include "audit/verify.h"

/* A log and what the vault knows of it. */
struct fixture {
    struct temp temp;
    struct made_key key;
    struct audit_claims claims;
    struct audit_tail tail;
    struct audit_verdict verdict;
    struct why why;
};

static inline enum err no_leaf(void *with, uint64_t number, struct bytes *ret_leaf)
{
    (void)with;
    (void)number;
    (void)ret_leaf;
    return ERR_NOT_FOUND;
}

static inline void fixture_init(struct fixture *fixture, uint64_t count)
{
    struct audit_checkpoint checkpoint;

    *fixture = (struct fixture){ .temp = temp_new(), .tail = { .leaf = no_leaf } };
    made_key_init(&fixture->key);
    fixture->claims.edge = made_log(fixture->temp.path, count);
    fixture->claims.verifier = &fixture->key.signer.verifier;
    fixture->claims.checkpoint_least = count;
    fixture->claims.tail = &fixture->tail;
    checkpoint = made_checkpoint(&fixture->key, &fixture->claims.edge);
    assert_err(OK, audit_checkpoint_save(fixture->temp.path, &checkpoint));
}

static inline void fixture_done(struct fixture *fixture)
{
    temp_done(&fixture->temp);
}

static inline enum err verify(struct fixture *fixture)
{
    const struct audit_reader_options options = { .folder = fixture->temp.path,
                                                  .why = &fixture->why };

    fixture->why.text[0] = '\0';
    return audit_verify(&options, &fixture->claims, &fixture->verdict);
}

static inline void read_file(const struct temp *temp, const char *name, struct buf *text)
{
    buf_clear(text);
    assert_err(OK, file_read(temp_file(temp, name).text, text));
}

/* Cut at the end, not at the start: some file systems sync a file that was emptied first. */
static inline void write_file(const struct temp *temp, const char *name, struct bytes text)
{
    int fd AUTO(fd_close) = open(temp_file(temp, name).text, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_err(OK, file_write_at(fd, text, 0));
    assert_int_equal(0, ftruncate(fd, (off_t)text.size));
}

static inline void flip(const struct temp *temp, const char *name, uint64_t at)
{
    int fd AUTO(fd_close) = open(temp_file(temp, name).text, O_RDWR | O_CLOEXEC);
    uint8_t byte;

    assert_err(OK, file_read_at(fd, &byte, 1, at));
    byte ^= 1;
    assert_err(OK, file_write_at(fd, bytes_of(&byte, 1), at));
}

/* Where leaf `number` begins in the entry file. */
static inline uint64_t leaf_place(uint64_t number)
{
    uint64_t place = AUDIT_HEAD_SIZE;

    for (uint64_t i = 0; i < number; i++) {
        struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };
        made_leaf(i, &leaf);
        place += leaf.size;
    }
    return place;
}

#endif
