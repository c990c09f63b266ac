#include "audit/report.h"

#include <string.h>

#include "audit/exposure.h"
#include "base/encode.h"
#include "base/instant.h"
#include "base/json_writer.h"

enum { LINE_SIZE = 4096 };

/* The tokens that an entry is about, its own and a forward's further ones. */
struct token_walk {
    struct bytes next, more;
};

static struct token_walk tokens_of(const struct audit_entry *entry)
{
    return (struct token_walk){ bytes_str(entry->token), bytes_str(entry->more_tokens) };
}

static bool token_next(struct token_walk *walk, char ret_token[AUDIT_TOKEN_SIZE])
{
    size_t end;

    if (walk->next.size == 0)
        return false;
    (void)bytes_copy_text(walk->next, ret_token, AUDIT_TOKEN_SIZE);
    end = bytes_index(walk->more, ' ');
    walk->next = bytes_of(walk->more.data, end);
    walk->more = bytes_from(walk->more, end + 1);
    return true;
}

/* A token of a tenant, without the way it was used. */
static struct exposure_key token_key(const struct audit_entry *entry, const char *token)
{
    struct exposure_key key;

    memset(&key, 0, sizeof(key));
    (void)bytes_copy_text(bytes_str(entry->tenant), key.tenant, sizeof(key.tenant));
    (void)bytes_copy_text(bytes_str(token), key.token, sizeof(key.token));
    return key;
}

/* Whether the entry let somebody have the card number. A replay names in its detail what it
 * replays; one that does not is counted, to be on the safe side. */
static bool is_exposure(const struct audit_entry *entry)
{
    bool replay =
        entry->kind == AUDIT_REPLAY &&
        (entry->detail[0] == '\0' || strcmp(entry->detail, audit_kind_word(AUDIT_DETOKENIZE)) == 0);

    return entry->outcome == AUDIT_OK &&
           (replay || entry->kind == AUDIT_DETOKENIZE || entry->kind == AUDIT_FORWARD);
}

static enum err exposure_count(struct exposures *exposures, const struct exposure_key *key,
                               uint64_t number, int64_t time_ms)
{
    struct exposure *row;

    TRY(exposures_add(exposures, key, &row));
    if (row->count++ == 0) {
        row->first = number;
        row->first_ms = time_ms;
    }
    row->last = number;
    row->last_ms = time_ms;
    return OK;
}

struct breach {
    struct exposures exposures;
    struct exposures tokens; /* of all of them, each once */
};

static void breach_done(struct breach *breach)
{
    exposures_done(&breach->exposures);
    exposures_done(&breach->tokens);
}

static enum err breach_take(void *with, uint64_t number, const struct audit_entry *entry)
{
    struct breach *breach = with;
    struct token_walk tokens = tokens_of(entry);
    char token[AUDIT_TOKEN_SIZE];

    while (is_exposure(entry) && token_next(&tokens, token)) {
        struct exposure_key key = token_key(entry, token);
        struct exposure *row;

        TRY(exposures_add(&breach->tokens, &key, &row));
        key.kind = entry->kind;
        memcpy(key.client, entry->client, strlen(entry->client));
        memcpy(key.route, entry->route, strlen(entry->route));
        memcpy(key.purpose, entry->purpose, strlen(entry->purpose));
        TRY(exposure_count(&breach->exposures, &key, number, entry->time_ms));
    }
    return OK;
}

/* The last entry that wrote a token's record is right about its customer; and one that made a
 * canary. A tokenize that found the card known wrote none, whomever it names. */
static enum err token_take(void *with, uint64_t number, const struct audit_entry *entry)
{
    struct breach *breach = with;
    struct exposure_key key;
    struct exposure *row;
    bool names_owner = entry->has_record && entry->has_customer;

    (void)number;
    if (!names_owner && entry->kind != AUDIT_CANARY)
        return OK;
    key = token_key(entry, entry->token);
    row = exposures_find(&breach->tokens, &key);
    if (row == NULL)
        return OK;
    row->is_canary |= entry->kind == AUDIT_CANARY;
    row->has_customer |= names_owner;
    if (names_owner)
        memcpy(row->customer_tag, entry->customer_tag, AUDIT_TAG_SIZE);
    return OK;
}

