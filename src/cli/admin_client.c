#include "cli/admin_client.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/file.h"
#include "net/endpoint.h"

enum { ANSWER_MAX = 4 * 1024 * 1024, ANSWER_TIMEOUT_S = 30 };

static enum err admin_connect(const struct config *config, int *ret_fd)
{
    const struct timeval timeout = { .tv_sec = ANSWER_TIMEOUT_S };
    struct endpoint endpoint;
    int fd AUTO(fd_close) = -1;

    TRY(endpoint_parse(config->gateway.admin, &endpoint));
    fd = socket(endpoint.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return file_err(errno);
    if (connect(fd, (const struct sockaddr *)&endpoint.address, endpoint.size) != 0)
        return ERR_CLOSED;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) != 0)
        return file_err(errno);
    *ret_fd = fd;
    fd = -1;
    return OK;
}

static enum err read_all(int fd, struct buf *text)
{
    for (;;) {
        uint8_t *to = buf_reserve(text, 4096);
        ssize_t got = to == NULL ? -1 : read(fd, to, 4096);

        if (got == 0)
            return OK;
        if (got < 0)
            return ERR_IO;
        buf_grown(text, (size_t)got);
    }
}

static enum err take_body(struct bytes answer, struct buf *ret_body)
{
    static const char end[] = "\r\n\r\n";
    const uint8_t *body = memmem(answer.data, answer.size, end, 4);

    if (body == NULL || !bytes_start_with(answer, bytes_lit("HTTP/1.1 200 ")))
        return ERR_IO;
    buf_add(ret_body, bytes_from(answer, (size_t)(body - answer.data) + 4));
    return buf_check(ret_body);
}

/* Send a request and read the body of its answer. */
static enum err ask(const struct config *config, struct buf *text, struct buf *ret_body)
{
    int fd AUTO(fd_close) = -1;

    TRY(buf_check(text));
    TRY(admin_connect(config, &fd));
    if (send(fd, text->data, text->size, MSG_NOSIGNAL) != (ssize_t)text->size)
        return ERR_IO;
    buf_clear(text);
    TRY(read_all(fd, text));
    return take_body(buf_bytes(text), ret_body);
}

enum err admin_get(const struct config *config, const char *path, struct buf *ret_body)
{
    struct buf text AUTO(buf_done) = { 0 };

    buf_init(&text, ANSWER_MAX);
    buf_format(&text, "GET %s HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n", path);
    return ask(config, &text, ret_body);
}

enum err admin_post(const struct config *config, struct bytes signed_text, struct buf *ret_body)
{
    struct buf text AUTO(buf_done) = { 0 };

    buf_init(&text, ANSWER_MAX);
    buf_add_str(&text, "POST /instructions HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n"
                       "Content-Length: 0\r\nPangate-Instruction: ");
    buf_add(&text, signed_text);
    buf_add_str(&text, "\r\n\r\n");
    return ask(config, &text, ret_body);
}
