#include "test.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "keys/root_key.h"

enum { TEXT_SIZE = 19 + 64 + 1 + 8 + 1 };

/* The key of 32 zeros, as its file would hold it: SHA-256 of them begins with 66687aad. */
static const char zero_key[] =
    "pangate-root-key-1 "
    "0000000000000000000000000000000000000000000000000000000000000000 66687aad\n";

static void the_form_of_a_key_is_fixed(void **state)
{
    const struct root_key zero = { 0 };
    struct root_key key AUTO(root_key_wipe) = { .bytes = "other" };

    (void)state;
    assert_int_equal(TEXT_SIZE, sizeof(zero_key) - 1);
    assert_err(OK, root_key_parse(bytes_str(zero_key), &key));
    assert_memory_equal(zero.bytes, key.bytes, ROOT_KEY_SIZE);
}

static void a_made_key_loads_back_from_a_file_of_the_owners_only(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct temp_path path = temp_file(&temp, "root.key");
    struct root_key first AUTO(root_key_wipe), again AUTO(root_key_wipe);
    struct stat status;

    (void)state;
    assert_err(OK, root_key_make(path.text, NULL));
    assert_int_equal(0, stat(path.text, &status));
    assert_int_equal(0600, status.st_mode & 07777);
    assert_int_equal(TEXT_SIZE, status.st_size);
    assert_err(OK, root_key_load(path.text, &first, NULL));
    assert_err(OK, root_key_load(path.text, &again, NULL));
    assert_memory_equal(first.bytes, again.bytes, ROOT_KEY_SIZE);
}

static void each_made_key_is_another(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct root_key keys[2];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct temp_path path = temp_file(&temp, i == 0 ? "a" : "b");

        assert_err(OK, root_key_make(path.text, NULL));
        assert_err(OK, root_key_load(path.text, &keys[i], NULL));
    }
    assert_memory_not_equal(keys[0].bytes, keys[1].bytes, ROOT_KEY_SIZE);
}

static void a_file_that_is_there_is_never_overwritten(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct temp_path path = temp_file(&temp, "root.key");
    struct why why = { 0 };
    struct buf text AUTO(buf_done);

    (void)state;
    buf_init(&text, 256);
    assert_err(OK, file_create(path.text, bytes_lit("precious"), 0600));
    assert_err(ERR_EXISTS, root_key_make(path.text, &why));
    assert_non_null(strstr(why.text, "only copy"));
    assert_err(OK, file_read(path.text, &text));
    assert_bytes(bytes_lit("precious"), buf_bytes(&text));
}

static void a_key_that_others_may_read_is_refused(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct temp_path path = temp_file(&temp, "root.key");
    const mode_t modes[] = { 0640, 0604, 0660, 0601 };
    struct root_key key AUTO(root_key_wipe) = { 0 };

    (void)state;
    assert_err(OK, root_key_make(path.text, NULL));
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        struct why why = { 0 };

        assert_int_equal(0, chmod(path.text, modes[i]));
        assert_err(ERR_MODE, root_key_load(path.text, &key, &why));
        assert_non_null(strstr(why.text, "chmod 600"));
    }
    assert_int_equal(0, chmod(path.text, 0400));
    assert_err(OK, root_key_load(path.text, &key, NULL));
}

static void a_missing_key_says_which_one_is_wanted(void **state)
{
    struct root_key key AUTO(root_key_wipe) = { 0 };
    struct why why = { 0 };

    (void)state;
    assert_err(ERR_NOT_FOUND, root_key_load("/nowhere/root.key", &key, &why));
    assert_non_null(strstr(why.text, "/nowhere/root.key"));
    assert_non_null(strstr(why.text, "that this vault was made with"));
}

static void a_change_of_any_bit_is_damage_and_not_another_key(void **state)
{
    char text[sizeof(zero_key)];
    struct root_key key AUTO(root_key_wipe) = { 0 };

    (void)state;
    for (size_t bit = 0; bit < 8 * (size_t)TEXT_SIZE; bit++) {
        enum err err;

        memcpy(text, zero_key, sizeof(text));
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
        err = root_key_parse(bytes_of(text, TEXT_SIZE), &key);
        assert_true(err == ERR_CORRUPT || err == ERR_NEWER);
    }
}

