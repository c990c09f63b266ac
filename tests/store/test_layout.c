#include "store/rig.h"

#include <sys/stat.h>

#include "base/file.h"
#include "store/layout.h"

enum { META_SIZE = 152 };

static enum err read_layout(const char *path, struct layout *ret_layout)
{
    int fd AUTO(fd_close) = open(path, O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    return layout_read(fd, ret_layout);
}

static void the_newest_meta_page_counts(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct temp_path path = temp_file(&rig.temp, "vault.mdb");
    struct layout layout;
    struct stat status;
    (void)state;

    for (unsigned i = 0; i < 8; i++) {
        struct store_stats stats;

        assert_err(OK, rig_fill(&rig, STORE_TOKENS, 30 * i, 30 * (i + 1)));
        assert_err(OK, store_stats(rig.store, &stats));
        assert_err(OK, read_layout(path.text, &layout));
        assert_int_equal(stats.file_bytes, layout.page_count * layout.page_size);
        assert_int_equal(0, stat(path.text, &status));
        assert_int_equal(status.st_size / (off_t)layout.page_size, layout.file_pages);
    }
}

static void any_file_is_judged_without_a_crash(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct temp_path path = temp_file(&temp, "file");
    uint8_t text[2 * META_SIZE] = { 0 };
    struct layout layout;
    (void)state;

    for (size_t size = 0; size < sizeof(text); size += 19) {
        assert_err(OK, file_replace(path.text, bytes_of(text, size), 0600));
        assert_err(ERR_CORRUPT, read_layout(path.text, &layout));
    }
}

/* Each bit of what LMDB's meta page says before its tables. */
static void flipped_bits_of_the_first_words_are_found(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct temp_path path = temp_file(&rig.temp, "vault.mdb");
    int fd AUTO(fd_close) = open(path.text, O_RDWR | O_CLOEXEC);
    struct layout layout;
    (void)state;

    store_close(&rig.store);
    for (unsigned bit = 0; bit < 64; bit++) {
        uint64_t at = 16 + bit / 8;
        uint8_t byte;

        assert_err(OK, file_read_at(fd, &byte, 1, at));
        byte ^= (uint8_t)(1u << bit % 8);
        assert_err(OK, file_write_at(fd, bytes_of(&byte, 1), at));
        assert_err(bit < 32 ? ERR_CORRUPT : ERR_NEWER, read_layout(path.text, &layout));
        byte ^= (uint8_t)(1u << bit % 8);
        assert_err(OK, file_write_at(fd, bytes_of(&byte, 1), at));
    }
    assert_err(OK, read_layout(path.text, &layout));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_meta_page_counts),
        cmocka_unit_test(any_file_is_judged_without_a_crash),
        cmocka_unit_test(flipped_bits_of_the_first_words_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
