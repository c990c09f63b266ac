#include "vault/record.h"

#include "base/buf.h"
#include "base/cursor.h"
#include "base/secret.h"
#include "keys/key_user.h"

/*
 * On disk: magic, version, the header's fields, card part (bytes16), about part (bytes16). What
 * changes it changes RECORD_VERSION.
 */
enum {
    RECORD_MAGIC = 0x5052, /* "PR" */
    RECORD_VERSION = 1,
    HEADER_SIZE = 65,
    CARD_TEXT_MAX = 1 + PAN_DIGITS_MAX + 1 + CARD_NAME_MAX,
    ABOUT_TEXT_MAX = RECORD_SIZE_MAX,
    AAD_MAX = 128,
};

/* A byte of the about part. A canary must not be longer than another token. */
enum { ABOUT_CUSTOMER = 1, ABOUT_CANARY = 2, ABOUT_QUARANTINES = 4 };

void about_wipe(struct about *about)
{
    wipe(about, sizeof(*about));
}

static void header_write(const struct record_header *header, struct buf *out)
{
    buf_add_u16(out, RECORD_MAGIC);
    buf_add_u8(out, RECORD_VERSION);
    buf_add_u32(out, header->card_key);
    buf_add_u32(out, header->about_key);
    buf_add_u32(out, header->version);
    buf_add_u8(out, (uint8_t)header->format);
    buf_add_u8(out, header->single);
    buf_add_u64(out, (uint64_t)header->created_ms);
    buf_add_u64(out, (uint64_t)header->expires_at_ms);
    buf_add(out, bytes_of(header->index, sizeof(header->index)));
}

static void header_read(struct cursor *cursor, struct record_header *ret_header)
{
    uint8_t format, single;

    if (cursor_u16(cursor) != RECORD_MAGIC || cursor_u8(cursor) != RECORD_VERSION)
        cursor_fail(cursor);
    ret_header->card_key = cursor_u32(cursor);
    ret_header->about_key = cursor_u32(cursor);
    ret_header->version = cursor_u32(cursor);
    format = cursor_u8(cursor);
    single = cursor_u8(cursor);
    if (format >= TOKEN_FORMATS || single > 1)
        cursor_fail(cursor);
    ret_header->format = (enum token_format)format;
    ret_header->single = single == 1;
    ret_header->created_ms = (int64_t)cursor_u64(cursor);
    ret_header->expires_at_ms = (int64_t)cursor_u64(cursor);
    cursor_copy(cursor, ret_header->index, sizeof(ret_header->index));
}

/* A record taken apart; the parts are lent from it. */
struct parts {
    struct record_header header;
    struct bytes header_text;
    struct bytes card, about;
};

static enum err parts_read(struct bytes record, struct parts *ret_parts)
{
    struct cursor cursor = cursor_on(record);

    header_read(&cursor, &ret_parts->header);
    ret_parts->card = cursor_bytes16(&cursor);
    ret_parts->about = cursor_bytes16(&cursor);
    if (cursor_end(&cursor) != OK)
        return ERR_VAULT_DAMAGED;
    ret_parts->header_text = bytes_of(record.data, HEADER_SIZE);
    return OK;
}

enum err record_read_header(struct bytes record, struct record_header *ret_header)
{
    struct parts parts;

    TRY(parts_read(record, &parts));
    *ret_header = parts.header;
    return OK;
}

static void place_write(const struct record_place *place, char part, struct buf *aad)
{
    buf_add_str(aad, "pangate record ");
    buf_add_u8(aad, (uint8_t)part);
    buf_add_u32(aad, place->tenant);
    buf_add_bytes8(aad, token_bytes(&place->token));
}

/* The card part outlives every change, so it is bound to what never changes. */
static void card_aad(const struct record_place *place, const struct record_header *header,
                     struct buf *aad)
{
    place_write(place, 'c', aad);
    buf_add_u8(aad, RECORD_VERSION);
    buf_add_u32(aad, header->card_key);
    buf_add_u8(aad, (uint8_t)header->format);
    buf_add_u8(aad, header->single);
    buf_add_u64(aad, (uint64_t)header->created_ms);
}

static void about_aad(const struct record_place *place, struct bytes header_text, struct buf *aad)
{
    place_write(place, 'a', aad);
    buf_add(aad, header_text);
}

/* Append a part: the length of what is sealed, then the sealed text. */
static enum err part_seal(struct key_user *user, const struct key_scope *scope, struct bytes text,
                          struct buf *out)
{
    buf_add_u16(out, (uint16_t)(text.size + KEY_SEAL_OVERHEAD));
    TRY(buf_check(out));
    return key_seal(user, scope, text, out);
}

/* The number is padded, so that its length does not show in the length of the part. */
static void card_write(const struct card *card, struct buf *text)
{
    buf_add_u8(text, card->pan.count);
    buf_add(text, bytes_of(card->pan.digits, PAN_DIGITS_MAX));
    buf_add_bytes8(text, card_name(card));
}

