#include "cli/kept_checkpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "wire/json.h"

/* Lines of a sink, and what stands in the last one that holds a checkpoint. */
struct kept {
    FILE *file;
    char *line;
    size_t capacity;
    struct buf *note;
};

static void kept_done(struct kept *kept)
{
    free(kept->line);
    if (kept->file != NULL)
        (void)fclose(kept->file);
}

/* A line that a crash has torn is no JSON, and is passed over. */
static void take_line(struct kept *kept, struct bytes line)
{
    struct json_doc doc AUTO(json_doc_done) = { 0 };
    struct json_fault fault = { 0 };
    struct json_reader reader;
    struct bytes note;

    if (json_doc_read(line, &doc) != OK)
        return;
    reader = json_reader_on(json_doc_root(&doc), &fault);
    if (!json_take_text(&reader, "checkpoint", &note))
        return;
    buf_clear(kept->note);
    buf_add(kept->note, note);
}

static enum err read_lines(struct kept *kept)
{
    ssize_t size;

    while ((size = getline(&kept->line, &kept->capacity, kept->file)) > 0)
        take_line(kept, bytes_of(kept->line, (size_t)size));
    if (ferror(kept->file) != 0)
        return ERR_IO;
    TRY(buf_check(kept->note));
    return kept->note->size == 0 ? ERR_NOT_FOUND : OK;
}

static enum err read_note(const char *path, struct buf *note)
{
    struct kept kept AUTO(kept_done) = { .note = note };
    int first;

    kept.file = fopen(path, "re");
    if (kept.file == NULL)
        return file_err(errno);
    first = getc(kept.file);
    rewind(kept.file);
    return first == '{' ? read_lines(&kept) : file_read(path, note);
}

enum err kept_checkpoint_read(const char *path, const struct note_verifier *verifier,
                              struct merkle_head *ret_head)
{
    struct buf note AUTO(buf_done) = { 0 };

    buf_init(&note, NOTE_SIZE_MAX);
    TRY(read_note(path, &note));
    return audit_checkpoint_read(buf_bytes(&note), verifier, ret_head);
}
