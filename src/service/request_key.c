#include "service/request_key.h"

#include "service/text.h"

enum { REQUEST_KEY_MAX = 64 };

enum err request_key_check(struct bytes key)
{
    TRY(text_check(key, REQUEST_KEY_MAX));
    for (size_t i = 0; i < key.size; i++) {
        if (key.data[i] < 0x21 || key.data[i] > 0x7E)
            return ERR_BAD_REQUEST;
    }
    return key.size == 0 ? ERR_BAD_REQUEST : OK;
}

/* Each part ends with a NUL, which none of them can hold. */
static void add_part(struct mac *mac, struct bytes part)
{
    mac_add(mac, part);
    mac_add(mac, bytes_lit("\0"));
}

enum err request_key_read(const struct caller *caller, const struct bytes parts[3],
                          struct bytes body, struct idempotency *ret_idempotency)
{
    struct service_worker *worker = caller->worker;
    const struct principal *principal = caller->principal;
    struct idempotency idempotency = { .used = true, .keep_ms = principal->idempotency_keep_ms };
    struct mac *mac;
    uint32_t key;

    TRY(keyring_current(worker->keyring, KEY_IDEMPOTENCY, principal->tenant, &key));
    TRY(key_mac_begin(worker->keys, key, &mac));
    add_part(mac, bytes_lit("scope"));
    add_part(mac, bytes_str(principal->name));
    for (size_t i = 0; i < 3; i++)
        add_part(mac, parts[i]);
    mac_end(mac, idempotency.scope);
    TRY(key_mac_begin(worker->keys, key, &mac));
    add_part(mac, bytes_lit("body"));
    mac_add(mac, body);
    mac_end(mac, idempotency.body);
    *ret_idempotency = idempotency;
    return OK;
}
