/* The root key's file: whatever it holds, it is a key of the one form or it is refused. */
#include "base/must.h"
#include "keys/root_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct root_key key AUTO(root_key_wipe) = { 0 };

    if (root_key_parse(bytes_of(data, size), &key) == OK)
        must(size == sizeof("pangate-root-key-1 ") - 1 + 2 * ROOT_KEY_SIZE + 1 + 8 + 1);
    return 0;
}
