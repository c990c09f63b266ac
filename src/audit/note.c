#include "audit/note.h"

#include "base/cursor.h"
#include "base/encode.h"
#include "crypto/hash.h"

enum {
    KEY_TYPE = 0x01, /* c2sp.org/signed-note, "Signature types": Ed25519 */
    KEY_ID_SIZE = 4,
    KEY_SIZE = 1 + SIGN_PUBLIC_SIZE,
    SIGNATURE_SIZE = KEY_ID_SIZE + SIGN_SIGNATURE_SIZE,
};

#define SIGNATURE_MARK "\xE2\x80\x94 " /* U+2014 and a space */

/* SHA-256(key name || 0x0A || signature type || public key)[:4] */
static void key_id(const struct note_verifier *verifier, uint8_t ret_id[KEY_ID_SIZE])
{
    uint8_t storage[NOTE_NAME_SIZE + 1 + KEY_SIZE], hash[HASH_SIZE];
    struct buf text;

    buf_init_fixed(&text, storage, sizeof(storage));
    buf_add_str(&text, verifier->name);
    buf_add_u8(&text, '\n');
    buf_add_u8(&text, KEY_TYPE);
    buf_add(&text, bytes_of(verifier->public_key, SIGN_PUBLIC_SIZE));
    hash_sha256(buf_bytes(&text), hash);
    memcpy(ret_id, hash, KEY_ID_SIZE);
}

void note_verifier_write(const struct note_verifier *verifier, struct buf *text)
{
    uint8_t id[KEY_ID_SIZE], key[KEY_SIZE] = { KEY_TYPE };

    key_id(verifier, id);
    memcpy(key + 1, verifier->public_key, SIGN_PUBLIC_SIZE);
    buf_add_str(text, verifier->name);
    buf_add_u8(text, '+');
    encode_hex(bytes_of(id, sizeof(id)), text);
    buf_add_u8(text, '+');
    encode_base64(bytes_of(key, sizeof(key)), text);
}

static bool name_is_sound(struct bytes name)
{
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] <= ' ' || name.data[i] == '+' || name.data[i] == 0x7F)
            return false;
    }
    return name.size > 0 && name.size < NOTE_NAME_SIZE;
}

/* What stands before the next `byte`, cut off with it; all that is left if there is none. */
static struct bytes take_until(struct bytes *rest, uint8_t byte)
{
    struct bytes taken = bytes_of(rest->data, bytes_index(*rest, byte));

    *rest = bytes_from(*rest, taken.size + 1);
    return taken;
}

enum err note_verifier_read(struct bytes text, struct note_verifier *ret_verifier)
{
    struct note_verifier verifier;
    uint8_t storage[KEY_SIZE], again_storage[2 * NOTE_NAME_SIZE + 2 * KEY_SIZE];
    struct bytes whole = text, name = take_until(&text, '+');
    struct buf key, again;

    buf_init_fixed(&key, storage, sizeof(storage));
    buf_init_fixed(&again, again_storage, sizeof(again_storage));
    (void)take_until(&text, '+'); /* the key id is compared below, with all the rest */
    if (!name_is_sound(name) || decode_base64(text, &key) != OK || key.size != KEY_SIZE ||
        !bytes_copy_text(name, verifier.name, sizeof(verifier.name)))
        return ERR_CORRUPT;
    memcpy(verifier.public_key, storage + 1, SIGN_PUBLIC_SIZE);
    note_verifier_write(&verifier, &again);
    if (!bytes_equal(whole, buf_bytes(&again)))
        return ERR_CORRUPT;
    *ret_verifier = verifier;
    return OK;
}

enum err note_sign(const struct note_signer *signer, struct bytes text, struct buf *note)
{
    uint8_t signature[SIGNATURE_SIZE];

    key_id(&signer->verifier, signature);
    TRY(signer->sign(signer->with, text, signature + KEY_ID_SIZE));
    buf_add(note, text);
    buf_add_str(note, "\n" SIGNATURE_MARK);
    buf_add_str(note, signer->verifier.name);
    buf_add_u8(note, ' ');
    encode_base64(bytes_of(signature, sizeof(signature)), note);
    buf_add_u8(note, '\n');
    return buf_check(note);
}

enum err note_line(struct bytes *rest, struct bytes *ret_line)
{
    size_t end = bytes_index(*rest, '\n');

    if (end == rest->size)
        return ERR_CORRUPT;
    *ret_line = take_until(rest, '\n');
    return OK;
}

/* Control characters below U+0020 have no place in a note, but for the newline. */
static bool note_is_printable(struct bytes note)
{
    for (size_t i = 0; i < note.size; i++) {
        if (note.data[i] < ' ' && note.data[i] != '\n')
            return false;
    }
    return true;
}

/* Text and signature lines are separated by the last empty line. */
static enum err note_split(struct bytes note, struct bytes *ret_text, struct bytes *ret_signatures)
{
    if (note.size > NOTE_SIZE_MAX || !note_is_printable(note))
        return ERR_CORRUPT;
    for (size_t i = note.size; i >= 2; i--) {
        if (note.data[i - 1] == '\n' && note.data[i - 2] == '\n') {
            *ret_text = bytes_of(note.data, i - 1);
            *ret_signatures = bytes_from(note, i);
            return ret_signatures->size > 0 ? OK : ERR_CORRUPT;
        }
    }
    return ERR_CORRUPT;
}

struct signature {
    struct bytes name;
    struct bytes base64;
};

static enum err signature_parse(struct bytes line, struct signature *ret_signature)
{
    if (!bytes_start_with(line, bytes_lit(SIGNATURE_MARK)))
        return ERR_CORRUPT;
    line = bytes_from(line, sizeof(SIGNATURE_MARK) - 1);
    ret_signature->name = take_until(&line, ' ');
    ret_signature->base64 = line;
    return ret_signature->name.size > 0 && line.size > 0 ? OK : ERR_CORRUPT;
}

/* Whether a signature says that it is the key's: by name and key id. */
static bool signature_claims(const struct signature *signature,
                             const struct note_verifier *verifier)
{
    uint8_t id[KEY_ID_SIZE], storage[6];
    struct buf front;

    buf_init_fixed(&front, storage, sizeof(storage));
    key_id(verifier, id);
    return bytes_equal(signature->name, bytes_str(verifier->name)) && signature->base64.size >= 8 &&
           decode_base64(bytes_of(signature->base64.data, 8), &front) == OK &&
           front.size >= KEY_ID_SIZE && memcmp(storage, id, KEY_ID_SIZE) == 0;
}

static enum err signature_check(const struct signature *signature, struct bytes text,
                                const struct note_verifier *verifier)
{
    uint8_t storage[SIGNATURE_SIZE];
    struct buf decoded;

    buf_init_fixed(&decoded, storage, sizeof(storage));
    if (decode_base64(signature->base64, &decoded) != OK || decoded.size != SIGNATURE_SIZE)
        return ERR_CORRUPT;
    return sign_verify(verifier->public_key, text, storage + KEY_ID_SIZE);
}

enum err note_open(struct bytes note, const struct note_verifier *verifier, struct bytes *ret_text)
{
    struct bytes text, signatures;
    bool found = false;

    TRY(note_split(note, &text, &signatures));
    while (signatures.size > 0) {
        struct signature signature;
        struct bytes line;

        TRY(note_line(&signatures, &line));
        TRY(signature_parse(line, &signature));
        if (!signature_claims(&signature, verifier))
            continue;
        TRY(signature_check(&signature, text, verifier));
        found = true;
    }
    if (!found)
        return ERR_FORGED;
    *ret_text = text;
    return OK;
}
