/*
 * Signed notes (c2sp.org/signed-note): a text, an empty line, signature lines.
 *
 * Keys are Ed25519, signature type 0x01. Who signs is handed in; a private key never comes here.
 */
#ifndef PANGATE_AUDIT_NOTE_H
#define PANGATE_AUDIT_NOTE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "crypto/sign.h"

enum {
    NOTE_NAME_SIZE = 72,
    NOTE_SIZE_MAX = 64 * 1024, /* of a note that is read; 16 signatures fit well */
};

/* A key that is trusted: a name without spaces and plus signs, and the public half. */
struct note_verifier {
    char name[NOTE_NAME_SIZE];
    uint8_t public_key[SIGN_PUBLIC_SIZE];
};

struct note_signer {
    struct note_verifier verifier;
    enum err (*sign)(void *with, struct bytes text, uint8_t ret_signature[SIGN_SIGNATURE_SIZE]);
    void *with;
};

/* "name+key id+key", the form in which verifiers are told of a key, without newline. */
void note_verifier_write(const struct note_verifier *verifier, struct buf *text);
enum err note_verifier_read(struct bytes text,
                            struct note_verifier *ret_verifier); /* ERR_CORRUPT */

/* Append the note. `text` ends in a newline. ERR_LIMIT, or what the signer says. */
enum err note_sign(const struct note_signer *signer, struct bytes text, struct buf *note);

/*
 * The text of a note that the key signed, lent from the note. Signatures of other keys are passed
 * over. ERR_CORRUPT if it has not the form of a note; ERR_FORGED if there is no signature of the
 * key, or one that is not of this text.
 */
enum err note_open(struct bytes note, const struct note_verifier *verifier, struct bytes *ret_text);

/* The next line of a text without its newline, which must be there; cut from the front. */
enum err note_line(struct bytes *rest, struct bytes *ret_line); /* ERR_CORRUPT */

#endif
