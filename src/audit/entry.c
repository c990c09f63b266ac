#include "audit/entry.h"

#include "base/cursor.h"
#include "base/encode.h"
#include "base/instant.h"
#include "base/json_writer.h"
#include "base/must.h"

enum {
    LEAF_MAGIC = 0x5041, /* "PA" */
    LEAF_VERSION = 1,
    SHORT_TEXT_SIZE = 256, /* in memory, with NUL: its length fits a byte on disk */
};

static const int64_t TIME_MS_MAX = 253402300799999; /* 9999-12-31T23:59:59.999Z */

const char *audit_kind_word(enum audit_kind kind)
{
#define KIND_WORD(name, word, number)                                                              \
    case name: return word;
    switch (kind) {
        AUDIT_KIND_TABLE(KIND_WORD)
    }
    return "unknown";
}

const char *audit_outcome_word(enum audit_outcome outcome)
{
    switch (outcome) {
    case AUDIT_OK: return "ok";
    case AUDIT_WAS_REFUSED: return "refused";
    case AUDIT_FAILED: return "failed";
    case AUDIT_UNKNOWN: return "unknown";
    }
    return "unknown";
}

enum err audit_kind_parse(struct bytes word, enum audit_kind *ret_kind)
{
#define KIND_VALUE(name, word, number) name,
    static const enum audit_kind kinds[] = { AUDIT_KIND_TABLE(KIND_VALUE) };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (bytes_equal(word, bytes_str(audit_kind_word(kinds[i])))) {
            *ret_kind = kinds[i];
            return OK;
        }
    }
    return ERR_NOT_FOUND;
}

enum err audit_outcome_parse(struct bytes word, enum audit_outcome *ret_outcome)
{
    for (enum audit_outcome outcome = AUDIT_OK; outcome <= AUDIT_UNKNOWN; outcome++) {
        if (bytes_equal(word, bytes_str(audit_outcome_word(outcome)))) {
            *ret_outcome = outcome;
            return OK;
        }
    }
    return ERR_NOT_FOUND;
}

/* The texts of an entry, in the order of their bits and places on disk: only ever added to. */
#define TEXT(member)                                                                               \
    {                                                                                              \
        offsetof(struct audit_entry, member), sizeof(((struct audit_entry *)NULL)->member)         \
    }
static const struct text_member {
    size_t offset;
    size_t size;
} texts[] = { TEXT(code),        TEXT(client),  TEXT(tenant), TEXT(address),    TEXT(token),
              TEXT(more_tokens), TEXT(purpose), TEXT(route),  TEXT(request_id), TEXT(detail) };

enum {
    TEXTS = sizeof(texts) / sizeof(texts[0]),
    HAS_COUNT = 1 << TEXTS,
    HAS_CUSTOMER = 2 << TEXTS,
    HAS_RECORD = 4 << TEXTS,
    HAS_ALL = 8 << TEXTS, /* the first bit that means nothing */
};

static const char *entry_text(const struct audit_entry *entry, size_t i)
{
    return (const char *)entry + texts[i].offset;
}

static unsigned entry_members(const struct audit_entry *entry)
{
    unsigned members = 0;

    for (size_t i = 0; i < TEXTS; i++) {
        if (entry_text(entry, i)[0] != '\0')
            members |= 1U << i;
    }
    members |= entry->count != 0 ? HAS_COUNT : 0U;
    members |= entry->has_customer ? HAS_CUSTOMER : 0U;
    members |= entry->has_record ? HAS_RECORD : 0U;
    return members;
}

static bool kind_is_known(unsigned number)
{
    return number >= AUDIT_INIT && number <= AUDIT_QUARANTINE;
}

static bool outcome_is_known(unsigned number)
{
    return number >= AUDIT_OK && number <= AUDIT_UNKNOWN;
}

void audit_entry_write(const struct audit_entry *entry, struct buf *leaf)
{
    unsigned members = entry_members(entry);

    must(kind_is_known(entry->kind) && outcome_is_known(entry->outcome));
    must(entry->time_ms >= 0 && entry->time_ms <= TIME_MS_MAX);
    buf_add_u16(leaf, LEAF_MAGIC);
    buf_add_u8(leaf, LEAF_VERSION);
    buf_add_u8(leaf, (uint8_t)entry->kind);
    buf_add_u8(leaf, (uint8_t)entry->outcome);
    buf_add_u16(leaf, entry->status);
    buf_add_u64(leaf, (uint64_t)entry->time_ms);
    buf_add(leaf, bytes_of(entry->salt, sizeof(entry->salt)));
    buf_add_u16(leaf, (uint16_t)members);
    for (size_t i = 0; i < TEXTS; i++) {
        struct bytes text = bytes_str(entry_text(entry, i));

        if (text.size > 0 && texts[i].size > SHORT_TEXT_SIZE)
            buf_add_bytes16(leaf, text);
        else if (text.size > 0)
            buf_add_bytes8(leaf, text);
    }
    if (entry->count != 0)
        buf_add_u64(leaf, entry->count);
    if (entry->has_customer)
        buf_add(leaf, bytes_of(entry->customer_tag, sizeof(entry->customer_tag)));
    if (entry->has_record)
        buf_add(leaf, bytes_of(entry->record_sha256, sizeof(entry->record_sha256)));
}

