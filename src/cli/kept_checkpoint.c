#include "cli/kept_checkpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/encode.h"
#include "base/file.h"
#include "wire/json.h"

/* Lines of a sink, and the note of the checkpoint among them that covers most. */
struct kept {
    FILE *file;
    char *line;
    size_t capacity;
    struct buf *note;
    uint64_t entries;
};

static void kept_done(struct kept *kept)
{
    free(kept->line);
    if (kept->file != NULL)
        (void)fclose(kept->file);
}

/* An object, with whatever a collector of logs has written before it. A line that a crash has torn
 * is no JSON, and is passed over. */
static void take_line(struct kept *kept, struct bytes line)
{
    struct json_doc doc AUTO(json_doc_done) = { 0 };
    struct json_fault fault = { 0 };
    struct json_reader reader;
    struct bytes note, number = { 0 };
    uint64_t entries;

    if (json_doc_read(bytes_from(line, bytes_index(line, '{')), &doc) != OK)
        return;
    reader = json_reader_on(json_doc_root(&doc), &fault);
    if (!json_take_text(&reader, "checkpoint", &note) ||
        !json_take_text(&reader, "entries", &number) ||
        decode_decimal(number, UINT64_MAX, &entries) != OK || entries < kept->entries)
        return;
    kept->entries = entries;
    buf_clear(kept->note);
    buf_add(kept->note, note);
}

/* False at the end. */
static bool next_line(struct kept *kept, struct bytes *ret_line)
{
    ssize_t size = getline(&kept->line, &kept->capacity, kept->file);

    *ret_line = bytes_of(kept->line, size < 0 ? 0 : (size_t)size);
    return size >= 0;
}

static enum err read_lines(struct kept *kept)
{
    struct bytes line;

    rewind(kept->file);
    while (next_line(kept, &line))
        take_line(kept, line);
    if (ferror(kept->file) != 0)
        return ERR_IO;
    TRY(buf_check(kept->note));
    return kept->note->size == 0 ? ERR_NOT_FOUND : OK;
}

/* A note begins with the name of a log, in which no brace stands. */
static enum err read_note(const char *path, struct buf *note)
{
    struct kept kept AUTO(kept_done) = { .note = note };
    struct bytes first;

    kept.file = fopen(path, "re");
    if (kept.file == NULL)
        return file_err(errno);
    if (next_line(&kept, &first) && bytes_index(first, '{') < first.size)
        return read_lines(&kept);
    return file_read(path, note);
}

enum err kept_checkpoint_read(const char *path, const struct note_verifier *verifier,
                              struct merkle_head *ret_head)
{
    struct buf note AUTO(buf_done) = { 0 };

    buf_init(&note, NOTE_SIZE_MAX);
    TRY(read_note(path, &note));
    return audit_checkpoint_read(buf_bytes(&note), verifier, ret_head);
}
