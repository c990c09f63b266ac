#include "vault/log_tree.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "audit/proof.h"
#include "base/must.h"
#include "vault/change.h"

struct log_tree {
    const char *folder;
    const struct keyring *keyring;
    struct note_verifier verifier;
    uint32_t key_id;
    struct audit_live *live;
    struct hash *hash;        /* of the thread that saves */
    struct merkle_head found; /* what the folder's checkpoint said when it was opened */
    bool found_agrees;
    uint64_t size;

    pthread_mutex_t lock; /* of the last one that was signed */
    struct audit_checkpoint last;
};

static enum err verifier_find(const struct keyring *keyring, struct note_verifier *ret_verifier,
                              uint32_t *ret_key_id)
{
    uint8_t id[KEYRING_ID_SIZE];

    keyring_vault_id(keyring, id);
    TRY(audit_origin(bytes_of(id, sizeof(id)), ret_verifier->name));
    TRY(keyring_current(keyring, KEY_LOG_SIGN, KEYRING_NO_TENANT, ret_key_id));
    return keyring_public_key(keyring, *ret_key_id, ret_verifier->public_key);
}

enum err log_verifier(const struct keyring *keyring, struct note_verifier *ret_verifier)
{
    uint32_t key_id;

    return verifier_find(keyring, ret_verifier, &key_id);
}

/* The tree as far as the folder's checkpoint goes has to be the one that it signed. */
static void look_at_found(struct log_tree *tree)
{
    struct merkle_head head;

    if (tree->size != tree->found.size)
        return;
    audit_live_head(tree->live, &head);
    tree->found_agrees = memcmp(&head.root, &tree->found.root, sizeof(head.root)) == 0;
}

static enum err tree_open(struct log_tree *tree, const struct merkle_edge *edge, struct why *why)
{
    TRY(verifier_find(tree->keyring, &tree->verifier, &tree->key_id));
    TRY(audit_checkpoint_load(tree->folder, &tree->verifier, &tree->last, why));
    tree->found = tree->last.head;
    if (tree->found.size < edge->size)
        return why_say(why, ERR_ROLLED_BACK,
                       "%s/checkpoint: older than the vault (%llu entries, the vault has %llu); "
                       "put back the newest one",
                       tree->folder, (unsigned long long)tree->found.size,
                       (unsigned long long)edge->size);
    TRY(hash_new(&tree->hash));
    TRY(audit_live_new(edge, &tree->live));
    tree->size = edge->size;
    look_at_found(tree);
    return OK;
}

enum err log_tree_open(const struct log_tree_options *options, struct log_tree **ret_tree,
                       struct why *why)
{
    struct log_tree *tree = calloc(1, sizeof(*tree));
    enum err err;

    if (tree == NULL)
        return ERR_MEMORY;
    tree->folder = options->folder;
    tree->keyring = options->keyring;
    must(pthread_mutex_init(&tree->lock, NULL) == 0);
    err = tree_open(tree, options->edge, why);
    if (err == OK)
        *ret_tree = tree;
    else
        log_tree_free(tree);
    return err;
}

void log_tree_free(struct log_tree *tree)
{
    if (tree == NULL)
        return;
    audit_live_free(tree->live);
    hash_free(tree->hash);
    must(pthread_mutex_destroy(&tree->lock) == 0);
    free(tree);
}

uint64_t log_tree_least(const struct log_tree *tree)
{
    return tree->found.size;
}

void log_tree_add(struct log_tree *tree, const struct batch *batch)
{
    for (const struct batch_entry *entry = batch->entries; entry != NULL; entry = entry->next) {
        struct cursor changes;
        struct bytes leaf;

        must(change_read(entry->payload, &leaf, &changes) == OK);
        audit_live_append(tree->live, leaf);
        tree->size++;
        look_at_found(tree);
    }
}

enum err log_tree_agree(const struct log_tree *tree, struct why *why)
{
    return tree->found_agrees
               ? OK
               : why_say(why, ERR_FORGED,
                         "%s/checkpoint: signed another log than vault and journal hold; one of "
                         "them was exchanged",
                         tree->folder);
}

void log_tree_applied(struct log_tree *tree, uint64_t number)
{
    audit_live_applied(tree->live, number);
}

static enum err sign(void *with, struct bytes text, uint8_t ret_signature[SIGN_SIGNATURE_SIZE])
{
    const struct log_tree *tree = with;

    return keyring_sign(tree->keyring, tree->key_id, text, ret_signature);
}

/* Lock held, so that no older head overtakes a newer one. */
static enum err sign_newest(struct log_tree *tree)
{
    const struct note_signer signer = { tree->verifier, sign, tree };
    struct merkle_head head;

    audit_live_head(tree->live, &head);
    return head.size == tree->last.head.size ? OK
                                             : audit_checkpoint_sign(&signer, &head, &tree->last);
}

enum err log_tree_sign(struct log_tree *tree, struct audit_checkpoint *ret_checkpoint)
{
    enum err err;

    must(pthread_mutex_lock(&tree->lock) == 0);
    err = sign_newest(tree);
    if (err == OK)
        *ret_checkpoint = tree->last;
    must(pthread_mutex_unlock(&tree->lock) == 0);
    return err;
}

enum err log_tree_save(struct log_tree *tree, const struct merkle_edge *files)
{
    const struct note_signer signer = { tree->verifier, sign, tree };
    struct merkle_head head = { .size = files->size };
    struct audit_checkpoint checkpoint;

    merkle_edge_root(tree->hash, files, &head.root);
    TRY(audit_checkpoint_sign(&signer, &head, &checkpoint));
    return audit_checkpoint_save(tree->folder, &checkpoint);
}

enum err log_tree_prove(struct log_tree *tree, struct audit_reader *reader, uint64_t number,
                        struct buf *text)
{
    struct audit_snapshot snapshot AUTO(audit_snapshot_done) = { 0 };
    struct audit_checkpoint checkpoint;
    struct merkle_source source;

    TRY(log_tree_sign(tree, &checkpoint));
    TRY(audit_live_snapshot(tree->live, reader, &snapshot));
    source = audit_snapshot_source(&snapshot);
    return audit_prove(&source, number, &checkpoint, text);
}

static void hash_done(struct hash **hash)
{
    hash_free(*hash);
}

enum err log_tree_begin(const struct log_tree_options *options, struct bytes first)
{
    struct log_tree tree = { .folder = options->folder, .keyring = options->keyring };
    struct note_signer signer = { .sign = sign, .with = &tree };
    struct hash *hash AUTO(hash_done) = NULL;
    struct merkle_head head = { .size = 1 };
    struct audit_checkpoint checkpoint;

    TRY(verifier_find(tree.keyring, &tree.verifier, &tree.key_id));
    TRY(hash_new(&hash));
    merkle_leaf(hash, first, &head.root);
    signer.verifier = tree.verifier;
    TRY(audit_checkpoint_sign(&signer, &head, &checkpoint));
    return audit_checkpoint_save(tree.folder, &checkpoint);
}
