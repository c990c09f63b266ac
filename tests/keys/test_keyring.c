#include "keys/vault.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

#include "crypto/hash.h"

/* Opening fails so, and the sentence holds these words. */
static void assert_refused(const struct vault *vault, enum err err, const char *words)
{
    struct keyring *keyring = NULL;
    struct why why = { 0 };

    assert_err(err, keyring_open(vault->keyring.text, &vault->root, &keyring, &why));
    assert_null(keyring);
    if (strstr(why.text, words) == NULL)
        fail_msg("\"%s\" says nothing of \"%s\"", why.text, words);
    assert_non_null(strstr(why.text, vault->keyring.text));
}

static struct buf file_of(const struct vault *vault)
{
    struct buf file;

    buf_init(&file, KEYRING_FILE_MAX);
    assert_err(OK, file_read(vault->keyring.text, &file));
    return file;
}

static void put_file(const struct vault *vault, struct bytes file)
{
    assert_err(OK, file_replace(vault->keyring.text, file, 0600));
}

static void tenants_are_numbered_and_have_a_key_of_each_use(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    struct keyring *again AUTO(keyring_done) = vault_open(&vault);
    uint32_t number;

    (void)state;
    assert_err(OK, keyring_tenant(again, bytes_lit("shop"), &number));
    assert_int_equal(1, number);
    assert_err(OK, keyring_tenant(again, bytes_lit("bar"), &number));
    assert_int_equal(2, number);
    assert_string_equal("bar", keyring_tenant_name(again, 2));
    assert_null(keyring_tenant_name(again, 0));
    assert_null(keyring_tenant_name(again, 3));
    assert_err(ERR_NOT_FOUND, keyring_tenant(again, bytes_lit("sho"), &number));
    for (int use = KEY_DATA; use <= KEY_IDEMPOTENCY; use++)
        for (uint32_t tenant = 1; tenant <= 2; tenant++)
            assert_int_equal(current_id(keyring, (enum key_use)use, tenant),
                             current_id(again, (enum key_use)use, tenant));
}

static void rows_list_every_key_once(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    struct key_row row;
    int of_use[KEY_USES + 1] = { 0 };

    (void)state;
    assert_int_equal(12, keyring_key_count(keyring));
    for (uint32_t id = 1; id <= 12; id++) {
        assert_err(OK, keyring_row(keyring, id, &row));
        assert_int_equal(id, row.id);
        assert_int_equal(KEY_ACTIVE, row.state);
        assert_int_equal(id, current_id(keyring, row.use, row.tenant));
        of_use[row.use]++;
    }
    for (int use = KEY_DATA; use <= KEY_USES; use++)
        assert_int_equal(use <= KEY_IDEMPOTENCY ? 2 : 1, of_use[use]);
    assert_err(ERR_NOT_FOUND, keyring_row(keyring, 0, &row));
    assert_err(ERR_NOT_FOUND, keyring_row(keyring, 13, &row));
    assert_string_equal("log_sign", key_use_name(KEY_LOG_SIGN));
    assert_string_equal("retired", key_state_name(KEY_RETIRED));
}

static void there_is_no_current_key_where_there_is_no_tenant(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    uint32_t key_id;

    (void)state;
    assert_err(ERR_NOT_FOUND, keyring_current(keyring, KEY_DATA, 3, &key_id));
    assert_err(ERR_NOT_FOUND, keyring_current(keyring, KEY_DATA, 0, &key_id));
    assert_err(ERR_NOT_FOUND, keyring_current(keyring, KEY_JOURNAL, 1, &key_id));
    assert_err(ERR_NOT_FOUND, keyring_current(keyring, KEY_DATA, UINT32_MAX, &key_id));
}

static void the_newest_active_key_is_current(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyset set AUTO(keyset_done);
    struct keyring *keyring AUTO(keyring_done) = NULL;
    uint32_t newer, retired;

    (void)state;
    keyset_fill(&set, &vault.root);
    newer = keyset_add_key(&set, KEY_DATA, 1);
    retired = keyset_add_key(&set, KEY_DATA, 1);
    set.image.keys[retired - 1].row.state = KEY_RETIRED;
    vault_put(&vault, &set);
    keyring = vault_open(&vault);
    assert_int_equal(newer, current_id(keyring, KEY_DATA, 1));
}

static void an_existing_keyring_is_never_overwritten(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    struct buf before AUTO(buf_done) = file_of(&vault), after AUTO(buf_done) = { 0 };
    struct why why = { 0 };

    (void)state;
    assert_err(ERR_EXISTS, keyring_create(vault.keyring.text, &vault.root, 0, &why));
    assert_non_null(strstr(why.text, "there already"));
    after = file_of(&vault);
    assert_bytes(buf_bytes(&before), buf_bytes(&after));
}

