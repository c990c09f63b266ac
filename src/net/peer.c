#include "net/peer.h"

#include <openssl/x509v3.h>
#include <string.h>

#include "base/cursor.h"
#include "net/certificate_rules.h"
#include "net/der.h"

enum { PEER_FORM = 2 };

static bool text_of_name(uint8_t tag, struct bytes name, char ret_text[PEER_IDENTITY_SIZE])
{
    const char *prefix = tag == (DER_CONTEXT | GEN_URI)   ? "URI:"
                         : tag == (DER_CONTEXT | GEN_DNS) ? "DNS:"
                                                          : NULL;

    if (prefix == NULL)
        return false;
    memcpy(ret_text, prefix, strlen(prefix));
    return bytes_copy_text(name, ret_text + strlen(prefix), PEER_IDENTITY_SIZE - strlen(prefix));
}

/* Of all the names of the leaf exactly one may be a client's. */
static enum handshake find_identity(const X509 *leaf, const struct peer_directory *directory,
                                    struct peer *peer)
{
    char text[PEER_IDENTITY_SIZE];
    unsigned names = 0, known = 0;
    struct bytes name;
    uint8_t tag;

    for (unsigned i = 0; certificate_name(leaf, i, &tag, &name); i++) {
        if (!text_of_name(tag, name, text))
            continue;
        names++;
        if (!directory->knows(directory->owner, text))
            continue;
        known++;
        memcpy(peer->identity, text, sizeof(text));
    }
    if (names == 0)
        return HANDSHAKE_NO_IDENTITY;
    return known == 1 ? HANDSHAKE_OK : HANDSHAKE_NO_CLIENT;
}

/* What has to be looked at again later: the time in which every certificate of the chain holds,
 * and which ones they are. */
static bool keep_facts(const STACK_OF(X509) *chain, struct peer *peer)
{
    const int count = sk_X509_num(chain);

    peer->not_before_ms = INT64_MIN;
    peer->not_after_ms = INT64_MAX;
    for (int i = 0; i < count; i++) {
        const X509 *certificate = sk_X509_value(chain, i);
        int64_t begin_ms, end_ms;

        if (!certificate_time_ms(X509_get0_notBefore(certificate), &begin_ms) ||
            !certificate_time_ms(X509_get0_notAfter(certificate), &end_ms))
            return false;
        if (begin_ms > peer->not_before_ms)
            peer->not_before_ms = begin_ms;
        if (end_ms < peer->not_after_ms)
            peer->not_after_ms = end_ms;
        peer->chain[i] = certificate_id_of(certificate);
    }
    peer->chain_count = (uint8_t)count;
    peer->anchor = certificate_id_exact(sk_X509_value(chain, count - 1));
    return true;
}

enum handshake peer_judge(const STACK_OF(X509) *chain, const struct peer_directory *directory,
                          struct peer *ret_peer)
{
    const int count = sk_X509_num(chain);
    struct peer peer = { 0 };
    enum handshake result;

    if (count < 2)
        return HANDSHAKE_UNTRUSTED; /* a client's certificate is not its own authority */
    if (count > PEER_CHAIN_MAX)
        return HANDSHAKE_TOO_DEEP;
    for (int i = 0; i < count; i++) {
        result = certificate_judge(sk_X509_value(chain, i), i == 0           ? PLACE_CLIENT
                                                            : i == count - 1 ? PLACE_ROOT
                                                                             : PLACE_BETWEEN);
        if (result != HANDSHAKE_OK)
            return result;
    }
    if (!keep_facts(chain, &peer))
        return HANDSHAKE_MALFORMED;
    result = find_identity(sk_X509_value(chain, 0), directory, &peer);
    if (result == HANDSHAKE_OK)
        *ret_peer = peer;
    return result;
}

enum handshake peer_judge_again(const struct peer *peer, const struct peer_directory *directory,
                                int64_t now_ms)
{
    if (now_ms < peer->not_before_ms)
        return HANDSHAKE_NOT_YET_VALID;
    if (now_ms > peer->not_after_ms)
        return HANDSHAKE_EXPIRED;
    if (directory != NULL && !directory->knows(directory->owner, peer->identity))
        return HANDSHAKE_NO_CLIENT;
    return HANDSHAKE_OK;
}

void peer_write(const struct peer *peer, struct buf *text)
{
    buf_add_u8(text, PEER_FORM);
    buf_add_bytes8(text, bytes_str(peer->identity));
    buf_add_u64(text, (uint64_t)peer->not_before_ms);
    buf_add_u64(text, (uint64_t)peer->not_after_ms);
    buf_add_u8(text, peer->chain_count);
    for (size_t i = 0; i < peer->chain_count; i++)
        buf_add(text, bytes_of(peer->chain[i].bytes, CERTIFICATE_ID_SIZE));
    buf_add(text, bytes_of(peer->anchor.bytes, CERTIFICATE_ID_SIZE));
}

enum err peer_read(struct bytes text, struct peer *ret_peer)
{
    struct cursor cursor = cursor_on(text);
    struct peer peer = { 0 };

    if (cursor_u8(&cursor) != PEER_FORM)
        cursor_fail(&cursor);
    cursor_text8(&cursor, peer.identity, sizeof(peer.identity));
    peer.not_before_ms = (int64_t)cursor_u64(&cursor);
    peer.not_after_ms = (int64_t)cursor_u64(&cursor);
    peer.chain_count = cursor_u8(&cursor);
    if (peer.chain_count > PEER_CHAIN_MAX)
        cursor_fail(&cursor);
    for (size_t i = 0; i < peer.chain_count && i < PEER_CHAIN_MAX; i++)
        cursor_copy(&cursor, peer.chain[i].bytes, CERTIFICATE_ID_SIZE);
    cursor_copy(&cursor, peer.anchor.bytes, CERTIFICATE_ID_SIZE);
    TRY(cursor_end(&cursor));
    *ret_peer = peer;
    return OK;
}
