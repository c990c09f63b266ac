#include "bench/call.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/file.h"
#include "bench/target.h"

enum { CALL_WAIT_S = 60, CALL_READ_SIZE = 32 * 1024 };

void call_close(struct call *call)
{
    if (call->transport.fd < 0)
        return;
    transport_shut(&call->transport);
    transport_done(&call->transport);
}

static enum err call_connect(struct call *call)
{
    const struct timeval wait = { .tv_sec = CALL_WAIT_S };
    const int fd = target_connect(call->target);
    struct pollfd ready = { .fd = fd, .events = POLLOUT };
    int error = 0;
    socklen_t size = sizeof(error);

    if (fd < 0)
        return file_err(errno);
    call->transport.fd = fd;
    if (poll(&ready, 1, CALL_WAIT_S * 1000) != 1 ||
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
        return ERR_UNREACHABLE;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    return OK;
}

static const char *tls_complaint(const SSL *ssl)
{
    const long verified = SSL_get_verify_result(ssl);
    const unsigned long error = ERR_peek_last_error();

    if (verified != X509_V_OK)
        return X509_verify_cert_error_string(verified);
    return error == 0 ? "the server hung up" : ERR_reason_error_string(error);
}

enum err call_open(const struct target *target, struct why *why, struct call *ret_call)
{
    *ret_call =
        (struct call){ .target = target, .dialect = &dialect_http, .transport = { .fd = -1 } };
    if (call_connect(ret_call) != OK)
        return why_say(why, ERR_UNREACHABLE, "%s: nobody answers", target->authority);
    ret_call->transport.ssl = target_tls(target, ret_call->transport.fd);
    if (ret_call->transport.ssl == NULL)
        return ERR_MEMORY;
    if (transport_handshake(&ret_call->transport) != TRANSPORT_MOVED)
        return why_say(why, ERR_TLS, "%s: the handshake failed: %s", target->authority,
                       tls_complaint(ret_call->transport.ssl));
    return OK;
}

static enum err call_send(struct call *call, struct bytes request)
{
    while (request.size > 0) {
        size_t moved;

        if (transport_write(&call->transport, request.data, request.size, &moved) !=
            TRANSPORT_MOVED)
            return ERR_CLOSED;
        request = bytes_from(request, moved);
    }
    return OK;
}

enum err call_make(struct call *call, struct bytes request, struct buf *ret_text,
                   struct answer *ret_answer)
{
    enum answer_step step = ANSWER_MORE;

    TRY(call_send(call, request));
    buf_clear(ret_text);
    while (step == ANSWER_MORE) {
        uint8_t *room = buf_reserve(ret_text, CALL_READ_SIZE);
        size_t moved;

        if (room == NULL)
            return ERR_LIMIT;
        switch (transport_read(&call->transport, room, CALL_READ_SIZE, &moved)) {
        case TRANSPORT_MOVED: buf_grown(ret_text, moved); break;
        case TRANSPORT_WAIT_READ: /* a record without data, or nothing came in time */
        case TRANSPORT_WAIT_WRITE: break;
        case TRANSPORT_ENDED:
        case TRANSPORT_BROKEN: return ERR_CLOSED;
        }
        step = call->dialect->answered(buf_bytes(ret_text), ret_answer);
    }
    return step == ANSWER_DONE ? OK : ERR_CORRUPT;
}
