/*
 * Test vectors: hex in tables of the tests' own, JSON in the corpora.
 */
#ifndef PANGATE_TESTS_CRYPTO_VECTORS_H
#define PANGATE_TESTS_CRYPTO_VECTORS_H

#include "test.h"

#include <jansson.h>

#include "base/buf.h"
#include "base/encode.h"

enum { VECTOR_SIZE_MAX = 128 * 1024 };

/* struct buf key AUTO(buf_done) = hex("00ff"); */
static inline struct buf hex(const char *text)
{
    struct buf bytes;

    buf_init(&bytes, VECTOR_SIZE_MAX);
    assert_err(OK, decode_hex(bytes_str(text), &bytes));
    return bytes;
}

/* A member's text; the test fails if there is none. */
static inline const char *member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    assert_non_null(text);
    return text;
}

static inline struct buf hex_member(const json_t *object, const char *name)
{
    return hex(member(object, name));
}

static inline void vectors_done(json_t **vectors)
{
    json_decref(*vectors);
}

/* json_t *vectors AUTO(vectors_done) = vectors_load("folder/file.json"); skips without corpora. */
static inline json_t *vectors_load(const char *name)
{
    struct temp_path path = corpus_file(name);
    json_t *vectors = json_load_file(path.text, 0, NULL);

    assert_non_null(vectors);
    return vectors;
}

/* Wycheproof: run one test of each group, and count them. `run` says whether it was accepted. */
static inline size_t wycheproof(const char *name,
                                bool (*run)(const json_t *group, const json_t *test))
{
    json_t *vectors AUTO(vectors_done) = vectors_load(name);
    size_t count = 0, at, group_at;
    json_t *group, *test;

    json_array_foreach(json_object_get(vectors, "testGroups"), group_at, group)
    {
        json_array_foreach(json_object_get(group, "tests"), at, test)
        {
            bool valid = strcmp(member(test, "result"), "valid") == 0;

            if (run(group, test) != valid)
                fail_msg("%s: test %d should be %s", name,
                         (int)json_integer_value(json_object_get(test, "tcId")),
                         member(test, "result"));
            count++;
        }
    }
    return count;
}

#endif
