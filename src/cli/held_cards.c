#include "cli/held_cards.h"

#include <stdio.h>

#include "base/instant.h"
#include "base/json_writer.h"
#include "gateway/server_parts.h"
#include "keys/key_user.h"
#include "service/text.h"
#include "vault/peek.h"

enum { LINE_SIZE = 4096 };

static void card_members(struct json_writer *json, const struct about *about)
{
    json_open(json, "card", '{');
    json_str(json, "brand", brand_name(about->brand));
    json_str(json, "last4", about->last4);
    if (expiry_is_known(about->expiry)) {
        json_number(json, "exp_month", about->expiry.month);
        json_number(json, "exp_year", about->expiry.year);
    }
    json_close(json, '}');
}

static void metadata_names(struct json_writer *json, const struct about *about)
{
    struct bytes rest = bytes_of(about->metadata, about->metadata_size), name, value;

    json_open(json, "metadata", '[');
    while (metadata_next(&rest, &name, &value))
        json_text(json, NULL, name);
    json_close(json, ']');
}

static void time_member(struct json_writer *json, const char *name, int64_t ms)
{
    char text[INSTANT_TEXT_SIZE];

    instant_write(ms, text);
    json_str(json, name, text);
}

static void record_members(struct json_writer *json, const struct record_opened *record)
{
    card_members(json, &record->about);
    if (record->about.has_metadata)
        metadata_names(json, &record->about);
    time_member(json, "created_at", record->header.created_ms);
    if (record->header.expires_at_ms != 0)
        time_member(json, "expires_at", record->header.expires_at_ms);
}

static enum err print_held(void *with, const struct record_place *place, struct bytes record)
{
    struct record_opened opened AUTO(record_opened_wipe) = { 0 };
    struct buf line AUTO(buf_done) = { .max = LINE_SIZE };
    struct json_writer json = json_writer_on(&line);
    enum err err = record_open_about(with, place, record, &opened);

    json_open(&json, NULL, '{');
    json_str(&json, "what", "held");
    json_text(&json, "token", token_bytes(&place->token));
    if (err == OK)
        record_members(&json, &opened);
    else
        json_str(&json, "unreadable", err_text(err));
    json_close(&json, '}');
    buf_add_u8(&line, '\n');
    TRY(buf_check(&line));
    return fwrite(line.data, 1, line.size, stdout) == line.size ? OK : ERR_IO;
}

static void peek_done(struct vault_peek **peek)
{
    vault_peek_free(*peek);
}

static void key_user_done(struct key_user **user)
{
    key_user_free(*user);
}

enum err held_cards_print(const struct audit_access *access, const struct audit_filter *filter,
                          struct why *why)
{
    const struct vault_options options = vault_options_of(access->config, access->keyring);
    struct vault_peek *peek AUTO(peek_done) = NULL;
    struct key_user *user AUTO(key_user_done) = NULL;
    struct held_sink sink = { .take = print_held };
    uint32_t tenant;

    TRY(keyring_tenant(access->keyring, bytes_str(filter->tenant), &tenant));
    TRY(key_user_new(access->keyring, &user));
    TRY(vault_peek_open(&options, true, &peek, why));
    sink.with = user;
    return vault_peek_customer(peek, tenant, filter->customer_tag, &sink);
}
