/* Whatever the decoders accept, the encoders say again, byte for byte. */
#include "base/encode.h"
#include "base/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct codec {
    enum err (*decode)(struct bytes text, struct buf *bytes);
    void (*encode)(struct bytes bytes, struct buf *text);
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct codec codecs[] = { { decode_hex, encode_hex },
                                           { decode_base64, encode_base64 } };
    struct bytes text = bytes_of(data, size);

    for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
        struct buf bytes AUTO(buf_done) = { .max = size + 1 };
        struct buf again AUTO(buf_done) = { .max = size + 1 };
        if (codecs[i].decode(text, &bytes) != OK)
            continue;
        codecs[i].encode(buf_bytes(&bytes), &again);
        must(bytes_equal(text, buf_bytes(&again)));
    }
    return 0;
}
