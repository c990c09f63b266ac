#include "bench/tokens_file.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

enum { LINE_SIZE = TOKEN_SIZE + 1, FILE_MAX = 1 << 30 };

enum err tokens_write(const struct tokens *tokens, const char *path, struct why *why)
{
    struct buf text AUTO(buf_done);
    enum err err;

    buf_init(&text, FILE_MAX);
    for (uint64_t i = 0; i < tokens->count; i++) {
        buf_add(&text, bytes_of(tokens->texts[i], TOKEN_SIZE));
        buf_add_u8(&text, '\n');
    }
    err = buf_check(&text);
    if (err == OK)
        err = file_replace(path, buf_bytes(&text), 0644);
    return err == OK ? OK : why_say(why, err, "%s: cannot be written: %s", path, strerror(errno));
}

static bool is_token_a_line(struct bytes text)
{
    if (text.size == 0 || text.size % LINE_SIZE != 0)
        return false;
    for (size_t at = 0; at < text.size; at += LINE_SIZE)
        if (bytes_index(bytes_from(text, at), '\n') != TOKEN_SIZE)
            return false;
    return true;
}

enum err tokens_read(const char *path, struct tokens *ret_tokens, struct why *why)
{
    struct buf text AUTO(buf_done);
    enum err err;

    buf_init(&text, FILE_MAX);
    err = file_read(path, &text);
    if (err != OK)
        return why_say(why, err, "%s: cannot be read: %s", path, strerror(errno));
    if (!is_token_a_line(buf_bytes(&text)))
        return why_say(why, ERR_CORRUPT, "%s: is not one token of %d characters a line", path,
                       TOKEN_SIZE);
    TRY(tokens_init(ret_tokens, text.size / LINE_SIZE));
    for (size_t at = 0; at < text.size; at += LINE_SIZE)
        memcpy(ret_tokens->texts[ret_tokens->count++], text.data + at, TOKEN_SIZE);
    return OK;
}
