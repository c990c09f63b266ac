#include "keys/vault.h"

#include <pthread.h>
#include <string.h>

#include "keys/key_user.h"

enum { SEALED_MAX = 4096 };

static void user_done(struct key_user **user)
{
    key_user_free(*user);
}

static struct key_user *user_of(const struct keyring *keyring)
{
    struct key_user *user = NULL;

    assert_err(OK, key_user_new(keyring, &user));
    return user;
}

static struct buf sealed_of(struct key_user *user, const struct key_scope *scope, struct bytes text)
{
    struct buf sealed;

    buf_init(&sealed, SEALED_MAX);
    assert_err(OK, key_seal(user, scope, text, &sealed));
    assert_int_equal(text.size + KEY_SEAL_OVERHEAD, sealed.size);
    return sealed;
}

static enum err open_sealed(struct key_user *user, const struct key_scope *scope,
                            const struct buf *sealed)
{
    struct buf text AUTO(buf_done);
    enum err err;

    buf_init(&text, SEALED_MAX);
    err = key_open(user, scope, buf_bytes(sealed), &text);
    if (err != OK)
        assert_int_equal(0, text.size);
    return err;
}

static void what_one_thread_seals_another_opens(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    struct key_user *user AUTO(user_done) = user_of(keyring), *other AUTO(user_done) = NULL;
    const struct key_scope scope = { current_id(keyring, KEY_DATA, 1), bytes_lit("aad") };
    struct buf sealed AUTO(buf_done) = sealed_of(user, &scope, bytes_lit("text"));
    struct buf text AUTO(buf_done);

    (void)state;
    other = user_of(keyring);
    buf_init(&text, SEALED_MAX);
    buf_add_str(&text, "before ");
    assert_err(OK, key_open(other, &scope, buf_bytes(&sealed), &text));
    assert_bytes(bytes_lit("before text"), buf_bytes(&text));
}

static void nothing_and_much_seal_alike(void **state)
{
    static const uint8_t much[3000] = { 'm' };
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    struct key_user *user AUTO(user_done) = user_of(keyring);
    const struct key_scope scope = { .key_id = current_id(keyring, KEY_DATA, 1) };

    (void)state;
    for (size_t size = 0; size <= sizeof(much); size += 500) {
        struct buf sealed AUTO(buf_done) = sealed_of(user, &scope, bytes_of(much, size));

        assert_err(OK, open_sealed(user, &scope, &sealed));
    }
}

static void a_text_sealed_twice_looks_different(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    struct key_user *user AUTO(user_done) = user_of(keyring);
    const struct key_scope scope = { .key_id = current_id(keyring, KEY_DATA, 1) };
    struct buf a AUTO(buf_done) = sealed_of(user, &scope, bytes_lit("4000001234567899"));
    struct buf b AUTO(buf_done) = sealed_of(user, &scope, bytes_lit("4000001234567899"));

    (void)state;
    assert_memory_not_equal(a.data, b.data, AEAD_NONCE_SIZE);
    assert_memory_not_equal(a.data + AEAD_NONCE_SIZE, b.data + AEAD_NONCE_SIZE, 16);
    assert_null(memmem(a.data, a.size, "40000012", 8));
}

static void it_opens_only_with_its_key_and_what_it_is_bound_to(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    struct key_user *user AUTO(user_done) = user_of(keyring);
    const struct key_scope scope = { current_id(keyring, KEY_DATA, 1), bytes_lit("aad") };
    const struct key_scope tenant = { current_id(keyring, KEY_DATA, 2), bytes_lit("aad") };
    const struct key_scope aad = { scope.key_id, bytes_lit("aaD") };
    struct buf sealed AUTO(buf_done) = sealed_of(user, &scope, bytes_lit("text"));

    (void)state;
    assert_err(ERR_FORGED, open_sealed(user, &tenant, &sealed));
    assert_err(ERR_FORGED, open_sealed(user, &aad, &sealed));
    for (size_t at = 0; at < sealed.size; at++) {
        sealed.data[at] ^= 1;
        assert_err(ERR_FORGED, open_sealed(user, &scope, &sealed));
        sealed.data[at] ^= 1;
    }
    for (size_t size = sealed.size; size > 0; size--) {
        buf_cut(&sealed, size - 1);
        assert_err(ERR_FORGED, open_sealed(user, &scope, &sealed));
    }
}

/* A thread's hands on a set that was put on disk and opened again. */
struct reopened {
    struct keyring *keyring;
    struct key_user *user;
};

