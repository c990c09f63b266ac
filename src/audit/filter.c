#include "audit/filter.h"

#include <string.h>

void audit_filter_add_kind(struct audit_filter *filter, enum audit_kind kind)
{
    filter->kinds |= UINT32_C(1) << kind;
}

void audit_filter_add_outcome(struct audit_filter *filter, enum audit_outcome outcome)
{
    filter->outcomes |= UINT32_C(1) << outcome;
}

bool audit_entry_has_token(const struct audit_entry *entry, const char *token)
{
    struct bytes more = bytes_str(entry->more_tokens), wanted = bytes_str(token);

    if (strcmp(entry->token, token) == 0)
        return true;
    while (more.size > 0) {
        size_t end = bytes_index(more, ' ');

        if (bytes_equal(bytes_of(more.data, end), wanted))
            return true;
        more = bytes_from(more, end + 1);
    }
    return false;
}

static bool text_matches(const char *wanted, const char *text)
{
    return wanted[0] == '\0' || strcmp(wanted, text) == 0;
}

static bool bit_matches(uint32_t wanted, unsigned bit)
{
    return wanted == 0 || (wanted >> bit & 1) == 1;
}

static bool time_matches(const struct audit_filter *filter, int64_t time_ms)
{
    return time_ms >= filter->since_ms && (filter->until_ms == 0 || time_ms < filter->until_ms);
}

static bool customer_matches(const struct audit_filter *filter, const struct audit_entry *entry)
{
    return !filter->by_customer ||
           (entry->has_customer &&
            memcmp(filter->customer_tag, entry->customer_tag, AUDIT_TAG_SIZE) == 0);
}

bool audit_filter_matches(const struct audit_filter *filter, const struct audit_entry *entry)
{
    return time_matches(filter, entry->time_ms) && bit_matches(filter->kinds, entry->kind) &&
           bit_matches(filter->outcomes, entry->outcome) &&
           text_matches(filter->client, entry->client) &&
           text_matches(filter->tenant, entry->tenant) && customer_matches(filter, entry) &&
           (filter->token[0] == '\0' || audit_entry_has_token(entry, filter->token));
}