static void a_missing_keyring_says_how_to_make_one(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();

    (void)state;
    assert_refused(&vault, ERR_NOT_FOUND, "pangate init");
}

static void a_keyring_that_others_may_read_is_refused(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);

    (void)state;
    assert_int_equal(0, chmod(vault.keyring.text, 0644));
    assert_refused(&vault, ERR_MODE, "chmod 600");
}

static void a_foreign_root_key_is_told_from_damage(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);

    (void)state;
    vault.root.bytes[0] ^= 1;
    assert_refused(&vault, ERR_FORGED, "root key is not the one");
}

static void a_damaged_or_newer_file_says_what_to_do(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    struct buf file AUTO(buf_done) = file_of(&vault);

    (void)state;
    put_file(&vault, bytes_of(file.data, file.size / 2));
    assert_refused(&vault, ERR_CORRUPT, "restore it from a backup");
    put_file(&vault, bytes_lit("something else"));
    assert_refused(&vault, ERR_CORRUPT, "is none");
    put_file(&vault, bytes_of(NULL, 0));
    assert_refused(&vault, ERR_CORRUPT, "damaged");
    file.data[9] = 2;
    put_file(&vault, buf_bytes(&file));
    assert_refused(&vault, ERR_NEWER, "newer pangate");
}

/* Make the hash right again, which needs no key. */
static void hash_again(struct buf *file)
{
    hash_sha256(bytes_of(file->data, file->size - HASH_SIZE), file->data + file->size - HASH_SIZE);
}

static void a_change_of_any_byte_is_refused_even_with_the_right_hash(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    struct buf file AUTO(buf_done) = file_of(&vault);

    (void)state;
    for (size_t at = 0; at < file.size; at++) {
        struct keyset set AUTO(keyset_done);

        file.data[at] ^= (uint8_t)(1U << at % 8);
        assert_err(OK, keyset_init(&set));
        assert_int_not_equal(OK, (int)keyset_read(&set, buf_bytes(&file), &vault.root, NULL));
        keyset_done(&set);

        if (at < file.size - HASH_SIZE) {
            hash_again(&file);
            assert_err(OK, keyset_init(&set));
            assert_int_not_equal(OK, (int)keyset_read(&set, buf_bytes(&file), &vault.root, NULL));
        }
        file.data[at] ^= (uint8_t)(1U << at % 8);
        hash_again(&file);
    }
    put_file(&vault, buf_bytes(&file));
    keyring_free(vault_open(&vault));
}

static void a_changed_state_is_told_as_somebodys_change(void **state)
{
    enum { STATE_AT = 8 + 2 + KEYRING_ID_SIZE + HASH_SIZE + 8 + 4 + 5 + 4 + 4 + 4 + 1 + 4 };
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    struct buf file AUTO(buf_done) = file_of(&vault);

    (void)state;
    assert_int_equal(KEY_ACTIVE, file.data[STATE_AT]);
    file.data[STATE_AT] = KEY_RETIRED;
    hash_again(&file);
    put_file(&vault, buf_bytes(&file));
    assert_refused(&vault, ERR_FORGED, "changed by somebody");
}

static void a_keyring_without_the_vaults_keys_is_refused(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyset set AUTO(keyset_done);

    (void)state;
    keyset_fill(&set, &vault.root);
    set.image.keys[0].row.state = KEY_RETIRED;
    vault_put(&vault, &set);
    assert_refused(&vault, ERR_CORRUPT, "lacks a key");
}

/* The vault refuses it; what the keyring owes is the number that tells. */
static void an_older_file_has_a_lower_generation(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    struct keyring *restored AUTO(keyring_done) = NULL;
    struct buf older AUTO(buf_done) = file_of(&vault);

    (void)state;
    assert_int_equal(3, keyring_generation(keyring));
    assert_err(OK, keyring_add_tenant(keyring, bytes_lit("late"), VAULT_NOW_MS, NULL));
    assert_int_equal(4, keyring_generation(keyring));
    put_file(&vault, buf_bytes(&older));
    restored = vault_open(&vault);
    assert_int_equal(3, keyring_generation(restored));
}

