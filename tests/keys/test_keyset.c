#include "keys/vault.h"

#include <string.h>

static const struct root_key root = { { 1 } };

static struct buf file_of(const struct keyset *set)
{
    struct buf file;

    buf_init(&file, KEYRING_FILE_MAX);
    assert_err(OK, keyset_write(set, &file));
    return file;
}

/* Write the set and read it again under the same root key. */
static enum err write_and_read(const struct keyset *set, struct keyset *back, struct why *why)
{
    struct buf file AUTO(buf_done) = file_of(set);

    assert_err(OK, keyset_init(back));
    return keyset_read(back, buf_bytes(&file), &root, why);
}

static void every_key_reads_back_as_it_was_drawn(void **state)
{
    struct keyset set AUTO(keyset_done), back AUTO(keyset_done);

    (void)state;
    keyset_fill(&set, &root);
    assert_err(OK, write_and_read(&set, &back, NULL));
    assert_int_equal(7, back.image.key_count);
    for (uint32_t id = 1; id <= 7; id++)
        assert_memory_equal(keyset_key(&set, id), keyset_key(&back, id), sizeof(struct aead_key));
}

static void no_two_keys_are_alike(void **state)
{
    struct keyset set AUTO(keyset_done);

    (void)state;
    keyset_fill(&set, &root);
    for (uint32_t a = 1; a <= 7; a++)
        for (uint32_t b = 1; b < a; b++)
            assert_memory_not_equal(keyset_key(&set, a)->key, keyset_key(&set, b)->key,
                                    AEAD_KEY_SIZE);
}

static void no_key_stands_in_the_file(void **state)
{
    struct keyset set AUTO(keyset_done);
    struct buf file AUTO(buf_done) = { 0 };

    (void)state;
    keyset_fill(&set, &root);
    file = file_of(&set);
    for (uint32_t id = 1; id <= 7; id++)
        for (size_t at = 0; at < AEAD_KEY_SIZE; at += 8)
            assert_null(memmem(file.data, file.size, keyset_key(&set, id)->key + at, 8));
}

/* The thief has neither root key nor MAC key, but say he had the latter. */
static void a_wrapped_key_in_another_keys_place_is_refused(void **state)
{
    (void)state;
    for (uint32_t other = 0; other < 7; other++) {
        struct keyset set AUTO(keyset_done), back AUTO(keyset_done);
        uint8_t moved[WRAPPER_WRAPPED_SIZE];
        struct why why = { 0 };

        keyset_fill(&set, &root);
        memcpy(moved, set.image.keys[2].wrapped, sizeof(moved));
        memcpy(set.image.keys[2].wrapped, set.image.keys[other].wrapped, sizeof(moved));
        memcpy(set.image.keys[other].wrapped, moved, sizeof(moved));
        assert_err(other == 2 ? OK : ERR_FORGED, write_and_read(&set, &back, &why));
        if (other != 2)
            assert_non_null(strstr(why.text, "wrapped for another place"));
    }
}

static void a_destroyed_key_is_not_unwrapped(void **state)
{
    const uint8_t zeros[AEAD_KEY_SIZE] = { 0 };
    struct keyset set AUTO(keyset_done), back AUTO(keyset_done);

    (void)state;
    keyset_fill(&set, &root);
    set.image.keys[3].row.state = KEY_DESTROYED;
    memset(set.image.keys[3].wrapped, 0, WRAPPER_WRAPPED_SIZE);
    assert_err(OK, write_and_read(&set, &back, NULL));
    assert_memory_equal(zeros, keyset_key(&back, 4)->key, AEAD_KEY_SIZE);
    assert_memory_equal(keyset_key(&set, 5)->key, keyset_key(&back, 5)->key, AEAD_KEY_SIZE);
}

static void a_dropped_tenant_leaves_the_file_as_it_was(void **state)
{
    struct keyset set AUTO(keyset_done);
    struct buf before AUTO(buf_done) = { 0 }, after AUTO(buf_done) = { 0 };

    (void)state;
    keyset_fill(&set, &root);
    before = file_of(&set);
    assert_err(OK, keyset_add_tenant(&set, bytes_lit("bar"), VAULT_NOW_MS));
    keyset_drop_tenant(&set);
    after = file_of(&set);
    assert_bytes(buf_bytes(&before), buf_bytes(&after));
}

static void there_is_room_for_so_many_tenants_and_no_more(void **state)
{
    struct keyset set AUTO(keyset_done), back AUTO(keyset_done);
    char name[16];

    (void)state;
    keyset_fill(&set, &root);
    for (int i = 2; i <= KEYRING_TENANTS_MAX; i++) {
        (void)snprintf(name, sizeof(name), "tenant-%d", i);
        assert_err(OK, keyset_add_tenant(&set, bytes_str(name), VAULT_NOW_MS));
    }
    assert_err(ERR_LIMIT, keyset_add_tenant(&set, bytes_lit("one more"), VAULT_NOW_MS));
    assert_int_equal(KEYRING_TENANTS_MAX, set.image.tenant_count);
    assert_int_equal(KEYRING_TENANTS_MAX, set.image.generation - 1);
    assert_err(OK, write_and_read(&set, &back, NULL));
    assert_string_equal(name, back.image.tenants[KEYRING_TENANTS_MAX - 1]);
}

static void dates_follow_sp_800_57(void **state)
{
    const int64_t two_years_ms = (int64_t)2 * 365 * 24 * 60 * 60 * 1000;
    struct keyset set AUTO(keyset_done);

    (void)state;
    keyset_fill(&set, &root);
    for (uint32_t i = 0; i < set.image.key_count; i++) {
        const struct key_row *row = &set.image.keys[i].row;

        assert_int_equal(VAULT_NOW_MS, row->created_ms);
        assert_int_equal(row->use == KEY_FINGERPRINT ? 0 : VAULT_NOW_MS + two_years_ms,
                         row->expires_ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_reads_back_as_it_was_drawn),
        cmocka_unit_test(no_two_keys_are_alike),
        cmocka_unit_test(no_key_stands_in_the_file),
        cmocka_unit_test(a_wrapped_key_in_another_keys_place_is_refused),
        cmocka_unit_test(a_destroyed_key_is_not_unwrapped),
        cmocka_unit_test(a_dropped_tenant_leaves_the_file_as_it_was),
        cmocka_unit_test(there_is_room_for_so_many_tenants_and_no_more),
        cmocka_unit_test(dates_follow_sp_800_57),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
