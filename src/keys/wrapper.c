#include "keys/wrapper.h"

#include <string.h>

#include "base/buf.h"
#include "base/must.h"
#include "base/secret.h"
#include "crypto/random.h"

struct wrapper { /* in secret_new() memory */
    struct aead_key wrapping;
    uint8_t mark[HASH_SIZE];
    uint8_t vault_id[KEYRING_ID_SIZE];
    struct mac *mac;
    struct aead *aead;
    struct random *random;
};

struct derived { /* SECRET */
    uint8_t bytes[ROOT_KEY_DERIVED_SIZE];
};

static void derived_wipe(struct derived *derived)
{
    wipe(derived, sizeof(*derived));
}

static enum err wrapper_set_up(struct wrapper *wrapper, const struct root_key *root)
{
    struct bytes id = bytes_of(wrapper->vault_id, KEYRING_ID_SIZE);
    struct derived derived AUTO(derived_wipe);

    TRY(root_key_derive(root, id, bytes_lit("pangate keyring: mark"), wrapper->mark));
    TRY(root_key_derive(root, id, bytes_lit("pangate keyring: wrap"), derived.bytes));
    TRY(aead_key_set(derived.bytes, &wrapper->wrapping));
    TRY(root_key_derive(root, id, bytes_lit("pangate keyring: mac"), derived.bytes));
    TRY(mac_new(derived.bytes, &wrapper->mac));
    TRY(aead_new(&wrapper->aead));
    return random_new(&wrapper->random);
}

enum err wrapper_new(const struct root_key *root, const uint8_t vault_id[KEYRING_ID_SIZE],
                     struct wrapper **ret_wrapper)
{
    struct wrapper *wrapper = secret_new(sizeof(*wrapper));
    enum err err;

    if (wrapper == NULL)
        return ERR_MEMORY;
    memcpy(wrapper->vault_id, vault_id, KEYRING_ID_SIZE);
    err = wrapper_set_up(wrapper, root);
    if (err != OK) {
        wrapper_free(wrapper);
        return err;
    }
    *ret_wrapper = wrapper;
    return OK;
}

void wrapper_free(struct wrapper *wrapper)
{
    if (wrapper == NULL)
        return;
    mac_free(wrapper->mac);
    aead_free(wrapper->aead);
    random_free(wrapper->random);
    secret_free(wrapper, sizeof(*wrapper));
}

void wrapper_mark(const struct wrapper *wrapper, uint8_t ret_mark[HASH_SIZE])
{
    memcpy(ret_mark, wrapper->mark, HASH_SIZE);
}

void wrapper_mac(struct wrapper *wrapper, struct bytes body, uint8_t ret_mac[MAC_SIZE])
{
    mac_of(wrapper->mac, body, ret_mac);
}

/* What never changes about a key, and where it belongs. */
struct binding {
    uint8_t bytes[KEYRING_ID_SIZE + 4 + 1 + 4];
};

static struct bytes binding_of(const struct wrapper *wrapper, const struct key_row *row,
                               struct binding *binding)
{
    struct buf out;

    buf_init_fixed(&out, binding->bytes, sizeof(binding->bytes));
    buf_add(&out, bytes_of(wrapper->vault_id, KEYRING_ID_SIZE));
    buf_add_u32(&out, row->id);
    buf_add_u8(&out, (uint8_t)row->use);
    buf_add_u32(&out, row->tenant);
    must(buf_check(&out) == OK);
    return buf_bytes(&out);
}

void wrapper_draw(struct wrapper *wrapper, const struct key_row *row,
                  uint8_t ret_key[WRAPPER_KEY_SIZE], uint8_t ret_wrapped[WRAPPER_WRAPPED_SIZE])
{
    struct binding binding;
    struct aead_message message = {
        .nonce = ret_wrapped,
        .aad = binding_of(wrapper, row, &binding),
        .text = bytes_of(ret_key, WRAPPER_KEY_SIZE),
    };

    random_bytes(wrapper->random, ret_key, WRAPPER_KEY_SIZE);
    random_bytes(wrapper->random, ret_wrapped, AEAD_NONCE_SIZE);
    aead_seal(wrapper->aead, &wrapper->wrapping, &message, ret_wrapped + AEAD_NONCE_SIZE);
}

enum err wrapper_open(struct wrapper *wrapper, const struct key_row *row,
                      const uint8_t wrapped[WRAPPER_WRAPPED_SIZE],
                      uint8_t ret_key[WRAPPER_KEY_SIZE])
{
    struct binding binding;
    struct aead_message message = {
        .nonce = wrapped,
        .aad = binding_of(wrapper, row, &binding),
        .text = bytes_of(wrapped + AEAD_NONCE_SIZE, WRAPPER_WRAPPED_SIZE - AEAD_NONCE_SIZE),
    };

    return aead_open(wrapper->aead, &wrapper->wrapping, &message, ret_key);
}