static void text_member(struct json_writer *json, const char *name, const char *text)
{
    if (text[0] != '\0')
        json_str(json, name, text);
}

static void time_member(struct json_writer *json, const char *name, int64_t ms)
{
    char text[INSTANT_TEXT_SIZE];

    instant_write_ms(ms, text);
    json_str(json, name, text);
}

static void token_members(struct json_writer *json, const struct exposure *token)
{
    char storage[2 * AUDIT_TAG_SIZE];
    struct buf hex;

    if (token->is_canary)
        json_bool(json, "canary", true);
    if (!token->has_customer)
        return;
    buf_init_fixed(&hex, storage, sizeof(storage));
    encode_hex(bytes_of(token->customer_tag, AUDIT_TAG_SIZE), &hex);
    json_text(json, "customer_tag", buf_bytes(&hex));
}

static void exposure_write(const struct breach *breach, const struct exposure *row,
                           struct buf *line)
{
    struct json_writer json = json_writer_on(line);
    struct exposure_key key;

    memset(&key, 0, sizeof(key));
    memcpy(key.tenant, row->key.tenant, sizeof(key.tenant));
    memcpy(key.token, row->key.token, sizeof(key.token));
    json_open(&json, NULL, '{');
    text_member(&json, "tenant", row->key.tenant);
    json_str(&json, "token", row->key.token);
    token_members(&json, exposures_find(&breach->tokens, &key));
    json_str(&json, "how", audit_kind_word(row->key.kind));
    text_member(&json, "client", row->key.client);
    text_member(&json, "route", row->key.route);
    text_member(&json, "purpose", row->key.purpose);
    json_number(&json, "count", (int64_t)row->count);
    time_member(&json, "first", row->first_ms);
    time_member(&json, "last", row->last_ms);
    json_decimal_string(&json, "first_receipt", row->first);
    json_decimal_string(&json, "last_receipt", row->last);
    json_close(&json, '}');
    buf_add_u8(line, '\n');
}

static enum err line_send(const struct audit_line_sink *sink, struct buf *line)
{
    enum err err = buf_check(line);

    if (err == OK)
        err = sink->take(sink->with, buf_bytes(line));
    buf_clear(line);
    return err;
}

/* Every entry that is held, whoever it is about. */
static enum err ask_all(struct audit_reader *reader, const struct report_question *question,
                        const struct audit_sink *sink)
{
    const struct audit_question all = { .from = question->from,
                                        .until = question->until,
                                        .progress = question->progress };

    return audit_ask(reader, &all, sink);
}

static enum err ask_filtered(struct audit_reader *reader, const struct report_question *question,
                             const struct audit_sink *sink)
{
    const struct audit_question filtered = { question->from, question->until, question->filter,
                                             question->progress };

    return audit_ask(reader, &filtered, sink);
}

enum err report_breach(struct audit_reader *reader, const struct report_question *question,
                       const struct audit_line_sink *sink)
{
    struct breach breach AUTO(breach_done) = { 0 };
    struct buf line AUTO(buf_done) = { .max = LINE_SIZE };
    const struct audit_sink first = { breach_take, &breach };
    const struct audit_sink second = { token_take, &breach };

    TRY(ask_filtered(reader, question, &first));
    TRY(ask_all(reader, question, &second));
    for (size_t i = 0; i < breach.exposures.count; i++) {
        exposure_write(&breach, &breach.exposures.rows[i], &line);
        TRY(line_send(sink, &line));
    }
    return OK;
}

struct history {
    struct exposures tokens;    /* that were ever the customer's; has_customer: and still are */
    struct audit_filter whose;  /* entries that name the customer */
    struct audit_filter wanted; /* entries that may be told of, whoever they are about */
    const struct audit_line_sink *sink;
    struct buf line;
};

static void history_done(struct history *history)
{
    exposures_done(&history->tokens);
    buf_done(&history->line);
}

