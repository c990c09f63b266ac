/*
 * A signing key that is made when a test runs and dies with it.
 */
#ifndef PANGATE_TESTS_AUDIT_MADE_KEY_H
#define PANGATE_TESTS_AUDIT_MADE_KEY_H

#include "test.h"

#include <sys/random.h>

#include "audit/checkpoint.h"

struct made_key {
    uint8_t seed[SIGN_SEED_SIZE];
    struct note_signer signer;
};

static inline enum err made_key_sign(void *with, struct bytes text,
                                     uint8_t ret_signature[SIGN_SIGNATURE_SIZE])
{
    const struct made_key *key = with;

    return sign_text(key->seed, text, ret_signature);
}

/* Not copied: its signer points to it. */
static inline void made_key_init(struct made_key *key)
{
    *key = (struct made_key){ .signer = { .sign = made_key_sign, .with = key } };
    assert_int_equal(sizeof(key->seed), getrandom(key->seed, sizeof(key->seed), 0));
    assert_err(OK, sign_public_key(key->seed, key->signer.verifier.public_key));
    assert_err(OK, audit_origin(bytes_lit("\x01\x23\x45\x67\x89\xab\xcd\xef"),
                                key->signer.verifier.name));
}

/* A checkpoint of the tree with this edge. */
static inline struct audit_checkpoint made_checkpoint(const struct made_key *key,
                                                      const struct merkle_edge *edge)
{
    struct audit_checkpoint checkpoint;
    struct merkle_head head = { .size = edge->size };
    struct hash *hash = NULL;

    assert_err(OK, hash_new(&hash));
    merkle_edge_root(hash, edge, &head.root);
    hash_free(hash);
    assert_err(OK, audit_checkpoint_sign(&key->signer, &head, &checkpoint));
    return checkpoint;
}

#endif
