/*
 * The keyring file, as it comes from disk, and its tables, as they would come behind a MAC that
 * somebody forged. An image that reads writes itself again, byte for byte.
 */
#include "base/must.h"
#include "keys/keyring_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_image(struct bytes body)
{
    struct keyring_image image AUTO(keyring_image_done);
    struct buf again AUTO(buf_done);

    buf_init(&again, KEYRING_FILE_MAX);
    must(keyring_image_init(&image) == OK);
    if (keyring_image_read(body, &image) != OK)
        return;
    keyring_image_write(&image, &again);
    must(buf_check(&again) == OK);
    must(bytes_equal(body, buf_bytes(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct keyring_parts parts;

    if (keyring_file_read(bytes_of(data, size), &parts) == OK)
        must(parts.body.size + MAC_SIZE + HASH_SIZE == size);
    check_image(bytes_of(data, size));
    return 0;
}
