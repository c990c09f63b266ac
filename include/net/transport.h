/*
 * Bytes over a connected, non-blocking socket, with or without TLS: one call, one step.
 */
#ifndef PANGATE_NET_TRANSPORT_H
#define PANGATE_NET_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>

struct ssl_st;

struct transport {
    int fd;
    struct ssl_st *ssl; /* NULL: plain */
};

enum transport_step {
    TRANSPORT_MOVED,      /* some bytes, or the handshake is done */
    TRANSPORT_WAIT_READ,  /* nothing until the socket is readable */
    TRANSPORT_WAIT_WRITE, /* nothing until it is writable */
    TRANSPORT_ENDED,      /* the peer sends nothing more */
    TRANSPORT_BROKEN,     /* it is of no further use */
};

enum transport_step transport_handshake(struct transport *transport);
enum transport_step transport_read(struct transport *transport, void *ret_data, size_t size,
                                   size_t *ret_moved);
enum transport_step transport_write(struct transport *transport, const void *data, size_t size,
                                    size_t *ret_moved);

/* After TRANSPORT_ENDED: the connection ended without TLS having said so (RFC 8446 section 6.1), so
 * that anybody on the way may have cut it. */
bool transport_was_cut(const struct transport *transport);

/* Bytes have been taken from the socket that transport_read() has not given out: the socket will
 * not ring for them. */
bool transport_has_pending(const struct transport *transport);

/* Give back what the next read or write would allocate anew, if nothing waits in it. */
void transport_rest(struct transport *transport);

/* Say that nothing more will be sent. Never waits. False: the connection was broken before. */
bool transport_shut(struct transport *transport);

/* Whether the other side's kernel has confirmed every byte that was written. */
bool transport_has_arrived(const struct transport *transport);

/* Throw away what arrives, undeciphered. */
enum transport_step transport_discard(struct transport *transport, void *scratch, size_t size,
                                      size_t *ret_moved);

/* Close the socket and free the rest. */
void transport_done(struct transport *transport);

#endif
