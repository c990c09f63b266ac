#include "cli/audit_filter_argument.h"

#include <string.h>

#include "base/instant.h"
#include "keys/key_user.h"

enum option_key { SINCE = 0x100, UNTIL, CLIENT, TENANT, TOKEN, CUSTOMER, KIND, OUTCOME };

static const struct argp_option filter_options[] = {
    { "config", 'c', "FILE", 0, "the configuration", 0 },
    { "since", SINCE, "TIME", 0, "entries from this time on, such as 2026-11-24T10:00:00Z", 0 },
    { "until", UNTIL, "TIME", 0, "entries before this time", 0 },
    { "client", CLIENT, "NAME", 0, "of this client", 0 },
    { "tenant", TENANT, "NAME", 0, "of this tenant", 0 },
    { "token", TOKEN, "TOKEN", 0, "about this token", 0 },
    { "customer", CUSTOMER, "REF", 0, "about this customer of the tenant", 0 },
    { "kind", KIND, "KIND", 0, "of this kind; may be given more than once", 0 },
    { "outcome", OUTCOME, "OUTCOME", 0, "ok, refused, failed or unknown; likewise", 0 },
    { 0 },
};

static void take_time(const char *text, int64_t *ret_ms, struct argp_state *state)
{
    if (instant_read(bytes_str(text), ret_ms) != OK)
        argp_error(state, "'%s' is not a time such as 2026-11-24T10:00:00Z", text);
}

static void take_name(const char *text, char *ret_name, size_t size, struct argp_state *state)
{
    if (text[0] == '\0' || !bytes_copy_text(bytes_str(text), ret_name, size))
        argp_error(state, "'%s' is empty or too long", text);
}

static void take_kind(const char *text, struct audit_filter *filter, struct argp_state *state)
{
    enum audit_kind kind;

    if (audit_kind_parse(bytes_str(text), &kind) != OK)
        argp_error(state, "there is no kind '%s'", text);
    else
        audit_filter_add_kind(filter, kind);
}

static void take_outcome(const char *text, struct audit_filter *filter, struct argp_state *state)
{
    enum audit_outcome outcome;

    if (audit_outcome_parse(bytes_str(text), &outcome) != OK)
        argp_error(state, "there is no outcome '%s'", text);
    else
        audit_filter_add_outcome(filter, outcome);
}

static void check(const struct audit_filter_arguments *arguments, struct argp_state *state)
{
    if (arguments->path == NULL)
        argp_error(state, "-c FILE is missing");
    if (arguments->customer != NULL && arguments->filter.tenant[0] == '\0')
        argp_error(state, "--customer needs --tenant: each tenant has customers of its own");
}

static error_t on_argument(int key, char *text, struct argp_state *state)
{
    struct audit_filter_arguments *arguments = state->input;
    struct audit_filter *filter = &arguments->filter;

    switch (key) {
    case 'c': arguments->path = text; return 0;
    case SINCE: take_time(text, &filter->since_ms, state); return 0;
    case UNTIL: take_time(text, &filter->until_ms, state); return 0;
    case CLIENT: take_name(text, filter->client, sizeof(filter->client), state); return 0;
    case TENANT: take_name(text, filter->tenant, sizeof(filter->tenant), state); return 0;
    case TOKEN: take_name(text, filter->token, sizeof(filter->token), state); return 0;
    case CUSTOMER: arguments->customer = text; return 0;
    case KIND: take_kind(text, filter, state); return 0;
    case OUTCOME: take_outcome(text, filter, state); return 0;
    case ARGP_KEY_END: check(arguments, state); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

const struct argp audit_filter_argument = { .options = filter_options, .parser = on_argument };

static void key_user_done(struct key_user **user)
{
    key_user_free(*user);
}

static enum err set_customer(struct audit_filter_arguments *arguments,
                             const struct keyring *keyring, uint32_t tenant)
{
    struct key_user *user AUTO(key_user_done) = NULL;
    struct audit_filter *filter = &arguments->filter;
    uint8_t mac[MAC_SIZE];
    uint32_t key;

    TRY(keyring_current(keyring, KEY_LOG_TAG, tenant, &key));
    TRY(key_user_new(keyring, &user));
    TRY(key_mac(user, key, bytes_str(arguments->customer), mac));
    memcpy(filter->customer_tag, mac, AUDIT_TAG_SIZE);
    filter->by_customer = true;
    return OK;
}

enum err audit_filter_resolve(struct audit_filter_arguments *arguments,
                              const struct audit_access *access, struct why *why)
{
    const char *name = arguments->filter.tenant;
    uint32_t tenant;

    if (arguments->customer == NULL)
        return OK;
    if (keyring_tenant(access->keyring, bytes_str(name), &tenant) != OK)
        return why_say(why, ERR_NOT_FOUND, "the vault has no tenant %s", name);
    return set_customer(arguments, access->keyring, tenant);
}