static void a_cut_or_longer_text_is_damage(void **state)
{
    char text[TEXT_SIZE + 1];
    struct root_key key AUTO(root_key_wipe) = { 0 };

    (void)state;
    memcpy(text, zero_key, TEXT_SIZE);
    text[TEXT_SIZE] = '\n';
    for (size_t size = 0; size <= sizeof(text); size++) {
        if (size != TEXT_SIZE)
            assert_int_not_equal(OK, (int)root_key_parse(bytes_of(text, size), &key));
    }
}

static void a_damaged_or_newer_file_says_so(void **state)
{
    static const struct {
        const char *text, *says;
        enum err err;
    } files[] = {
        { "", "damaged", ERR_CORRUPT },
        { "-----BEGIN PUBLIC KEY-----\n", "no root key", ERR_CORRUPT },
        { "pangate-root-key-2 aes\n", "newer", ERR_NEWER },
    };
    struct temp temp AUTO(temp_done) = temp_new();
    struct temp_path path = temp_file(&temp, "root.key");
    struct root_key key AUTO(root_key_wipe) = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct why why = { 0 };

        assert_err(OK, file_replace(path.text, bytes_str(files[i].text), 0600));
        assert_err(files[i].err, root_key_load(path.text, &key, &why));
        assert_non_null(strstr(why.text, files[i].says));
    }
}

static void a_file_of_any_length_is_read_only_so_far(void **state)
{
    static const char much[100000] = "pangate-root-key-1 ";
    struct temp temp AUTO(temp_done) = temp_new();
    struct temp_path path = temp_file(&temp, "root.key");
    struct root_key key AUTO(root_key_wipe) = { 0 };

    (void)state;
    assert_err(OK, file_create(path.text, bytes_of(much, sizeof(much)), 0600));
    assert_err(ERR_CORRUPT, root_key_load(path.text, &key, NULL));
}

static void derived_keys_differ_by_root_vault_and_purpose(void **state)
{
    const struct root_key root = { { 1 } }, other = { { 2 } };
    uint8_t keys[5][ROOT_KEY_DERIVED_SIZE];

    (void)state;
    assert_err(OK, root_key_derive(&root, bytes_lit("a"), bytes_lit("wrap"), keys[0]));
    assert_err(OK, root_key_derive(&other, bytes_lit("a"), bytes_lit("wrap"), keys[1]));
    assert_err(OK, root_key_derive(&root, bytes_lit("b"), bytes_lit("wrap"), keys[2]));
    assert_err(OK, root_key_derive(&root, bytes_lit("a"), bytes_lit("mac"), keys[3]));
    assert_err(OK, root_key_derive(&root, bytes_lit("a"), bytes_lit("wrap"), keys[4]));
    for (size_t i = 1; i < 4; i++)
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(keys[i], keys[j], ROOT_KEY_DERIVED_SIZE);
    assert_memory_equal(keys[0], keys[4], ROOT_KEY_DERIVED_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_form_of_a_key_is_fixed),
        cmocka_unit_test(a_made_key_loads_back_from_a_file_of_the_owners_only),
        cmocka_unit_test(each_made_key_is_another),
        cmocka_unit_test(a_file_that_is_there_is_never_overwritten),
        cmocka_unit_test(a_key_that_others_may_read_is_refused),
        cmocka_unit_test(a_missing_key_says_which_one_is_wanted),
        cmocka_unit_test(a_change_of_any_bit_is_damage_and_not_another_key),
        cmocka_unit_test(a_cut_or_longer_text_is_damage),
        cmocka_unit_test(a_damaged_or_newer_file_says_so),
        cmocka_unit_test(a_file_of_any_length_is_read_only_so_far),
        cmocka_unit_test(derived_keys_differ_by_root_vault_and_purpose),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
