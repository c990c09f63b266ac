#include "service/card_index.h"

enum err card_index(const struct caller *caller, const struct pan *pan, enum token_format format,
                    uint8_t ret_index[MAC_SIZE])
{
    uint8_t prefix = (uint8_t)format;
    struct mac *mac;
    uint32_t key;

    TRY(keyring_current(caller->worker->keyring, KEY_INDEX, caller->principal->tenant, &key));
    TRY(key_mac_begin(caller->worker->keys, key, &mac));
    mac_add(mac, bytes_of(&prefix, sizeof(prefix)));
    mac_add(mac, bytes_of(pan->digits, pan->count));
    mac_end(mac, ret_index);
    return OK;
}
