#include "made_key.h"

/* golang.org/x/mod/sumdb/note, package documentation: a verifier key and a note it signed. */
#define NEUMANN "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define NEUMANN_TEXT                                                                               \
    "If you think cryptography is the answer to your problem,\n"                                   \
    "then you don't know what your problem is.\n"
#define NEUMANN_SIGNATURE                                                                          \
    "\xE2\x80\x94 PeterNeumann "                                                                   \
    "x08go/ZJkuBS9UG/"                                                                             \
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

static struct note_verifier neumann(void)
{
    struct note_verifier verifier;

    assert_err(OK, note_verifier_read(bytes_lit(NEUMANN), &verifier));
    return verifier;
}

static void published_verifier_keys_read_and_write(void **state)
{
    static const char *const keys[] = {
        NEUMANN,
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", /* cmd/go */
    };
    (void)state;

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct note_verifier verifier;
        struct buf text AUTO(buf_done) = { .max = 1024 };

        assert_err(OK, note_verifier_read(bytes_str(keys[i]), &verifier));
        note_verifier_write(&verifier, &text);
        assert_bytes(bytes_str(keys[i]), buf_bytes(&text));
    }
}

static void a_verifier_key_with_any_character_changed_is_refused(void **state)
{
    char key[] = NEUMANN;
    struct note_verifier verifier;
    (void)state;

    for (size_t i = 0; i < sizeof(key) - 1; i++) {
        key[i] = (char)(key[i] ^ 1);
        assert_err(ERR_CORRUPT, note_verifier_read(bytes_str(key), &verifier));
        key[i] = (char)(key[i] ^ 1);
        assert_err(ERR_CORRUPT, note_verifier_read(bytes_of(key, i), &verifier));
    }
}

static void a_published_note_opens(void **state)
{
    struct note_verifier verifier = neumann();
    struct bytes text;
    (void)state;

    assert_err(OK, note_open(bytes_lit(NEUMANN_TEXT "\n" NEUMANN_SIGNATURE), &verifier, &text));
    assert_bytes(bytes_lit(NEUMANN_TEXT), text);
}

static void signatures_of_unknown_keys_are_passed_over(void **state)
{
    static const char *const others[] = {
        "\xE2\x80\x94 EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG"
        "oOTGwnLox33WWd1RvMc+QQ0Bk=\n",                 /* another name */
        "\xE2\x80\x94 PeterNeumann AAAAAAECAwQFBgcI\n", /* the name, but not its key id */
    };
    struct note_verifier verifier = neumann();
    struct bytes text;
    (void)state;

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct buf note AUTO(buf_done) = { .max = 4096 };

        buf_add_str(&note, NEUMANN_TEXT "\n");
        buf_add_str(&note, others[i]);
        assert_err(ERR_FORGED, note_open(buf_bytes(&note), &verifier, &text));
        buf_add_str(&note, NEUMANN_SIGNATURE);
        assert_err(OK, note_open(buf_bytes(&note), &verifier, &text));
    }
}

static void what_is_no_note_is_corrupt(void **state)
{
    static const char *const notes[] = {
        "",
        "\n",
        "\n\n",
        NEUMANN_TEXT,
        NEUMANN_TEXT "\n",
        NEUMANN_TEXT NEUMANN_SIGNATURE,
        NEUMANN_TEXT "\n" NEUMANN_SIGNATURE "x",
        NEUMANN_TEXT "\n" NEUMANN_SIGNATURE "- dash AAAAAAA=\n",
        NEUMANN_TEXT "\n\xE2\x80\x94 PeterNeumann\n",
        NEUMANN_TEXT "\n\xE2\x80\x94 PeterNeumann x08go/ZJ\n", /* the key id, no signature */
        "a\ttab\n\n" NEUMANN_SIGNATURE,
    };
    struct note_verifier verifier = neumann();
    struct bytes text;
    (void)state;

    for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
        assert_err(ERR_CORRUPT, note_open(bytes_str(notes[i]), &verifier, &text));
}

static void a_text_of_ours_opens_and_a_changed_one_does_not(void **state)
{
    struct made_key key;
    struct buf note AUTO(buf_done) = { .max = 4096 };
    struct bytes text;
    (void)state;

    made_key_init(&key);
    assert_err(OK, note_sign(&key.signer, bytes_lit("one\n\ntwo\n"), &note));
    assert_err(OK, note_open(buf_bytes(&note), &key.signer.verifier, &text));
    assert_bytes(bytes_lit("one\n\ntwo\n"), text);
    note.data[0] ^= 1;
    assert_err(ERR_FORGED, note_open(buf_bytes(&note), &key.signer.verifier, &text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_verifier_keys_read_and_write),
        cmocka_unit_test(a_verifier_key_with_any_character_changed_is_refused),
        cmocka_unit_test(a_published_note_opens),
        cmocka_unit_test(signatures_of_unknown_keys_are_passed_over),
        cmocka_unit_test(what_is_no_note_is_corrupt),
        cmocka_unit_test(a_text_of_ours_opens_and_a_changed_one_does_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
