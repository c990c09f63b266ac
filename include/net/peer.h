/*
 * Who is at the other end, and the rules by which a certificate is believed.
 *
 * OpenSSL proves the chain (signatures, times, revocation, name constraints); everything else
 * that api and prudence ask for is judged here, because its own verification lets many bad client
 * certificates through: a CA as a leaf, loose bytes in an extension, a NUL in a name, ...
 * What stays of a chain afterwards is `struct peer`: facts, no certificate.
 */
#ifndef PANGATE_NET_PEER_H
#define PANGATE_NET_PEER_H

#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "net/certificate_id.h"
#include "net/handshake.h"

struct stack_st_X509;

enum {
    PEER_IDENTITY_SIZE = 256, /* "URI:..." or "DNS:...", with its NUL */
    PEER_DEPTH_MAX = 4,       /* of the root; the leaf's is 0 (RFC 5280, section 6.1) */
    PEER_CHAIN_MAX = PEER_DEPTH_MAX + 1,
    PEER_CERTIFICATE_SIZE_MAX = 8192, /* DER, each */
    PEER_NAMES_MAX = 16,              /* alternative names of a leaf */
};

struct peer {
    char identity[PEER_IDENTITY_SIZE];           /* "" on a plain connection */
    int64_t not_before_ms;                       /* the latest of the chain */
    int64_t not_after_ms;                        /* the earliest of the chain */
    struct certificate_id chain[PEER_CHAIN_MAX]; /* leaf first */
    uint8_t chain_count;
    struct certificate_id anchor; /* exactly: who is trusted, the last of the chain */
};

/* Says whether an identity is a configured client's. */
struct peer_directory {
    bool (*knows)(void *owner, const char *identity);
    void *owner;
};

/*
 * Judge a chain that OpenSSL has built and proved, leaf first, root last. Of the leaf's URI and DNS
 * names exactly one must be known to the directory; it becomes the identity. The common name is
 * never looked at. *ret_peer is written only for HANDSHAKE_OK.
 */
enum handshake peer_judge(const struct stack_st_X509 *chain, const struct peer_directory *directory,
                          struct peer *ret_peer);

/* Time and directory once more, for a session that is resumed; revocation: crl_set_check(). */
enum handshake peer_judge_again(const struct peer *peer, const struct peer_directory *directory,
                                int64_t now_ms);

/* As bytes in a session ticket. Reading gives ERR_CORRUPT for anything that was not written so. */
void peer_write(const struct peer *peer, struct buf *text);
enum err peer_read(struct bytes text, struct peer *ret_peer);

#endif