static void reopened_done(struct reopened *reopened)
{
    key_user_free(reopened->user);
    keyring_free(reopened->keyring);
}

static struct reopened reopen(const struct vault *vault, const struct keyset *set)
{
    struct reopened reopened = { 0 };

    vault_put(vault, set);
    reopened.keyring = vault_open(vault);
    reopened.user = user_of(reopened.keyring);
    return reopened;
}

/* The keys of "shop" have the ids 3 to 7, in order of their uses. */
enum { SHOP_DATA = 3, SHOP_INDEX = 4 };

static void a_retired_key_opens_and_finds_but_does_not_seal(void **state)
{
    const struct key_scope scope = { .key_id = SHOP_DATA };
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyset set AUTO(keyset_done);
    struct reopened active AUTO(reopened_done) = { 0 }, retired AUTO(reopened_done) = { 0 };
    struct buf sealed AUTO(buf_done) = { 0 };
    uint8_t before[MAC_SIZE], after[MAC_SIZE];

    (void)state;
    keyset_fill(&set, &vault.root);
    active = reopen(&vault, &set);
    sealed = sealed_of(active.user, &scope, bytes_lit("text"));
    assert_err(OK, key_mac(active.user, SHOP_INDEX, bytes_lit("text"), before));

    set.image.keys[SHOP_DATA - 1].row.state = KEY_RETIRED;
    set.image.keys[SHOP_INDEX - 1].row.state = KEY_RETIRED;
    retired = reopen(&vault, &set);
    assert_err(OK, open_sealed(retired.user, &scope, &sealed));
    assert_err(OK, key_mac(retired.user, SHOP_INDEX, bytes_lit("text"), after));
    assert_memory_equal(before, after, MAC_SIZE);
    assert_err(ERR_NOT_FOUND, key_seal(retired.user, &scope, bytes_lit("text"), &sealed));
    assert_int_equal(4 + KEY_SEAL_OVERHEAD, sealed.size);
}

static void a_destroyed_key_does_nothing(void **state)
{
    const struct key_scope scope = { .key_id = SHOP_DATA };
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyset set AUTO(keyset_done);
    struct reopened destroyed AUTO(reopened_done) = { 0 };
    struct buf text AUTO(buf_done);
    uint8_t mac[MAC_SIZE];

    (void)state;
    buf_init(&text, SEALED_MAX);
    keyset_fill(&set, &vault.root);
    set.image.keys[SHOP_DATA - 1].row.state = KEY_DESTROYED;
    set.image.keys[SHOP_INDEX - 1].row.state = KEY_DESTROYED;
    destroyed = reopen(&vault, &set);
    assert_err(ERR_NOT_FOUND, key_seal(destroyed.user, &scope, bytes_lit("text"), &text));
    assert_err(ERR_NOT_FOUND, key_open(destroyed.user, &scope, bytes_lit("text"), &text));
    assert_err(ERR_NOT_FOUND, key_mac(destroyed.user, SHOP_INDEX, bytes_lit("text"), mac));
}

static void an_older_key_opens_what_it_sealed_beside_a_newer_one(void **state)
{
    const struct key_scope older = { .key_id = SHOP_DATA };
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyset set AUTO(keyset_done);
    struct reopened first AUTO(reopened_done) = { 0 }, later AUTO(reopened_done) = { 0 };
    struct buf sealed AUTO(buf_done) = { 0 }, newly_sealed AUTO(buf_done) = { 0 };
    struct key_scope newer;

    (void)state;
    keyset_fill(&set, &vault.root);
    first = reopen(&vault, &set);
    sealed = sealed_of(first.user, &older, bytes_lit("text"));

    newer = (struct key_scope){ .key_id = keyset_add_key(&set, KEY_DATA, 1) };
    later = reopen(&vault, &set);
    assert_int_equal(newer.key_id, current_id(later.keyring, KEY_DATA, 1));
    newly_sealed = sealed_of(later.user, &newer, bytes_lit("text"));
    assert_err(OK, open_sealed(later.user, &older, &sealed));
    assert_err(OK, open_sealed(later.user, &newer, &newly_sealed));
    assert_err(ERR_FORGED, open_sealed(later.user, &newer, &sealed));
}

