#include "checked_log.h"

#include "audit/archive.h"

/* Two full files and a begun one. Their entries lie within minutes of MADE_LOG_BEGIN_MS. */
enum { MANY = 2 * AUDIT_FILE_LEAVES + 300 };

static const int64_t DAY_MS = 24 * 3600 * 1000;

struct archived {
    struct fixture log;
    struct temp folder;
    struct audit_archive archive;
};

static void archived_init(struct archived *archived, int64_t days)
{
    fixture_init(&archived->log, MANY);
    archived->folder = temp_new();
    archived->archive = (struct audit_archive){ .folder = archived->log.temp.path,
                                                .archive = archived->folder.path,
                                                .now_ms = MADE_LOG_BEGIN_MS + days * DAY_MS,
                                                .why = &archived->log.why };
    audit_archive_periods(&archived->archive);
}

static void archived_done(struct archived *archived)
{
    fixture_done(&archived->log);
    temp_done(&archived->folder);
}

static bool holds(const struct temp *folder, const char *name)
{
    return access(temp_file(folder, name).text, F_OK) == 0;
}

static enum err verify_with_archive(struct archived *archived)
{
    const struct audit_reader_options options = { archived->log.temp.path, archived->folder.path,
                                                  &archived->log.why };

    archived->log.why.text[0] = '\0';
    return audit_verify(&options, &archived->log.claims, &archived->log.verdict);
}

static void what_is_young_stays_at_hand(void **state)
{
    struct archived archived AUTO(archived_done);
    uint64_t moved = 7;
    (void)state;

    archived_init(&archived, ARCHIVE_AT_HAND_DAYS - 1);
    assert_err(OK, audit_archive_move(&archived.archive, MANY, &moved));
    assert_int_equal(0, moved);
    assert_true(holds(&archived.log.temp, "00000000.entries"));
}

static void full_files_move_and_verification_still_works(void **state)
{
    struct archived archived AUTO(archived_done);
    uint64_t moved = 0, first = 7;
    (void)state;

    archived_init(&archived, ARCHIVE_AT_HAND_DAYS + 1);
    assert_err(OK, audit_archive_move(&archived.archive, MANY, &moved));
    assert_int_equal(2, moved);
    assert_true(holds(&archived.folder, "00000001.entries"));
    assert_false(holds(&archived.log.temp, "00000001.entries"));
    assert_true(holds(&archived.log.temp, "00000002.entries"));
    assert_err(OK, verify_with_archive(&archived));
    assert_int_equal(MANY, archived.log.verdict.entries);
    assert_err(ERR_NOT_FOUND, verify(&archived.log)); /* nobody said where they went */
    assert_err(OK, audit_archive_move(&archived.archive, MANY, &moved));
    assert_int_equal(0, moved);
    assert_err(OK, audit_archive_first(&archived.archive, MANY, &first));
    assert_int_equal(0, first);
    flip(&archived.folder, "00000001.entries", 1000);
    assert_err(ERR_CORRUPT, verify_with_archive(&archived));
}

static void a_damaged_file_does_not_move(void **state)
{
    struct archived archived AUTO(archived_done);
    uint64_t moved = 0;
    (void)state;

    archived_init(&archived, ARCHIVE_AT_HAND_DAYS + 1);
    flip(&archived.log.temp, "00000000.entries", 3000);
    assert_err(ERR_CORRUPT, audit_archive_move(&archived.archive, MANY, &moved));
    assert_true(holds(&archived.log.temp, "00000000.entries"));
    assert_false(holds(&archived.folder, "00000000.entries"));
}

static void nothing_is_deleted_before_its_time(void **state)
{
    struct archived archived AUTO(archived_done);
    uint64_t moved = 0, first = 0;
    (void)state;

    archived_init(&archived, ARCHIVE_KEEP_DAYS - 1);
    assert_err(ERR_NOT_FOUND, audit_archive_delete(&archived.archive, MANY, &first));
    archived.log.why.text[0] = '\0';
    assert_err(OK, audit_archive_move(&archived.archive, MANY, &moved));
    assert_err(ERR_DENIED, audit_archive_delete(&archived.archive, MANY, &first));
    assert_non_null(strstr(archived.log.why.text, "must be kept until 2027-11-25T10:01:05Z"));
    assert_true(holds(&archived.folder, "00000000.entries"));
}

static void what_is_gone_after_its_time_does_not_stop_verification(void **state)
{
    struct archived archived AUTO(archived_done);
    uint64_t moved = 0, first = 0;
    (void)state;

    archived_init(&archived, ARCHIVE_KEEP_DAYS + 1);
    assert_err(OK, audit_archive_move(&archived.archive, MANY, &moved));
    assert_err(OK, audit_archive_delete(&archived.archive, MANY, &first));
    assert_int_equal(AUDIT_FILE_LEAVES, first);
    assert_false(holds(&archived.folder, "00000000.entries"));
    assert_err(OK, audit_archive_first(&archived.archive, MANY, &first));
    assert_int_equal(AUDIT_FILE_LEAVES, first);
    archived.log.claims.entries_from = first;
    assert_err(OK, verify_with_archive(&archived));
    flip(&archived.log.temp, "00000000.hashes", 1000); /* its hashes still count */
    assert_err(ERR_CORRUPT, verify_with_archive(&archived));
}

static void what_is_gone_before_its_time_is_noticed(void **state)
{
    struct archived archived AUTO(archived_done);
    uint64_t first = 0;
    (void)state;

    archived_init(&archived, ARCHIVE_KEEP_DAYS - 1);
    assert_int_equal(0, unlink(temp_file(&archived.log.temp, "00000000.entries").text));
    assert_err(ERR_CORRUPT, audit_archive_first(&archived.archive, MANY, &first));
    assert_non_null(strstr(archived.log.why.text, "must be kept until"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_young_stays_at_hand),
        cmocka_unit_test(full_files_move_and_verification_still_works),
        cmocka_unit_test(a_damaged_file_does_not_move),
        cmocka_unit_test(nothing_is_deleted_before_its_time),
        cmocka_unit_test(what_is_gone_after_its_time_does_not_stop_verification),
        cmocka_unit_test(what_is_gone_before_its_time_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
