#include "service/customer.h"

#include <string.h>

enum err customer_tag(const struct caller *caller, struct bytes customer,
                      uint8_t ret_tag[AUDIT_TAG_SIZE])
{
    uint8_t mac[MAC_SIZE];
    uint32_t key;

    TRY(keyring_current(caller->worker->keyring, KEY_LOG_TAG, caller->principal->tenant, &key));
    TRY(key_mac(caller->worker->keys, key, customer, mac));
    memcpy(ret_tag, mac, AUDIT_TAG_SIZE);
    return OK;
}

enum err proposal_set_customer(const struct caller *caller, const struct about *about,
                               struct proposal *proposal)
{
    struct audit_entry *entry = &proposal->entry;

    if (!about->has_customer)
        return OK;
    TRY(customer_tag(caller, bytes_str(about->customer), entry->customer_tag));
    entry->has_customer = true;
    memcpy(proposal->customer_tag, entry->customer_tag, sizeof(proposal->customer_tag));
    return OK;
}
