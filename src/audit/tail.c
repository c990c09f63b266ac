#include "audit/tail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/entry.h"

static const size_t ENTRIES_MAX = (size_t)AUDIT_FILE_LEAVES * AUDIT_LEAF_SIZE_MAX;

/* What the two files of one number may hold from some place on, and up to which end. */
struct expected {
    const struct audit_reader_options *options;
    uint64_t file;
    uint64_t begin[2]; /* by enum audit_file_kind */
    struct buf text[2];
};

static void expected_done(struct expected *expected)
{
    buf_done(&expected->text[AUDIT_ENTRIES]);
    buf_done(&expected->text[AUDIT_HASHES]);
}

/* The next file is expected from its head on. */
static void expected_file(struct expected *expected, uint64_t file)
{
    expected->file = file;
    for (enum audit_file_kind kind = AUDIT_ENTRIES; kind <= AUDIT_HASHES; kind++) {
        uint8_t head[AUDIT_HEAD_SIZE];

        audit_head_write(kind, file, head);
        buf_clear(&expected->text[kind]);
        buf_add(&expected->text[kind], bytes_of(head, sizeof(head)));
        expected->begin[kind] = 0;
    }
}

/* Where the leaves below the walk's number end. */
static enum err expected_begin(struct expected *expected, uint64_t next)
{
    struct audit_reader *reader AUTO(audit_reader_done) = NULL;
    struct audit_tile tile AUTO(audit_tile_done);
    uint32_t leaves = (uint32_t)(next % AUDIT_FILE_LEAVES);

    audit_tile_init(&tile);
    buf_init(&expected->text[AUDIT_ENTRIES], ENTRIES_MAX + AUDIT_HEAD_SIZE);
    buf_init(&expected->text[AUDIT_HASHES], AUDIT_HASHES_SIZE);
    expected_file(expected, next / AUDIT_FILE_LEAVES);
    if (leaves == 0)
        return OK;
    TRY(audit_reader_new(expected->options, &reader));
    TRY(audit_reader_rows(reader, (next - 1) / AUDIT_TILE_LEAVES,
                          (leaves - 1) % AUDIT_TILE_LEAVES + 1, &tile));
    buf_clear(&expected->text[AUDIT_ENTRIES]);
    buf_clear(&expected->text[AUDIT_HASHES]);
    expected->begin[AUDIT_ENTRIES] = tile.begin + tile.ends[tile.count - 1];
    expected->begin[AUDIT_HASHES] = audit_hashes_size(leaves);
    return OK;
}

/* Compare what a file holds from `begin` on; true if it is a beginning of the text. */
static enum err file_compare(int fd, uint64_t begin, struct bytes text, bool *ret_equal)
{
    uint8_t block[64 * 1024];

    for (;;) {
        ssize_t got = pread(fd, block, sizeof(block), (off_t)begin);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return file_err(errno);
        *ret_equal = bytes_start_with(text, bytes_of(block, (size_t)got));
        if (got == 0 || !*ret_equal)
            return OK;
        begin += (uint64_t)got;
        text = bytes_from(text, (size_t)got);
    }
}

static enum err half_check(const struct expected *expected, enum audit_file_kind kind)
{
    char path[PATH_SIZE];
    int fd AUTO(fd_close) = -1;
    bool equal = false;

    TRY(audit_file_path(expected->options->folder, kind, expected->file, path));
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? OK : file_err(errno);
    TRY(file_compare(fd, expected->begin[kind], buf_bytes(&expected->text[kind]), &equal));
    if (equal)
        return OK;
    return why_say(expected->options->why, ERR_CORRUPT,
                   "%s: what stands from byte %llu on is not what the journal says", path,
                   (unsigned long long)expected->begin[kind]);
}

static enum err expected_check(const struct expected *expected)
{
    TRY(buf_check(&expected->text[AUDIT_ENTRIES]));
    TRY(buf_check(&expected->text[AUDIT_HASHES]));
    TRY(half_check(expected, AUDIT_ENTRIES));
    return half_check(expected, AUDIT_HASHES);
}

/* Go on to the file of the leaf that comes next, when the one before has all it may hold. */
static enum err expected_move(struct expected *expected, uint64_t next)
{
    if (next / AUDIT_FILE_LEAVES == expected->file)
        return OK;
    TRY(expected_check(expected));
    expected_file(expected, next / AUDIT_FILE_LEAVES);
    return OK;
}

static enum err leaf_add(struct expected *expected, struct walk *walk, struct bytes leaf)
{
    struct buf *entries = &expected->text[AUDIT_ENTRIES], *hashes = &expected->text[AUDIT_HASHES];
    struct audit_growth growth;
    struct merkle_hash hash;

    TRY(expected_move(expected, walk->edge.size));
    merkle_leaf(walk->hash, leaf, &hash);
    buf_add(entries, leaf);
    buf_add(hashes, bytes_of(hash.bytes, sizeof(hash.bytes)));
    buf_add_u64(hashes, expected->begin[AUDIT_ENTRIES] + entries->size);
    TRY(walk_step(walk, &hash, &growth, expected->options->why));
    if (growth.tile_full)
        buf_add(hashes, bytes_of(growth.tile_root.bytes, sizeof(growth.tile_root.bytes)));
    if (growth.file_full)
        buf_add(hashes, bytes_of(growth.file_root.bytes, sizeof(growth.file_root.bytes)));
    return OK;
}

/* Whether a name in the folder is that of a log file, but of none up to `last`. */
static bool name_is_stray(const char *name, uint64_t last)
{
    char expected[AUDIT_FILE_NAME_SIZE];
    bool entries = bytes_end_with(bytes_str(name), bytes_lit(".entries"));
    uint64_t file = strtoull(name, NULL, 10);

    if (!entries && !bytes_end_with(bytes_str(name), bytes_lit(".hashes")))
        return false;
    audit_file_name(entries ? AUDIT_ENTRIES : AUDIT_HASHES, file, expected);
    return file > last || strcmp(name, expected) != 0;
}

static void folder_close(DIR **folder)
{
    if (*folder != NULL)
        (void)closedir(*folder);
}

static enum err strays_check(const struct audit_reader_options *options, uint64_t last)
{
    DIR *folder AUTO(folder_close) = opendir(options->folder);

    if (folder == NULL)
        return file_err(errno);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (name_is_stray(entry->d_name, last))
            return why_say(options->why, ERR_CORRUPT, "%s: does not belong to the log",
                           entry->d_name);
    }
    return OK;
}

enum err tail_check(const struct audit_reader_options *options, const struct audit_tail *tail,
                    struct walk *walk)
{
    struct expected expected AUTO(expected_done) = { .options = options };

    TRY(expected_begin(&expected, walk->edge.size));
    for (uint64_t i = 0; i < tail->count; i++) {
        struct bytes leaf;

        TRY(tail->leaf(tail->with, walk->edge.size, &leaf));
        TRY(leaf_add(&expected, walk, leaf));
    }
    TRY(expected_move(&expected, walk->edge.size));
    TRY(expected_check(&expected));
    return strays_check(options, walk->edge.size / AUDIT_FILE_LEAVES);
}
