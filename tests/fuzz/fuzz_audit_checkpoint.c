/*
 * Notes, checkpoints, verifier keys and proofs from anywhere do no harm; a text that was signed
 * and reads as a checkpoint is the one that its head writes.
 */
#include <sys/random.h>

#include "audit/proof.h"
#include "base/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err sign(void *with, struct bytes text, uint8_t ret_signature[SIGN_SIGNATURE_SIZE])
{
    return sign_text(with, text, ret_signature);
}

/* The three lines: up to the empty one, which is the first. */
static size_t text_size(const struct audit_checkpoint *checkpoint)
{
    const uint8_t *end = memmem(checkpoint->note, checkpoint->note_size, "\n\n", 2);

    must(end != NULL);
    return (size_t)(end - checkpoint->note) + 1;
}

/* Take the input as the text that a log signed after its origin. */
static void run_signed(const struct note_signer *signer, struct bytes input)
{
    struct buf text AUTO(buf_done) = { .max = input.size + NOTE_NAME_SIZE };
    struct buf note AUTO(buf_done) = { .max = input.size + 1024 };
    struct audit_checkpoint again;
    struct merkle_head head;

    buf_add_str(&text, signer->verifier.name);
    buf_add_u8(&text, '\n');
    buf_add(&text, input);
    must(note_sign(signer, buf_bytes(&text), &note) == OK);
    if (audit_checkpoint_read(buf_bytes(&note), &signer->verifier, &head) != OK)
        return;
    must(audit_checkpoint_sign(signer, &head, &again) == OK);
    must(bytes_start_with(buf_bytes(&text), bytes_of(again.note, text_size(&again))));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = bytes_of(data, size);
    uint8_t seed[SIGN_SEED_SIZE];
    struct note_signer signer = { { "pangate/00", { 0 } }, sign, seed };
    struct note_verifier verifier;
    struct merkle_head head;
    struct audit_proof proof;
    uint64_t index;

    must(getrandom(seed, sizeof(seed), 0) == sizeof(seed));
    must(sign_public_key(seed, signer.verifier.public_key) == OK);
    run_signed(&signer, input);
    must(audit_checkpoint_read(input, &signer.verifier, &head) != OK);
    must(audit_proof_verify(input, &signer.verifier, input, &index) != OK);
    err_ignore(audit_proof_read(input, &proof));
    err_ignore(note_verifier_read(input, &verifier));
    return 0;
}