static enum err card_seal(struct key_user *user, const struct record_draft *draft, struct buf *out)
{
    uint8_t text_storage[CARD_TEXT_MAX], aad_storage[AAD_MAX];
    struct buf text AUTO(buf_done) = { 0 }, aad AUTO(buf_done) = { 0 };

    buf_init_fixed(&text, text_storage, sizeof(text_storage));
    buf_init_fixed(&aad, aad_storage, sizeof(aad_storage));
    card_write(draft->card, &text);
    card_aad(draft->place, &draft->header, &aad);
    TRY(buf_check(&text));
    return part_seal(user, &(struct key_scope){ draft->header.card_key, buf_bytes(&aad) },
                     buf_bytes(&text), out);
}

static uint8_t about_flags(const struct about *about)
{
    uint8_t flags = about->has_customer ? ABOUT_CUSTOMER : 0;

    switch (about->canary) {
    case CANARY_NONE: break;
    case CANARY_ALARMS: flags |= ABOUT_CANARY; break;
    case CANARY_QUARANTINES: flags |= ABOUT_CANARY | ABOUT_QUARANTINES; break;
    }
    return flags;
}

static void about_write(const struct about *about, struct buf *text)
{
    buf_add_bytes8(text, bytes_str(about->first6));
    buf_add_bytes8(text, bytes_str(about->last4));
    buf_add_u8(text, about->length);
    buf_add_u8(text, (uint8_t)about->brand);
    buf_add_u8(text, about->expiry.month);
    buf_add_u16(text, about->expiry.year);
    buf_add_u8(text, about_flags(about));
    buf_add_bytes8(text, bytes_str(about->customer));
    buf_add_u8(text, about->has_metadata);
    buf_add_bytes16(text, bytes_of(about->metadata, about->metadata_size));
    buf_add_bytes16(text, bytes_of(about->routes, about->routes_size));
    buf_add(text, bytes_of(about->fingerprint, sizeof(about->fingerprint)));
}

static enum err about_seal(struct key_user *user, const struct record_draft *draft,
                           struct bytes header_text, struct buf *out)
{
    uint8_t text_storage[ABOUT_TEXT_MAX], aad_storage[AAD_MAX];
    struct buf text AUTO(buf_done) = { 0 }, aad AUTO(buf_done) = { 0 };

    buf_init_fixed(&text, text_storage, sizeof(text_storage));
    buf_init_fixed(&aad, aad_storage, sizeof(aad_storage));
    about_write(draft->about, &text);
    about_aad(draft->place, header_text, &aad);
    TRY(buf_check(&text));
    return part_seal(user, &(struct key_scope){ draft->header.about_key, buf_bytes(&aad) },
                     buf_bytes(&text), out);
}

enum err record_seal(struct key_user *user, struct record_draft *draft, struct record *ret_record)
{
    struct record_header *header = &draft->header;
    struct record record;
    struct buf out;

    TRY(keyring_current(key_user_keyring(user), KEY_DATA, draft->place->tenant, &header->card_key));
    header->about_key = header->card_key;
    header->version = 1;
    buf_init_fixed(&out, record.data, sizeof(record.data));
    header_write(header, &out);
    TRY(card_seal(user, draft, &out));
    TRY(about_seal(user, draft, bytes_of(record.data, HEADER_SIZE), &out));
    record.size = (uint16_t)out.size;
    *ret_record = record;
    return OK;
}

enum err record_change(struct key_user *user, struct bytes old, struct record_draft *draft,
                       struct record *ret_record)
{
    struct record_header *header = &draft->header;
    struct record record;
    struct parts parts;
    struct buf out;

    TRY(parts_read(old, &parts));
    header->card_key = parts.header.card_key;
    header->version = parts.header.version + 1;
    header->format = parts.header.format;
    header->single = parts.header.single;
    header->created_ms = parts.header.created_ms;
    TRY(keyring_current(key_user_keyring(user), KEY_DATA, draft->place->tenant,
                        &header->about_key));
    buf_init_fixed(&out, record.data, sizeof(record.data));
    header_write(header, &out);
    buf_add_bytes16(&out, parts.card);
    TRY(about_seal(user, draft, bytes_of(record.data, HEADER_SIZE), &out));
    record.size = (uint16_t)out.size;
    *ret_record = record;
    return OK;
}

void record_opened_wipe(struct record_opened *opened)
{
    wipe(opened, sizeof(*opened));
}

/* What does not open was changed by somebody: to us the vault is damaged. */
static enum err part_open(struct key_user *user, const struct key_scope *scope, struct bytes sealed,
                          struct buf *text)
{
    enum err err = key_open(user, scope, sealed, text);

    return err == ERR_FORGED || err == ERR_LIMIT ? ERR_VAULT_DAMAGED : err;
}