static void a_key_does_nothing_but_its_use(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    struct key_user *user AUTO(user_done) = user_of(keyring);
    struct buf text AUTO(buf_done);
    struct key_row row;
    uint8_t mac[MAC_SIZE];

    (void)state;
    buf_init(&text, SEALED_MAX);
    for (uint32_t id = 0; id <= keyring_key_count(keyring) + 1; id++) {
        const struct key_scope scope = { .key_id = id };
        bool is_known = keyring_row(keyring, id, &row) == OK;
        bool seals = is_known && row.use == KEY_DATA;
        bool makes_macs = is_known && row.use != KEY_DATA && row.tenant != KEYRING_NO_TENANT;

        assert_err(seals ? OK : ERR_NOT_FOUND, key_seal(user, &scope, bytes_lit("t"), &text));
        assert_err(seals ? ERR_FORGED : ERR_NOT_FOUND,
                   key_open(user, &scope, bytes_lit("t"), &text));
        assert_err(makes_macs ? OK : ERR_NOT_FOUND, key_mac(user, id, bytes_lit("t"), mac));
    }
}

static void a_mac_in_parts_is_that_of_the_whole(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    struct key_user *user AUTO(user_done) = user_of(keyring);
    uint32_t key_id = current_id(keyring, KEY_INDEX, 1);
    uint8_t whole[MAC_SIZE], parts[MAC_SIZE], other[MAC_SIZE];
    struct mac *mac;

    (void)state;
    assert_err(OK, key_mac(user, key_id, bytes_lit("a text"), whole));
    assert_err(OK, key_mac_begin(user, key_id, &mac));
    mac_add(mac, bytes_lit("a "));
    mac_add(mac, bytes_lit("text"));
    mac_end(mac, parts);
    assert_memory_equal(whole, parts, MAC_SIZE);
    assert_err(OK, key_mac(user, current_id(keyring, KEY_INDEX, 2), bytes_lit("a text"), other));
    assert_memory_not_equal(whole, other, MAC_SIZE);
    assert_err(OK,
               key_mac(user, current_id(keyring, KEY_FINGERPRINT, 1), bytes_lit("a text"), other));
    assert_memory_not_equal(whole, other, MAC_SIZE);
    assert_err(ERR_NOT_FOUND, key_mac_begin(user, 0, &mac));
}

static void what_does_not_fit_is_not_begun(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    struct key_user *user AUTO(user_done) = user_of(keyring);
    const struct key_scope scope = { .key_id = current_id(keyring, KEY_DATA, 1) };
    struct buf sealed AUTO(buf_done) = sealed_of(user, &scope, bytes_lit("text"));
    struct buf small AUTO(buf_done);

    (void)state;
    buf_init(&small, 4 + KEY_SEAL_OVERHEAD - 1);
    assert_err(ERR_LIMIT, key_seal(user, &scope, bytes_lit("text"), &small));
    assert_int_equal(0, small.size);
    buf_done(&small);
    buf_init(&small, 3);
    assert_err(ERR_LIMIT, key_open(user, &scope, buf_bytes(&sealed), &small));
    assert_int_equal(0, small.size);
}

/* Seals and opens a thousand texts of both tenants. */
static void *work(void *keyring)
{
    struct key_user *user AUTO(user_done) = user_of(keyring);

    for (uint32_t i = 0; i < 1000; i++) {
        const struct key_scope scope = { .key_id = current_id(keyring, KEY_DATA, 1 + i % 2) };
        struct buf sealed AUTO(buf_done) = sealed_of(user, &scope, bytes_lit("text"));

        if (open_sealed(user, &scope, &sealed) != OK)
            return keyring;
    }
    return NULL;
}

static void threads_work_while_a_tenant_is_added(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    pthread_t threads[2];
    void *failed;

    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(0, pthread_create(&threads[i], NULL, work, keyring));
    assert_err(OK, keyring_add_tenant(keyring, bytes_lit("late"), VAULT_NOW_MS, NULL));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(0, pthread_join(threads[i], &failed));
        assert_null(failed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_thread_seals_another_opens),
        cmocka_unit_test(nothing_and_much_seal_alike),
        cmocka_unit_test(a_text_sealed_twice_looks_different),
        cmocka_unit_test(it_opens_only_with_its_key_and_what_it_is_bound_to),
        cmocka_unit_test(a_retired_key_opens_and_finds_but_does_not_seal),
        cmocka_unit_test(a_destroyed_key_does_nothing),
        cmocka_unit_test(an_older_key_opens_what_it_sealed_beside_a_newer_one),
        cmocka_unit_test(a_key_does_nothing_but_its_use),
        cmocka_unit_test(a_mac_in_parts_is_that_of_the_whole),
        cmocka_unit_test(what_does_not_fit_is_not_begun),
        cmocka_unit_test(threads_work_while_a_tenant_is_added),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
