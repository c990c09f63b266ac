#include "wire/target.h"

#include <arpa/inet.h>

#include "wire/http_line.h"

enum { PORT_MAX = 65535 };

static bool port_is_valid(struct bytes text)
{
    uint32_t port = 0;

    if (http_span_of(text, HTTP_DIGIT) != text.size)
        return false;
    for (size_t i = 0; i < text.size && port <= PORT_MAX; i++)
        port = port * 10 + (uint32_t)(text.data[i] - '0');
    return port <= PORT_MAX;
}

/* "[" IPv6address "]"; a zone (RFC 6874) or an address of the future is none. */
static bool ip6_is_valid(struct bytes text)
{
    struct in6_addr address;
    char copy[INET6_ADDRSTRLEN];

    return bytes_copy_text(text, copy, sizeof(copy)) && inet_pton(AF_INET6, copy, &address) == 1;
}

bool authority_is_valid(struct bytes text)
{
    size_t host;

    if (bytes_start_with(text, bytes_lit("["))) {
        host = bytes_index(text, ']');
        if (host == text.size || !ip6_is_valid(bytes_of(text.data + 1, host - 1)))
            return false;
        host++;
    } else {
        host = bytes_index(text, ':');
        if (host == 0 || !http_is_encoded(bytes_of(text.data, host), HTTP_REG_NAME))
            return false;
    }
    if (host == text.size)
        return true;
    return text.data[host] == ':' && port_is_valid(bytes_from(text, host + 1));
}

/* The path with its query, which is all that is left of the target. */
static enum err path_read(struct bytes text, struct target *target)
{
    size_t path = bytes_index(text, '?');

    target->path = bytes_of(text.data, path);
    target->has_query = path < text.size;
    if (target->has_query)
        target->query = bytes_of(text.data + path + 1, text.size - path - 1);
    if (!http_is_encoded(target->path, HTTP_PATH) || !http_is_encoded(target->query, HTTP_QUERY))
        return ERR_BAD_REQUEST;
    return OK;
}

static size_t authority_size(struct bytes text)
{
    size_t size = 0;

    while (size < text.size && text.data[size] != '/' && text.data[size] != '?')
        size++;
    return size;
}

/* The size of "http://" or "https://" at the front, or 0. */
static size_t scheme_size(struct bytes text)
{
    static const struct bytes schemes[] = { bytes_lit("http://"), bytes_lit("https://") };

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t size = schemes[i].size;
        if (text.size >= size && bytes_equal_nocase(bytes_of(text.data, size), schemes[i]))
            return size;
    }
    return 0;
}

static enum err absolute_read(struct bytes text, struct target *target)
{
    size_t size;

    text = bytes_from(text, scheme_size(text));
    size = authority_size(text);
    target->form = TARGET_ABSOLUTE;
    target->authority = bytes_of(text.data, size);
    if (!authority_is_valid(target->authority))
        return ERR_BAD_REQUEST;
    return path_read(bytes_of(text.data + size, text.size - size), target);
}

/* host ":" port, both of them (RFC 9112, section 3.2.3). */
static enum err authority_read(struct bytes text, struct target *target)
{
    target->form = TARGET_AUTHORITY;
    target->authority = text;
    if (!authority_is_valid(text) || !http_is(text.data[text.size - 1], HTTP_DIGIT) ||
        bytes_index(text, ':') == text.size)
        return ERR_BAD_REQUEST;
    return OK;
}

enum err target_read(struct bytes text, struct target *ret_target)
{
    struct target target = { .form = TARGET_ORIGIN };

    if (bytes_start_with(text, bytes_lit("/")))
        TRY(path_read(text, &target));
    else if (bytes_equal(text, bytes_lit("*")))
        target.form = TARGET_ASTERISK;
    else if (scheme_size(text) > 0)
        TRY(absolute_read(text, &target));
    else
        TRY(authority_read(text, &target));
    *ret_target = target;
    return OK;
}

bool target_next_segment(struct bytes *rest, struct bytes *ret_segment)
{
    struct bytes path;
    size_t size;

    if (!bytes_start_with(*rest, bytes_lit("/")))
        return false;
    path = bytes_of(rest->data + 1, rest->size - 1);
    size = bytes_index(path, '/');
    *ret_segment = bytes_of(path.data, size);
    *rest = bytes_of(path.data + size, path.size - size);
    return true;
}

void target_decode(struct bytes text, bool is_query, struct buf *out)
{
    uint8_t *to = buf_reserve(out, text.size);
    size_t size = 0;

    if (to == NULL)
        return;
    for (size_t at = 0; at < text.size; at++) {
        uint8_t byte = text.data[at];
        if (byte == '%' && text.size - at >= 3 && http_is(text.data[at + 1], HTTP_HEX) &&
            http_is(text.data[at + 2], HTTP_HEX)) {
            byte = (uint8_t)(http_hex_value(text.data[at + 1]) << 4 |
                             http_hex_value(text.data[at + 2]));
            at += 2;
        } else if (byte == '+' && is_query) {
            byte = ' ';
        }
        to[size++] = byte;
    }
    buf_grown(out, size);
}
