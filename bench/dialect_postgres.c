#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/file.h"
#include "bench/dialect.h"

/* PostgreSQL's protocol 3.0 (its manual, chapter 55): a byte for the kind, a length that counts
 * itself, the rest. */
enum { MESSAGE_HEAD = 5, SEVERITY_FIELDS_MAX = 32 };

static const char ssl_request[8] = "\0\0\0\x08\x04\xd2\x16\x2f";

/* The server says with one byte whether TLS may begin. */
static enum err preface(int fd)
{
    char said;

    if (send(fd, ssl_request, sizeof(ssl_request), MSG_NOSIGNAL) != sizeof(ssl_request) ||
        recv(fd, &said, 1, 0) != 1)
        return file_err(errno);
    return said == 'S' ? OK : ERR_TLS;
}

/* SQLSTATE stands in the field 'C' of an error. */
static void name_error(struct bytes fields, struct answer *answer)
{
    struct bytes rest = fields;

    for (int i = 0; i < SEVERITY_FIELDS_MAX && rest.size > 1; i++) {
        const size_t end = bytes_index(rest, '\0');

        if (rest.data[0] == 'C') {
            (void)snprintf(answer->code, sizeof(answer->code), "%.*s", (int)(end - 1),
                           (const char *)rest.data + 1);
            return;
        }
        rest = bytes_from(rest, end + 1);
    }
}

/* Everything up to ReadyForQuery is one answer; so is the greeting's, and what Parse adds. */
static enum answer_step answered(struct bytes text, struct answer *ret_answer)
{
    struct cursor cursor = cursor_on(text);

    ret_answer->code[0] = '\0';
    while (cursor.rest.size >= MESSAGE_HEAD) {
        const uint8_t kind = cursor_u8(&cursor);
        const uint32_t size = cursor_u32(&cursor);
        struct bytes body;

        if (size < 4)
            return ANSWER_BROKEN;
        body = cursor_bytes(&cursor, size - 4);
        if (cursor.failed)
            return ANSWER_MORE;
        if (kind == 'E')
            name_error(body, ret_answer);
        if (kind == 'Z') {
            ret_answer->size = text.size - cursor.rest.size;
            return ANSWER_DONE;
        }
    }
    return ANSWER_MORE;
}

/* Authentication ends with a ReadyForQuery of its own, and the statement's Sync with another. */
static enum answer_step greeted(struct bytes text, struct answer *ret_answer)
{
    struct answer first = { 0 };

    if (answered(text, &first) != ANSWER_DONE ||
        answered(bytes_from(text, first.size), ret_answer) != ANSWER_DONE)
        return ANSWER_MORE;
    ret_answer->size += first.size;
    return ANSWER_DONE;
}

/* StartupMessage, then Parse of the insert by name, then Sync. */
#define INSERT "INSERT INTO token VALUES ($1, $2, $3)"
static const char greeting[] = "\0\0\0\x17\0\x03\0\0"
                               "user\0postgres\0\0"
                               "P\0\0\0\x2e"
                               "i\0" INSERT "\0\0\0"
                               "S\0\0\0\4";

const struct dialect dialect_postgres = {
    .name = "postgres",
    .preface = preface,
    .greeting = { (const uint8_t *)greeting, sizeof(greeting) - 1 },
    .greeted = greeted,
    .answered = answered,
};
