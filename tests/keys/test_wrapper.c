#include "test.h"

#include "keys/wrapper.h"

static const struct root_key root = { { 1 } };
static const uint8_t vault_id[KEYRING_ID_SIZE] = "a vault";

static const struct key_row row = { 7, KEY_DATA, 3, KEY_ACTIVE, 1, 2 };

static void wrapper_done(struct wrapper **wrapper)
{
    wrapper_free(*wrapper);
}

static struct wrapper *wrapper_of(const struct root_key *key, const uint8_t *id)
{
    struct wrapper *wrapper = NULL;

    assert_err(OK, wrapper_new(key, id, &wrapper));
    return wrapper;
}

static void a_drawn_key_opens_for_its_row_whatever_becomes_of_it(void **state)
{
    struct wrapper *wrapper AUTO(wrapper_done) = wrapper_of(&root, vault_id);
    struct key_row later = row;
    uint8_t key[WRAPPER_KEY_SIZE], wrapped[WRAPPER_WRAPPED_SIZE], opened[WRAPPER_KEY_SIZE];

    (void)state;
    wrapper_draw(wrapper, &row, key, wrapped);
    later.state = KEY_RETIRED;
    later.expires_ms = 9;
    assert_err(OK, wrapper_open(wrapper, &later, wrapped, opened));
    assert_memory_equal(key, opened, sizeof(key));
    assert_null(memmem(wrapped, sizeof(wrapped), key, 8));
}

static void a_wrapped_key_opens_in_no_other_place(void **state)
{
    static const struct key_row others[] = {
        { 8, KEY_DATA, 3, KEY_ACTIVE, 1, 2 },
        { 7, KEY_INDEX, 3, KEY_ACTIVE, 1, 2 },
        { 7, KEY_DATA, 4, KEY_ACTIVE, 1, 2 },
    };
    const struct root_key other_root = { { 2 } };
    struct wrapper *wrapper AUTO(wrapper_done) = wrapper_of(&root, vault_id);
    struct wrapper *foreign_root AUTO(wrapper_done) = wrapper_of(&other_root, vault_id);
    struct wrapper *foreign_vault AUTO(wrapper_done) =
        wrapper_of(&root, (const uint8_t *)"another vault id");
    uint8_t key[WRAPPER_KEY_SIZE], wrapped[WRAPPER_WRAPPED_SIZE];

    (void)state;
    wrapper_draw(wrapper, &row, key, wrapped);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_err(ERR_FORGED, wrapper_open(wrapper, &others[i], wrapped, key));
    assert_err(ERR_FORGED, wrapper_open(foreign_root, &row, wrapped, key));
    assert_err(ERR_FORGED, wrapper_open(foreign_vault, &row, wrapped, key));
}

static void every_drawn_key_is_another(void **state)
{
    struct wrapper *wrapper AUTO(wrapper_done) = wrapper_of(&root, vault_id);
    uint8_t keys[2][WRAPPER_KEY_SIZE], wrapped[2][WRAPPER_WRAPPED_SIZE];

    (void)state;
    wrapper_draw(wrapper, &row, keys[0], wrapped[0]);
    wrapper_draw(wrapper, &row, keys[1], wrapped[1]);
    assert_memory_not_equal(keys[0], keys[1], WRAPPER_KEY_SIZE);
    assert_memory_not_equal(wrapped[0], wrapped[1], AEAD_NONCE_SIZE);
}

static void mark_and_mac_tell_root_keys_apart(void **state)
{
    const struct root_key other_root = { { 2 } };
    struct wrapper *wrapper AUTO(wrapper_done) = wrapper_of(&root, vault_id);
    struct wrapper *again AUTO(wrapper_done) = wrapper_of(&root, vault_id);
    struct wrapper *other AUTO(wrapper_done) = wrapper_of(&other_root, vault_id);
    uint8_t a[HASH_SIZE], b[HASH_SIZE], c[HASH_SIZE];

    (void)state;
    wrapper_mark(wrapper, a);
    wrapper_mark(again, b);
    wrapper_mark(other, c);
    assert_memory_equal(a, b, HASH_SIZE);
    assert_memory_not_equal(a, c, HASH_SIZE);
    wrapper_mac(wrapper, bytes_lit("body"), a);
    wrapper_mac(again, bytes_lit("body"), b);
    wrapper_mac(other, bytes_lit("body"), c);
    assert_memory_equal(a, b, MAC_SIZE);
    assert_memory_not_equal(a, c, MAC_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drawn_key_opens_for_its_row_whatever_becomes_of_it),
        cmocka_unit_test(a_wrapped_key_opens_in_no_other_place),
        cmocka_unit_test(every_drawn_key_is_another),
        cmocka_unit_test(mark_and_mac_tell_root_keys_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
