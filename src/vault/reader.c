#include <stdlib.h>

#include "base/cursor.h"
#include "vault/answer.h"
#include "vault/parts.h"

enum { FIND_TRIES = 8 };

struct vault_reader {
    struct vault *vault;
    struct sight sight;
    struct buf value;
    uint8_t storage[4096];
};

enum err vault_reader_new(struct vault *vault, struct vault_reader **ret_reader)
{
    struct vault_reader *reader = calloc(1, sizeof(*reader));
    enum err err;

    if (reader == NULL)
        return ERR_MEMORY;
    reader->vault = vault;
    buf_init_fixed(&reader->value, reader->storage, sizeof(reader->storage));
    err = sight_init(&reader->sight, vault->overlay, vault->store);
    if (err != OK) {
        free(reader);
        return err;
    }
    *ret_reader = reader;
    return OK;
}

void vault_reader_free(struct vault_reader *reader)
{
    if (reader == NULL)
        return;
    sight_done(&reader->sight);
    free(reader);
}

/* ERR_NO_TOKEN if there is no such row. */
static enum err get(struct vault_reader *reader, enum store_table table, const struct row_key *key)
{
    enum err err = sight_get(&reader->sight, table, row_key_bytes(key), &reader->value);

    if (err == ERR_NOT_FOUND)
        return ERR_NO_TOKEN;
    return err == ERR_LIMIT ? ERR_VAULT_DAMAGED : err;
}

/* The row of a token, over or not. */
static enum err find_any(struct vault_reader *reader, const struct record_place *place,
                         struct vault_row *ret_row, struct record_header *ret_header)
{
    struct row_key key = row_key_token(place);
    struct token_row row;

    TRY(get(reader, STORE_TOKENS, &key));
    TRY(row_read_token(buf_bytes(&reader->value), &row));
    TRY(record_read_header(row.record, ret_header));
    ret_row->token = place->token;
    ret_row->made = row.made;
    ret_row->record.size = (uint16_t)row.record.size;
    memcpy(ret_row->record.data, row.record.data, row.record.size);
    return OK;
}

static bool is_over(struct vault_reader *reader, const struct record_header *header)
{
    return header->expires_at_ms != 0 && header->expires_at_ms <= vault_now_ms(reader->vault);
}

enum err vault_find(struct vault_reader *reader, const struct record_place *place,
                    struct vault_row *ret_row)
{
    struct record_header header;

    TRY(find_any(reader, place, ret_row, &header));
    return is_over(reader, &header) ? ERR_NO_TOKEN : OK;
}

static enum err find_name(struct vault_reader *reader, uint32_t tenant, const uint8_t index[32],
                          struct token *ret_token)
{
    struct row_key key = row_key_index(tenant, index);

    TRY(get(reader, STORE_INDEX, &key));
    return row_read_name(buf_bytes(&reader->value), ret_token);
}

/* Index and token are looked at one after the other, and the card may be erased in between. Only
 * if the index still says the same afterwards is something wrong. */
enum err vault_find_index(struct vault_reader *reader, uint32_t tenant, const uint8_t index[32],
                          struct vault_row *ret_row)
{
    struct record_place place = { .tenant = tenant };
    struct record_header header;
    struct token again;
    enum err err;

    for (int tries = 0; tries < FIND_TRIES; tries++) {
        TRY(find_name(reader, tenant, index, &place.token));
        err = find_any(reader, &place, ret_row, &header);
        if (err == OK) {
            if (header.single || memcmp(header.index, index, sizeof(header.index)) != 0)
                return ERR_VAULT_DAMAGED;
            return is_over(reader, &header) ? ERR_NO_TOKEN : OK;
        }
        if (err != ERR_NO_TOKEN)
            return err;
        TRY(find_name(reader, tenant, index, &again));
        if (token_equal(&again, &place.token))
            return ERR_VAULT_DAMAGED;
    }
    return ERR_OVERLOADED;
}

static enum err read_attempt(const struct answer *answer, struct vault_attempt *ret_attempt)
{
    struct cursor cursor = cursor_on(answer->rest);

    *ret_attempt = (struct vault_attempt){ .is_running = answer->state == ANSWER_RUNNING,
                                           .is_refused = answer->state == ANSWER_ITEMS };
    if (answer->state == ANSWER_NAMED)
        return ERR_VAULT_DAMAGED;
    if (answer->state != ANSWER_FORWARD)
        return OK;
    ret_attempt->intent = cursor_u64(&cursor);
    ret_attempt->status = cursor_u16(&cursor);
    ret_attempt->has_answer = cursor.rest.size > 0;
    return cursor_check(&cursor) == OK ? OK : ERR_VAULT_DAMAGED;
}

static enum err find_answer(struct vault_reader *reader, const uint8_t scope[32], struct buf *value,
                            struct answer *ret_answer)
{
    struct row_key key = row_key_scope(scope);

    buf_init(value, 2 * FORWARD_ANSWER_MAX);
    TRY(sight_get(&reader->sight, STORE_IDEMPOTENCY, row_key_bytes(&key), value));
    TRY(answer_read(buf_bytes(value), ret_answer));
    return ret_answer->keep_until_ms <= vault_now_ms(reader->vault) ? ERR_NOT_FOUND : OK;
}

enum err vault_find_attempt(struct vault_reader *reader, const uint8_t scope[32],
                            struct vault_attempt *ret_attempt)
{
    struct buf value AUTO(buf_done) = { 0 };
    struct answer answer;

    TRY(find_answer(reader, scope, &value, &answer));
    return read_attempt(&answer, ret_attempt);
}

enum err vault_find_attempt_named(struct vault_reader *reader, const uint8_t name[32],
                                  struct vault_attempt *ret_attempt)
{
    struct buf value AUTO(buf_done) = { 0 };
    struct answer answer;

    TRY(find_answer(reader, name, &value, &answer));
    if (answer.state != ANSWER_NAMED || answer.rest.size != ROW_SCOPE_SIZE)
        return ERR_VAULT_DAMAGED;
    return vault_find_attempt(reader, answer.rest.data, ret_attempt);
}

enum err vault_find_quarantine(struct vault_reader *reader, const char *client)
{
    struct row_key key = row_key_quarantine(client);

    return sight_get(&reader->sight, STORE_META, row_key_bytes(&key), &reader->value);
}