static void each_vault_has_an_id_of_its_own(void **state)
{
    struct vault a AUTO(vault_done) = vault_new(), b AUTO(vault_done) = vault_new();
    struct keyring *of_a AUTO(keyring_done) = vault_fill(&a);
    struct keyring *of_b AUTO(keyring_done) = vault_fill(&b);
    struct keyring *again AUTO(keyring_done) = vault_open(&a);
    uint8_t ids[3][KEYRING_ID_SIZE];

    (void)state;
    keyring_vault_id(of_a, ids[0]);
    keyring_vault_id(of_b, ids[1]);
    keyring_vault_id(again, ids[2]);
    assert_memory_not_equal(ids[0], ids[1], KEYRING_ID_SIZE);
    assert_memory_equal(ids[0], ids[2], KEYRING_ID_SIZE);
}

static void a_bad_or_known_name_is_refused(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    char name[KEYRING_NAME_MAX + 1];

    (void)state;
    memset(name, 'n', sizeof(name));
    assert_err(ERR_EXISTS, keyring_add_tenant(keyring, bytes_lit("shop"), 0, NULL));
    assert_err(ERR_BAD_REQUEST, keyring_add_tenant(keyring, bytes_lit(""), 0, NULL));
    assert_err(ERR_BAD_REQUEST, keyring_add_tenant(keyring, bytes_lit("a\0b"), 0, NULL));
    assert_err(ERR_BAD_REQUEST,
               keyring_add_tenant(keyring, bytes_of(name, KEYRING_NAME_MAX + 1), 0, NULL));
    assert_int_equal(2, keyring_tenant_count(keyring));
    assert_err(OK, keyring_add_tenant(keyring, bytes_of(name, KEYRING_NAME_MAX), 0, NULL));
}

static void a_tenant_that_could_not_be_written_is_not_there(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    struct why why = { 0 };
    uint32_t number;

    (void)state;
    temp_done(&vault.folder);
    assert_err(ERR_NOT_FOUND, keyring_add_tenant(keyring, bytes_lit("late"), 0, &why));
    assert_non_null(strstr(why.text, "late"));
    assert_err(ERR_NOT_FOUND, keyring_tenant(keyring, bytes_lit("late"), &number));
    assert_int_equal(12, keyring_key_count(keyring));
    assert_int_equal(3, keyring_generation(keyring));

    assert_int_equal(0, mkdir(vault.folder.path, 0700));
    assert_err(OK, keyring_add_tenant(keyring, bytes_lit("later"), 0, NULL));
    assert_err(OK, keyring_tenant(keyring, bytes_lit("later"), &number));
    assert_int_equal(3, number);
    keyring_free(vault_open(&vault));
}

static void a_signature_verifies_with_the_public_key(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    uint32_t key_id = current_id(keyring, KEY_LOG_SIGN, KEYRING_NO_TENANT);
    uint8_t public_key[SIGN_PUBLIC_SIZE], signature[SIGN_SIGNATURE_SIZE];

    (void)state;
    assert_err(OK, keyring_public_key(keyring, key_id, public_key));
    assert_err(OK, keyring_sign(keyring, key_id, bytes_lit("checkpoint"), signature));
    assert_err(OK, sign_verify(public_key, bytes_lit("checkpoint"), signature));
}

static void only_an_active_signing_key_signs(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyset set AUTO(keyset_done);
    struct keyring *keyring AUTO(keyring_done) = NULL;
    uint8_t public_key[SIGN_PUBLIC_SIZE], signature[SIGN_SIGNATURE_SIZE];
    const struct bytes text = bytes_lit("checkpoint");
    uint32_t newer;

    (void)state;
    keyset_fill(&set, &vault.root);
    newer = keyset_add_key(&set, KEY_LOG_SIGN, KEYRING_NO_TENANT);
    set.image.keys[1].row.state = KEY_RETIRED;
    vault_put(&vault, &set);
    keyring = vault_open(&vault);

    assert_err(OK, keyring_sign(keyring, newer, text, signature));
    assert_err(ERR_NOT_FOUND, keyring_sign(keyring, 2, text, signature));
    assert_err(OK, keyring_public_key(keyring, 2, public_key));
    assert_err(ERR_NOT_FOUND, keyring_sign(keyring, 1, text, signature));
    assert_err(ERR_NOT_FOUND, keyring_public_key(keyring, 1, public_key));
    assert_err(ERR_NOT_FOUND, keyring_sign(keyring, 0, text, signature));
    assert_err(ERR_NOT_FOUND, keyring_sign(keyring, newer + 1, text, signature));
}

static void the_journals_key_is_the_same_at_every_start(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    struct keyring *again AUTO(keyring_done) = vault_open(&vault);
    const uint8_t zeros[32] = { 0 };
    uint8_t a[32], b[32];

    (void)state;
    keyring_journal_key(keyring, a);
    keyring_journal_key(again, b);
    assert_memory_equal(a, b, sizeof(a));
    assert_memory_not_equal(zeros, a, sizeof(a));
}

