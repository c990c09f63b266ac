#include "net/transport.h"

#include <errno.h>
#include <limits.h>
#include <linux/sockios.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/file.h"

/* SSL_get_error() needs the thread's queue of errors to be empty before the call that it judges.
 * It nearly always is, and looking is much cheaper than clearing. */
static void forget_errors(void)
{
    if (ERR_peek_error() != 0)
        ERR_clear_error();
}

static enum transport_step step_of_ssl(const SSL *ssl, int result)
{
    switch (SSL_get_error(ssl, result)) {
    case SSL_ERROR_NONE: return TRANSPORT_MOVED;
    case SSL_ERROR_WANT_READ: return TRANSPORT_WAIT_READ;
    case SSL_ERROR_WANT_WRITE: return TRANSPORT_WAIT_WRITE;
    case SSL_ERROR_ZERO_RETURN: return TRANSPORT_ENDED;
    default: return TRANSPORT_BROKEN;
    }
}

static enum transport_step step_of_errno(enum transport_step wait)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? wait : TRANSPORT_BROKEN;
}

enum transport_step transport_handshake(struct transport *transport)
{
    forget_errors();
    return step_of_ssl(transport->ssl, SSL_do_handshake(transport->ssl));
}

enum transport_step transport_read(struct transport *transport, void *ret_data, size_t size,
                                   size_t *ret_moved)
{
    ssize_t moved;

    *ret_moved = 0;
    if (transport->ssl != NULL) {
        forget_errors();
        return step_of_ssl(transport->ssl, SSL_read_ex(transport->ssl, ret_data, size, ret_moved));
    }
    moved = recv(transport->fd, ret_data, size, 0);
    if (moved < 0)
        return step_of_errno(TRANSPORT_WAIT_READ);
    *ret_moved = (size_t)moved;
    return moved == 0 ? TRANSPORT_ENDED : TRANSPORT_MOVED;
}

enum transport_step transport_write(struct transport *transport, const void *data, size_t size,
                                    size_t *ret_moved)
{
    ssize_t moved;

    *ret_moved = 0;
    if (transport->ssl != NULL) {
        forget_errors();
        return step_of_ssl(transport->ssl, SSL_write_ex(transport->ssl, data, size, ret_moved));
    }
    moved = send(transport->fd, data, size, MSG_NOSIGNAL);
    if (moved < 0)
        return step_of_errno(TRANSPORT_WAIT_WRITE);
    *ret_moved = (size_t)moved;
    return TRANSPORT_MOVED;
}

/* A close_notify is taken before the socket's end is read. */
bool transport_was_cut(const struct transport *transport)
{
    return transport->ssl != NULL && BIO_eof(SSL_get_rbio(transport->ssl));
}

bool transport_has_pending(const struct transport *transport)
{
    return transport->ssl != NULL && SSL_has_pending(transport->ssl);
}

/* Both record buffers are as large as a record may be: too much for a connection that sleeps, and
 * too dear to allocate and wipe for every request, as SSL_MODE_RELEASE_BUFFERS does. */
void transport_rest(struct transport *transport)
{
    if (transport->ssl != NULL)
        (void)SSL_free_buffers(transport->ssl);
}

/* That the peer has reset the connection is said once: to SSL_shutdown(), perhaps, which is not
 * asked, and then reading finds a mere end. But what is reset cannot be shut down. */
bool transport_shut(struct transport *transport)
{
    if (transport->ssl != NULL && SSL_is_init_finished(transport->ssl)) {
        forget_errors();
        (void)SSL_shutdown(transport->ssl);
    }
    return shutdown(transport->fd, SHUT_WR) == 0;
}

/* The end of what we send counts as one byte (tcp(7)), and may cross with the other side's. */
bool transport_has_arrived(const struct transport *transport)
{
    int unconfirmed;

    return ioctl(transport->fd, SIOCOUTQ, &unconfirmed) == 0 && unconfirmed <= 1;
}

enum transport_step transport_discard(struct transport *transport, void *scratch, size_t size,
                                      size_t *ret_moved)
{
    struct transport raw = { .fd = transport->fd };

    return transport_read(&raw, scratch, size, ret_moved);
}

void transport_done(struct transport *transport)
{
    SSL_free(transport->ssl);
    transport->ssl = NULL;
    fd_close(&transport->fd);
}