/* A word for people. */
static const char *what_word(enum audit_kind kind)
{
    switch (kind) {
    case AUDIT_TOKENIZE: return "stored";
    case AUDIT_DETOKENIZE: return "shown";
    case AUDIT_INSPECT: return "looked up";
    case AUDIT_LOOKUP: return "looked up";
    case AUDIT_UPDATE: return "changed";
    case AUDIT_ERASE: return "erased";
    case AUDIT_EXPIRE: return "expired";
    case AUDIT_REPLAY: return "answered again";
    case AUDIT_FORWARD: return "sent";
    case AUDIT_FORWARD_OUTCOME: return "sending ended";
    case AUDIT_INIT:
    case AUDIT_START:
    case AUDIT_STOP:
    case AUDIT_RELOAD:
    case AUDIT_CLOCK_JUMP:
    case AUDIT_KEY:
    case AUDIT_HANDSHAKE:
    case AUDIT_REFUSED:
    case AUDIT_READ:
    case AUDIT_ALARM:
    case AUDIT_CANARY:
    case AUDIT_QUARANTINE: return audit_kind_word(kind);
    }
    return "";
}

static void event_write(const struct audit_entry *entry, uint64_t number, const char *token,
                        struct buf *line)
{
    struct json_writer json = json_writer_on(line);

    json_open(&json, NULL, '{');
    time_member(&json, "time", entry->time_ms);
    json_str(&json, "what", what_word(entry->kind));
    json_str(&json, "outcome", audit_outcome_word(entry->outcome));
    text_member(&json, "client", entry->client);
    text_member(&json, "route", entry->route);
    text_member(&json, "purpose", entry->purpose);
    text_member(&json, "token", token);
    json_decimal_string(&json, "receipt", number);
    json_close(&json, '}');
    buf_add_u8(line, '\n');
}

/* The entry's token, or one of a forward's further ones, that is the customer's now. */
static bool history_token(const struct history *history, const struct audit_entry *entry,
                          char ret_token[AUDIT_TOKEN_SIZE])
{
    struct token_walk tokens = tokens_of(entry);

    while (token_next(&tokens, ret_token)) {
        struct exposure_key key = token_key(entry, ret_token);
        const struct exposure *row = exposures_find(&history->tokens, &key);

        if (row != NULL && row->has_customer)
            return true;
    }
    return false;
}

/* An entry that wrote a token's record says whose it is from now on: the customer that it names,
 * or nobody. */
static enum err history_follow(struct history *history, const struct audit_entry *entry)
{
    struct exposure_key key = token_key(entry, entry->token);
    struct exposure *row = exposures_find(&history->tokens, &key);
    bool is_theirs = audit_filter_matches(&history->whose, entry);

    if (!entry->has_record)
        return OK;
    if (row == NULL && is_theirs)
        TRY(exposures_add(&history->tokens, &key, &row));
    if (row != NULL)
        row->has_customer = is_theirs;
    return OK;
}

/* The change that takes a token from one customer to another is told to both. */
static enum err history_take(void *with, uint64_t number, const struct audit_entry *entry)
{
    struct history *history = with;
    char token[AUDIT_TOKEN_SIZE] = "";
    bool is_theirs = history_token(history, entry, token);

    TRY(history_follow(history, entry));
    is_theirs |= audit_filter_matches(&history->whose, entry);
    if (!is_theirs || !audit_filter_matches(&history->wanted, entry))
        return OK;
    event_write(entry, number, token, &history->line);
    return line_send(history->sink, &history->line);
}

enum err report_customer(struct audit_reader *reader, const struct report_question *question,
                         const struct audit_line_sink *sink)
{
    struct history history AUTO(history_done) = { .wanted = question->filter, .sink = sink };
    const struct audit_sink take = { history_take, &history };

    buf_init(&history.line, LINE_SIZE);
    history.wanted.by_customer = false;
    history.whose.by_customer = true;
    memcpy(history.whose.tenant, question->filter.tenant, sizeof(history.whose.tenant));
    memcpy(history.whose.customer_tag, question->filter.customer_tag, AUDIT_TAG_SIZE);
    return ask_all(reader, question, &take);
}
