#include "sink/position.h"

#include <libgen.h>

#include "base/encode.h"
#include "base/file.h"

enum { TEXT_MAX = 64 };

static const struct bytes magic = { (const uint8_t *)"pangate-sink ", 13 };
static const struct bytes version = { (const uint8_t *)"1 ", 2 };

enum err position_read(struct bytes text, uint64_t *ret_position)
{
    if (!bytes_start_with(text, magic) || !bytes_end_with(text, bytes_lit("\n")))
        return ERR_CORRUPT;
    text = bytes_from(text, magic.size);
    if (!bytes_start_with(text, version))
        return ERR_NEWER;
    text = bytes_from(text, version.size);
    text.size--;
    return decode_decimal(text, UINT64_MAX, ret_position) == OK ? OK : ERR_CORRUPT;
}

enum err position_load(const char *path, uint64_t *ret_position, struct why *why)
{
    char storage[TEXT_MAX];
    struct buf text;
    enum err err;

    buf_init_fixed(&text, storage, sizeof(storage));
    err = file_read(path, &text);
    if (err == ERR_NOT_FOUND)
        return err;
    if (err == OK)
        err = position_read(buf_bytes(&text), ret_position);
    return err == OK ? OK
                     : why_say(why, err, "%s: %s; without this file the sink begins anew", path,
                               err_text(err));
}

static enum err make_folder_of(const char *path)
{
    char copy[PATH_SIZE];
    enum err err;

    if (!bytes_copy_text(bytes_str(path), copy, sizeof(copy)))
        return ERR_LIMIT;
    err = folder_make(dirname(copy), 0700);
    return err == ERR_EXISTS ? OK : err;
}

enum err position_save(const char *path, uint64_t position, struct why *why)
{
    char storage[TEXT_MAX];
    struct buf text;
    enum err err;

    buf_init_fixed(&text, storage, sizeof(storage));
    buf_add(&text, magic);
    buf_add(&text, version);
    buf_add_decimal(&text, position);
    buf_add_u8(&text, '\n');
    err = make_folder_of(path);
    if (err == OK)
        err = file_replace(path, buf_bytes(&text), 0600);
    return err == OK ? OK : why_say(why, err, "%s: %s", path, err_text(err));
}
