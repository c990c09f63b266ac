#include "keys/root_key.h"

#include "base/encode.h"
#include "base/file.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/random.h"

/* "pangate-root-key-1", the key and the first bytes of its hash, both in hex, one line. */
#define FORM         "pangate-root-key-"
#define FORM_VERSION FORM "1 "

enum { CHECK_SIZE = 4, TEXT_MAX = 256 };

void root_key_wipe(struct root_key *key)
{
    wipe(key, sizeof(*key));
}

/* What of the file is not its head. */
struct payload { /* SECRET */
    struct root_key key;
    uint8_t check[CHECK_SIZE];
};

static void payload_wipe(struct payload *payload)
{
    wipe(payload, sizeof(*payload));
}

static void key_check(const struct root_key *key, uint8_t ret_check[CHECK_SIZE])
{
    uint8_t hash[HASH_SIZE];

    hash_sha256(bytes_of(key->bytes, ROOT_KEY_SIZE), hash);
    memcpy(ret_check, hash, CHECK_SIZE);
    wipe(hash, sizeof(hash));
}

static void random_done(struct random **random)
{
    random_free(*random);
}

static enum err root_key_draw(struct root_key *ret_key)
{
    struct random *random AUTO(random_done) = NULL;

    TRY(random_new(&random));
    random_bytes(random, ret_key->bytes, ROOT_KEY_SIZE);
    return OK;
}

enum err root_key_make(const char *path, struct why *why)
{
    struct payload payload AUTO(payload_wipe) = { 0 };
    struct buf text AUTO(buf_done);
    enum err err;

    buf_init(&text, TEXT_MAX);
    TRY(root_key_draw(&payload.key));
    key_check(&payload.key, payload.check);
    buf_add_str(&text, FORM_VERSION);
    encode_hex(bytes_of(payload.key.bytes, ROOT_KEY_SIZE), &text);
    buf_add_u8(&text, ' ');
    encode_hex(bytes_of(payload.check, CHECK_SIZE), &text);
    buf_add_u8(&text, '\n');
    TRY(buf_check(&text));
    err = file_create(path, buf_bytes(&text), 0600);
    if (err == ERR_EXISTS)
        return why_say(why, err, "%s is there already, and may be the only copy of a key", path);
    if (err != OK)
        return why_say(why, err, "%s: cannot write the root key: %s", path, err_text(err));
    return OK;
}

enum err root_key_parse(struct bytes text, struct root_key *ret_key)
{
    enum { KEY_DIGITS = 2 * ROOT_KEY_SIZE, CHECK_DIGITS = 2 * CHECK_SIZE };
    struct payload payload AUTO(payload_wipe) = { 0 };
    struct buf key, check;
    struct bytes rest = bytes_from(text, sizeof(FORM_VERSION) - 1);
    uint8_t expected[CHECK_SIZE];

    if (!bytes_start_with(text, bytes_lit(FORM)))
        return ERR_CORRUPT;
    if (!bytes_start_with(text, bytes_lit(FORM_VERSION)))
        return ERR_NEWER;
    if (rest.size != KEY_DIGITS + 1 + CHECK_DIGITS + 1 || rest.data[KEY_DIGITS] != ' ' ||
        rest.data[rest.size - 1] != '\n')
        return ERR_CORRUPT;
    buf_init_fixed(&key, payload.key.bytes, ROOT_KEY_SIZE);
    buf_init_fixed(&check, payload.check, CHECK_SIZE);
    TRY(decode_hex(bytes_of(rest.data, KEY_DIGITS), &key));
    TRY(decode_hex(bytes_of(rest.data + KEY_DIGITS + 1, CHECK_DIGITS), &check));
    key_check(&payload.key, expected);
    if (memcmp(expected, payload.check, CHECK_SIZE) != 0)
        return ERR_CORRUPT;
    *ret_key = payload.key;
    return OK;
}

static enum err load_failed(const char *path, enum err err, struct why *why)
{
    if (err == ERR_NOT_FOUND)
        return why_say(why, err, "%s is not there: give the root key that this vault was made with",
                       path);
    if (err == ERR_MODE)
        return why_say(why, err,
                       "%s: a root key must belong to the user that runs pangate, and nobody else "
                       "may read it (chmod 600)",
                       path);
    return why_say(why, err, "%s: cannot read the root key: %s", path, err_text(err));
}

enum err root_key_load(const char *path, struct root_key *ret_key, struct why *why)
{
    struct buf text AUTO(buf_done);
    enum err err;

    buf_init(&text, TEXT_MAX);
    err = file_read_private(path, &text);
    if (err != OK && err != ERR_LIMIT)
        return load_failed(path, err, why);
    err = err == ERR_LIMIT ? ERR_CORRUPT : root_key_parse(buf_bytes(&text), ret_key);
    if (err == ERR_NEWER)
        return why_say(why, err, "%s: this root key was written by a newer pangate", path);
    if (err != OK)
        return why_say(why, err, "%s is no root key, or a damaged one: restore it from its copy",
                       path);
    return OK;
}

enum err root_key_derive(const struct root_key *key, struct bytes vault_id, struct bytes purpose,
                         uint8_t ret_key[ROOT_KEY_DERIVED_SIZE])
{
    const struct kdf_input input = {
        .secret = bytes_of(key->bytes, ROOT_KEY_SIZE),
        .salt = vault_id,
        .info = purpose,
    };

    return kdf_hkdf(&input, ret_key, ROOT_KEY_DERIVED_SIZE);
}