static void read_head(struct cursor *cursor, struct audit_entry *entry)
{
    uint8_t kind = cursor_u8(cursor), outcome = cursor_u8(cursor);

    entry->status = cursor_u16(cursor);
    entry->time_ms = (int64_t)cursor_u64(cursor);
    cursor_copy(cursor, entry->salt, sizeof(entry->salt));
    if (!kind_is_known(kind) || !outcome_is_known(outcome) || entry->time_ms < 0 ||
        entry->time_ms > TIME_MS_MAX)
        cursor_fail(cursor);
    entry->kind = kind;
    entry->outcome = outcome;
}

/* A member that is there is never empty, so that an entry has one form only. */
static void read_text(struct cursor *cursor, struct audit_entry *entry, size_t i)
{
    struct bytes text =
        texts[i].size > SHORT_TEXT_SIZE ? cursor_bytes16(cursor) : cursor_bytes8(cursor);

    if (text.size == 0 || !bytes_copy_text(text, (char *)entry + texts[i].offset, texts[i].size))
        cursor_fail(cursor);
}

static void read_members(struct cursor *cursor, struct audit_entry *entry)
{
    unsigned members = cursor_u16(cursor);

    for (size_t i = 0; i < TEXTS; i++) {
        if ((members & 1U << i) != 0)
            read_text(cursor, entry, i);
    }
    entry->count = (members & HAS_COUNT) != 0 ? cursor_u64(cursor) : 0;
    entry->has_customer = (members & HAS_CUSTOMER) != 0;
    entry->has_record = (members & HAS_RECORD) != 0;
    if (entry->has_customer)
        cursor_copy(cursor, entry->customer_tag, sizeof(entry->customer_tag));
    if (entry->has_record)
        cursor_copy(cursor, entry->record_sha256, sizeof(entry->record_sha256));
    if (members >= HAS_ALL || ((members & HAS_COUNT) != 0 && entry->count == 0))
        cursor_fail(cursor);
}

enum err audit_entry_read(struct bytes leaf, struct audit_entry *ret_entry)
{
    struct cursor cursor = cursor_on(leaf);
    struct audit_entry entry = { 0 };
    uint16_t magic = cursor_u16(&cursor);
    uint8_t version = cursor_u8(&cursor);

    if (magic != LEAF_MAGIC || version == 0 || leaf.size > AUDIT_LEAF_SIZE_MAX)
        return ERR_CORRUPT;
    if (version > LEAF_VERSION)
        return ERR_NEWER;
    read_head(&cursor, &entry);
    read_members(&cursor, &entry);
    TRY(cursor_end(&cursor));
    *ret_entry = entry;
    return OK;
}

static void export_text(struct json_writer *json, const char *name, const char *text)
{
    if (text[0] != '\0')
        json_str(json, name, text);
}

static void export_tokens(struct json_writer *json, struct bytes tokens)
{
    if (tokens.size == 0)
        return;
    json_open(json, "tokens", '[');
    while (tokens.size > 0) {
        size_t end = bytes_index(tokens, ' ');

        if (end > 0)
            json_text(json, NULL, bytes_of(tokens.data, end));
        tokens = bytes_from(tokens, end + 1);
    }
    json_close(json, ']');
}

static void export_hex(struct json_writer *json, const char *name, struct bytes bytes)
{
    char storage[2 * sizeof(((struct audit_entry *)NULL)->record_sha256)];
    struct buf hex;

    buf_init_fixed(&hex, storage, sizeof(storage));
    encode_hex(bytes, &hex);
    json_text(json, name, buf_bytes(&hex));
}

void audit_entry_export(const struct audit_entry *entry, uint64_t number, struct buf *line)
{
    struct json_writer json = json_writer_on(line);
    char time[INSTANT_TEXT_SIZE];

    instant_write_ms(entry->time_ms, time);
    json_open(&json, NULL, '{');
    json_decimal_string(&json, "receipt", number);
    json_str(&json, "time", time);
    json_str(&json, "kind", audit_kind_word(entry->kind));
    json_str(&json, "outcome", audit_outcome_word(entry->outcome));
    if (entry->status != 0)
        json_number(&json, "status", entry->status);
    export_text(&json, "code", entry->code);
    export_text(&json, "client", entry->client);
    export_text(&json, "tenant", entry->tenant);
    export_text(&json, "address", entry->address);
    export_text(&json, "token", entry->token);
    export_tokens(&json, bytes_str(entry->more_tokens));
    export_text(&json, "purpose", entry->purpose);
    if (entry->has_customer)
        export_hex(&json, "customer_tag", bytes_of(entry->customer_tag, AUDIT_TAG_SIZE));
    export_text(&json, "route", entry->route);
    export_text(&json, "request_id", entry->request_id);
    if (entry->count != 0)
        json_number(&json, "count", (int64_t)entry->count);
    if (entry->has_record)
        export_hex(&json, "record_sha256", bytes_of(entry->record_sha256, 32));
    export_text(&json, "detail", entry->detail);
    json_close(&json, '}');
    buf_add_u8(line, '\n');
}