enum { LATE_TENANTS = 40, READERS = 3 };

struct reading {
    const struct keyring *keyring;
    atomic_bool stop;
    atomic_uint failures;
};

/* Whatever number of tenants is seen, all of them are whole. */
static bool all_is_whole(const struct keyring *keyring)
{
    uint32_t count = keyring_tenant_count(keyring);
    struct key_row row;
    uint32_t number, key_id;

    for (uint32_t tenant = 1; tenant <= count; tenant++) {
        const char *name = keyring_tenant_name(keyring, tenant);

        if (name == NULL || keyring_tenant(keyring, bytes_str(name), &number) != OK ||
            number != tenant)
            return false;
        for (int use = KEY_DATA; use <= KEY_IDEMPOTENCY; use++) {
            if (keyring_current(keyring, (enum key_use)use, tenant, &key_id) != OK ||
                keyring_row(keyring, key_id, &row) != OK || row.tenant != tenant ||
                row.use != (enum key_use)use)
                return false;
        }
    }
    return true;
}

static void *read_on(void *argument)
{
    struct reading *reading = argument;

    while (!atomic_load(&reading->stop))
        if (!all_is_whole(reading->keyring))
            atomic_fetch_add(&reading->failures, 1);
    return NULL;
}

static void readers_see_whole_tenants_while_more_are_added(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    struct reading reading = { .keyring = keyring };
    pthread_t readers[READERS];
    char name[16];

    (void)state;
    for (int i = 0; i < READERS; i++)
        assert_int_equal(0, pthread_create(&readers[i], NULL, read_on, &reading));
    for (int i = 0; i < LATE_TENANTS; i++) {
        (void)snprintf(name, sizeof(name), "late-%d", i);
        assert_err(OK, keyring_add_tenant(keyring, bytes_str(name), VAULT_NOW_MS, NULL));
    }
    atomic_store(&reading.stop, true);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(0, pthread_join(readers[i], NULL));
    assert_int_equal(0, atomic_load(&reading.failures));
    assert_int_equal(2 + LATE_TENANTS, keyring_tenant_count(keyring));
}

static void *add_ten(void *argument)
{
    char name[24];

    for (int i = 0; i < 10; i++) {
        (void)snprintf(name, sizeof(name), "%lx-%d", (unsigned long)pthread_self() & 0xffffff, i);
        if (keyring_add_tenant(argument, bytes_str(name), VAULT_NOW_MS, NULL) != OK)
            return argument;
    }
    return NULL;
}

static void writers_take_turns(void **state)
{
    struct vault vault AUTO(vault_done) = vault_new();
    struct keyring *keyring AUTO(keyring_done) = vault_fill(&vault);
    struct keyring *again AUTO(keyring_done) = NULL;
    pthread_t writers[2];
    void *failed;

    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(0, pthread_create(&writers[i], NULL, add_ten, keyring));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(0, pthread_join(writers[i], &failed));
        assert_null(failed);
    }
    again = vault_open(&vault);
    assert_int_equal(22, keyring_tenant_count(again));
    assert_int_equal(23, keyring_generation(again));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tenants_are_numbered_and_have_a_key_of_each_use),
        cmocka_unit_test(rows_list_every_key_once),
        cmocka_unit_test(there_is_no_current_key_where_there_is_no_tenant),
        cmocka_unit_test(the_newest_active_key_is_current),
        cmocka_unit_test(an_existing_keyring_is_never_overwritten),
        cmocka_unit_test(a_missing_keyring_says_how_to_make_one),
        cmocka_unit_test(a_keyring_that_others_may_read_is_refused),
        cmocka_unit_test(a_foreign_root_key_is_told_from_damage),
        cmocka_unit_test(a_damaged_or_newer_file_says_what_to_do),
        cmocka_unit_test(a_change_of_any_byte_is_refused_even_with_the_right_hash),
        cmocka_unit_test(a_changed_state_is_told_as_somebodys_change),
        cmocka_unit_test(a_keyring_without_the_vaults_keys_is_refused),
        cmocka_unit_test(an_older_file_has_a_lower_generation),
        cmocka_unit_test(each_vault_has_an_id_of_its_own),
        cmocka_unit_test(a_bad_or_known_name_is_refused),
        cmocka_unit_test(a_tenant_that_could_not_be_written_is_not_there),
        cmocka_unit_test(a_signature_verifies_with_the_public_key),
        cmocka_unit_test(only_an_active_signing_key_signs),
        cmocka_unit_test(the_journals_key_is_the_same_at_every_start),
        cmocka_unit_test(readers_see_whole_tenants_while_more_are_added),
        cmocka_unit_test(writers_take_turns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
