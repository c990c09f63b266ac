#include "audit/proof.h"

#include "base/encode.h"

static const char FIRST_LINE[] = "c2sp.org/tlog-proof@v1";

enum err audit_proof_write(const struct audit_proof *proof, struct buf *text)
{
    buf_add_str(text, FIRST_LINE);
    if (proof->extra.size > 0) {
        buf_add_str(text, "\nextra ");
        buf_add(text, proof->extra);
    }
    buf_add_str(text, "\nindex ");
    buf_add_decimal(text, proof->index);
    buf_add_u8(text, '\n');
    for (size_t i = 0; i < proof->path.count; i++) {
        encode_base64(bytes_of(proof->path.hashes[i].bytes, HASH_SIZE), text);
        buf_add_u8(text, '\n');
    }
    buf_add_u8(text, '\n');
    buf_add(text, proof->note);
    return buf_check(text);
}

static enum err word_take(struct bytes *line, struct bytes word)
{
    if (!bytes_start_with(*line, word))
        return ERR_CORRUPT;
    *line = bytes_from(*line, word.size);
    return OK;
}

static enum err extra_check(struct bytes base64)
{
    struct buf extra AUTO(buf_done) = { .max = base64.size + 1 };

    return base64.size > 0 ? decode_base64(base64, &extra) : ERR_CORRUPT;
}

static enum err hash_parse(struct bytes line, struct merkle_hash *ret_hash)
{
    struct buf hash;

    buf_init_fixed(&hash, ret_hash->bytes, sizeof(ret_hash->bytes));
    return decode_base64(line, &hash) == OK && hash.size == HASH_SIZE ? OK : ERR_CORRUPT;
}

/* Lines of hashes, up to the empty line. */
static enum err path_parse(struct bytes *rest, struct merkle_proof *path)
{
    struct bytes line;

    TRY(note_line(rest, &line));
    for (path->count = 0; line.size > 0; path->count++) {
        if (path->count == MERKLE_PROOF_MAX)
            return ERR_CORRUPT;
        TRY(hash_parse(line, &path->hashes[path->count]));
        TRY(note_line(rest, &line));
    }
    return OK;
}

enum err audit_proof_read(struct bytes text, struct audit_proof *ret_proof)
{
    struct audit_proof proof = { 0 };
    struct bytes line;

    TRY(note_line(&text, &line));
    if (!bytes_equal(line, bytes_str(FIRST_LINE)))
        return ERR_CORRUPT;
    TRY(note_line(&text, &line));
    if (word_take(&line, bytes_lit("extra ")) == OK) {
        TRY(extra_check(line));
        proof.extra = line;
        TRY(note_line(&text, &line));
    }
    TRY(word_take(&line, bytes_lit("index ")));
    if (decode_decimal(line, UINT64_MAX, &proof.index) != OK)
        return ERR_CORRUPT;
    TRY(path_parse(&text, &proof.path));
    proof.note = text;
    *ret_proof = proof;
    return OK;
}

enum err audit_prove(const struct merkle_source *source, uint64_t index,
                     const struct audit_checkpoint *checkpoint, struct buf *text)
{
    struct audit_proof proof = { .index = index, .note = audit_checkpoint_note(checkpoint) };

    if (index >= checkpoint->head.size)
        return ERR_NOT_FOUND;
    TRY(merkle_prove_inclusion(source, index, checkpoint->head.size, &proof.path));
    return audit_proof_write(&proof, text);
}

static void hash_done(struct hash **hash)
{
    hash_free(*hash);
}

enum err audit_proof_verify(struct bytes text, const struct note_verifier *verifier,
                            struct bytes leaf, uint64_t *ret_index)
{
    struct hash *hash AUTO(hash_done) = NULL;
    struct audit_proof proof;
    struct merkle_head head;
    struct merkle_place place;

    TRY(audit_proof_read(text, &proof));
    TRY(audit_checkpoint_read(proof.note, verifier, &head));
    TRY(hash_new(&hash));
    place.index = proof.index;
    merkle_leaf(hash, leaf, &place.leaf);
    TRY(merkle_verify_inclusion(hash, &place, &head, &proof.path));
    *ret_index = proof.index;
    return OK;
}