static void about_read_flags(struct cursor *cursor, struct about *ret_about)
{
    uint8_t flags = cursor_u8(cursor);

    ret_about->has_customer = (flags & ABOUT_CUSTOMER) != 0;
    ret_about->canary = CANARY_NONE;
    if ((flags & ABOUT_CANARY) != 0)
        ret_about->canary = (flags & ABOUT_QUARANTINES) != 0 ? CANARY_QUARANTINES : CANARY_ALARMS;
}

static void about_read(struct cursor *cursor, struct about *ret_about)
{
    struct bytes metadata, routes;

    cursor_text8(cursor, ret_about->first6, sizeof(ret_about->first6));
    cursor_text8(cursor, ret_about->last4, sizeof(ret_about->last4));
    ret_about->length = cursor_u8(cursor);
    ret_about->brand = (enum brand)cursor_u8(cursor);
    ret_about->expiry.month = cursor_u8(cursor);
    ret_about->expiry.year = cursor_u16(cursor);
    about_read_flags(cursor, ret_about);
    cursor_text8(cursor, ret_about->customer, sizeof(ret_about->customer));
    ret_about->has_metadata = cursor_u8(cursor) != 0;
    metadata = cursor_bytes16(cursor);
    routes = cursor_bytes16(cursor);
    cursor_copy(cursor, ret_about->fingerprint, sizeof(ret_about->fingerprint));
    if (metadata.size > sizeof(ret_about->metadata) || routes.size > sizeof(ret_about->routes) ||
        ret_about->brand >= BRANDS) {
        cursor_fail(cursor);
        return;
    }
    ret_about->metadata_size = (uint16_t)metadata.size;
    ret_about->routes_size = (uint16_t)routes.size;
    if (metadata.size > 0)
        memcpy(ret_about->metadata, metadata.data, metadata.size);
    if (routes.size > 0)
        memcpy(ret_about->routes, routes.data, routes.size);
}

enum err record_open_about(struct key_user *user, const struct record_place *place,
                           struct bytes record, struct record_opened *ret_opened)
{
    uint8_t text_storage[ABOUT_TEXT_MAX], aad_storage[AAD_MAX];
    struct buf text AUTO(buf_done) = { 0 }, aad AUTO(buf_done) = { 0 };
    struct record_opened opened AUTO(record_opened_wipe) = { 0 };
    struct parts parts;
    struct cursor cursor;

    TRY(parts_read(record, &parts));
    buf_init_fixed(&text, text_storage, sizeof(text_storage));
    buf_init_fixed(&aad, aad_storage, sizeof(aad_storage));
    about_aad(place, parts.header_text, &aad);
    TRY(part_open(user, &(struct key_scope){ parts.header.about_key, buf_bytes(&aad) }, parts.about,
                  &text));
    cursor = cursor_on(buf_bytes(&text));
    about_read(&cursor, &opened.about);
    if (cursor_end(&cursor) != OK)
        return ERR_VAULT_DAMAGED;
    opened.header = parts.header;
    *ret_opened = opened;
    return OK;
}

static void card_read(struct cursor *cursor, struct card *ret_card)
{
    struct bytes name;

    ret_card->pan.count = cursor_u8(cursor);
    cursor_copy(cursor, ret_card->pan.digits, PAN_DIGITS_MAX);
    name = cursor_bytes8(cursor);
    if (ret_card->pan.count > PAN_DIGITS_MAX || card_set_name(ret_card, name) != OK)
        cursor_fail(cursor);
}

enum err record_open_card(struct key_user *user, const struct record_place *place,
                          struct bytes record, struct card *ret_card)
{
    uint8_t text_storage[CARD_TEXT_MAX], aad_storage[AAD_MAX];
    struct buf text AUTO(buf_done) = { 0 }, aad AUTO(buf_done) = { 0 };
    struct card card AUTO(card_wipe) = { 0 };
    struct parts parts;
    struct cursor cursor;

    TRY(parts_read(record, &parts));
    buf_init_fixed(&text, text_storage, sizeof(text_storage));
    buf_init_fixed(&aad, aad_storage, sizeof(aad_storage));
    card_aad(place, &parts.header, &aad);
    TRY(part_open(user, &(struct key_scope){ parts.header.card_key, buf_bytes(&aad) }, parts.card,
                  &text));
    cursor = cursor_on(buf_bytes(&text));
    card_read(&cursor, &card);
    if (cursor_end(&cursor) != OK)
        return ERR_VAULT_DAMAGED;
    *ret_card = card;
    return OK;
}

void record_without_card(const struct record *record, struct record *ret_record)
{
    struct record bare = { 0 };
    struct parts parts;
    struct buf out;

    if (parts_read(record_bytes(record), &parts) == OK) {
        buf_init_fixed(&out, bare.data, sizeof(bare.data));
        buf_add(&out, parts.header_text);
        buf_add_bytes16(&out, bytes_of(NULL, 0));
        buf_add_bytes16(&out, parts.about);
        bare.size = (uint16_t)out.size;
    }
    *ret_record = bare;
}
