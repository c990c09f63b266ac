#include "net/handshake.h"

#include "base/must.h"

#define HANDSHAKE_TEXT(name, text) [name] = text,

const char *handshake_text(enum handshake result)
{
    static const char *const texts[HANDSHAKE_COUNT] = { HANDSHAKE_TABLE(HANDSHAKE_TEXT) };

    must(result < HANDSHAKE_COUNT);
    return texts[result];
}
