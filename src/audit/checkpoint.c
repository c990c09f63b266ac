#include "audit/checkpoint.h"

#include "base/encode.h"
#include "base/file.h"

static const char FILE_NAME[] = "checkpoint";

enum { SIGNATURE_BASE64_SIZE = (4 + SIGN_SIGNATURE_SIZE + 2) / 3 * 4 };

enum err audit_origin(struct bytes vault_id, char ret_name[NOTE_NAME_SIZE])
{
    char storage[NOTE_NAME_SIZE];
    struct buf name;

    buf_init_fixed(&name, storage, sizeof(storage));
    buf_add_str(&name, "pangate/");
    encode_hex(vault_id, &name);
    TRY(buf_check(&name));
    return bytes_copy_text(buf_bytes(&name), ret_name, NOTE_NAME_SIZE) ? OK : ERR_LIMIT;
}

static void text_write(const char *origin, const struct merkle_head *head, struct buf *text)
{
    buf_add_str(text, origin);
    buf_add_u8(text, '\n');
    buf_add_decimal(text, head->size);
    buf_add_u8(text, '\n');
    encode_base64(bytes_of(head->root.bytes, sizeof(head->root.bytes)), text);
    buf_add_u8(text, '\n');
}

enum err audit_checkpoint_sign(const struct note_signer *signer, const struct merkle_head *head,
                               struct audit_checkpoint *ret_checkpoint)
{
    struct audit_checkpoint checkpoint = { .head = *head };
    uint8_t storage[CHECKPOINT_NOTE_SIZE];
    struct buf text, note;

    buf_init_fixed(&text, storage, sizeof(storage));
    buf_init_fixed(&note, checkpoint.note, sizeof(checkpoint.note));
    text_write(signer->verifier.name, head, &text);
    TRY(buf_check(&text));
    TRY(note_sign(signer, buf_bytes(&text), &note));
    checkpoint.note_size = note.size;
    *ret_checkpoint = checkpoint;
    return OK;
}

static enum err text_parse(struct bytes text, const char *origin, struct merkle_head *ret_head)
{
    struct merkle_head head;
    struct bytes line;
    struct buf root;

    buf_init_fixed(&root, head.root.bytes, sizeof(head.root.bytes));
    TRY(note_line(&text, &line));
    if (!bytes_equal(line, bytes_str(origin)))
        return ERR_CORRUPT;
    TRY(note_line(&text, &line));
    if (decode_decimal(line, UINT64_MAX, &head.size) != OK)
        return ERR_CORRUPT;
    TRY(note_line(&text, &line));
    if (decode_base64(line, &root) != OK || root.size != sizeof(head.root.bytes))
        return ERR_CORRUPT;
    while (text.size > 0) { /* extension lines */
        TRY(note_line(&text, &line));
        if (line.size == 0)
            return ERR_CORRUPT;
    }
    *ret_head = head;
    return OK;
}

enum err audit_checkpoint_read(struct bytes note, const struct note_verifier *verifier,
                               struct merkle_head *ret_head)
{
    struct bytes text;

    TRY(note_open(note, verifier, &text));
    return text_parse(text, verifier->name, ret_head);
}

enum err audit_checkpoint_save(const char *folder, const struct audit_checkpoint *checkpoint)
{
    char path[PATH_SIZE];

    TRY(path_join(folder, FILE_NAME, path, sizeof(path)));
    return file_replace(path, audit_checkpoint_note(checkpoint), 0600);
}

/* Whether a note that opened has the three lines, one signature, and nothing else. */
static bool note_is_plain(struct bytes note, const struct note_verifier *verifier,
                          const struct merkle_head *head)
{
    uint8_t storage[CHECKPOINT_NOTE_SIZE];
    struct buf front;

    buf_init_fixed(&front, storage, sizeof(storage));
    text_write(verifier->name, head, &front);
    buf_add_str(&front, "\n\xE2\x80\x94 ");
    buf_add_str(&front, verifier->name);
    buf_add_u8(&front, ' ');
    return buf_check(&front) == OK && bytes_start_with(note, buf_bytes(&front)) &&
           note.size == front.size + SIGNATURE_BASE64_SIZE + 1;
}

static enum err checkpoint_parse(const char *path, const struct note_verifier *verifier,
                                 struct audit_checkpoint *checkpoint)
{
    struct buf note;

    buf_init_fixed(&note, checkpoint->note, sizeof(checkpoint->note));
    TRY(file_read(path, &note));
    checkpoint->note_size = note.size;
    TRY(audit_checkpoint_read(buf_bytes(&note), verifier, &checkpoint->head));
    return note_is_plain(buf_bytes(&note), verifier, &checkpoint->head) ? OK : ERR_CORRUPT;
}

enum err audit_checkpoint_load(const char *folder, const struct note_verifier *verifier,
                               struct audit_checkpoint *ret_checkpoint, struct why *why)
{
    struct audit_checkpoint checkpoint;
    char path[PATH_SIZE];
    enum err err;

    TRY(path_join(folder, FILE_NAME, path, sizeof(path)));
    err = checkpoint_parse(path, verifier, &checkpoint);
    if (err == ERR_LIMIT || err == ERR_MEMORY) /* longer than any checkpoint of ours */
        err = ERR_CORRUPT;
    if (err == ERR_FORGED)
        return why_say(why, err, "%s: was not signed by this log's key", path);
    if (err == ERR_CORRUPT)
        return why_say(why, err, "%s: is damaged", path);
    if (err != OK)
        return why_say(why, err, "%s: %s", path, err_text(err));
    *ret_checkpoint = checkpoint;
    return OK;
}
