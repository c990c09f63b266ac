#include "bench/script.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/must.h"
#include "bench/options.h"

enum { ITEM_SIZE = sizeof("{\"card\":{\"number\":\"\"}},") - 1 + CARD_DIGITS, HUNDRED = 100 };

static const struct work works[] = {
    { "tokenize", "swap cards for tokens, new ones or --known", HABIT_KEEP, "POST", "/v1/tokenize",
      "{\"card\":{\"number\":\"$\"}}", false },
    { "detokenize", "have the cards behind tokens", HABIT_KEEP, "POST", "/v1/detokenize",
      "{\"token\":\"$\"}", true },
    { "inspect", "look at tokens", HABIT_KEEP, "GET", "/v1/tokens/$", NULL, true },
    { "batch", "tokenize by the --batch", HABIT_KEEP, "POST", "/v1/tokenize/batch",
      "{\"items\":[$]}", false },
    { "constant", "ask for --path, which costs nothing to answer", HABIT_KEEP, "GET", "", NULL,
      false },
    { "head", "the same without its body", HABIT_KEEP, "HEAD", "", NULL, false },
    { "forward", "send tokens on through the route psp; see --processor", HABIT_KEEP, "POST",
      "/v1/forward/psp/charges", "{\"amount\":1000,\"card\":{\"number\":\"{{$}}\"}}", true },
    { "mixed", "several workloads, as --profile says", HABIT_KEEP, NULL, NULL, NULL, false },
    { "handshake", "connect, shake hands and close", HABIT_SHAKE, NULL, NULL, NULL, false },
    { "idle", "hold connections and be silent", HABIT_HOLD, NULL, NULL, NULL, false },
};

enum { WORKS = sizeof(works) / sizeof(works[0]) };

const struct work *work_at(size_t index)
{
    return index < WORKS ? &works[index] : NULL;
}

const struct work *work_find(const char *name)
{
    for (size_t i = 0; i < WORKS; i++)
        if (strcmp(works[i].name, name) == 0)
            return &works[i];
    return NULL;
}

static uint64_t random_seed(void)
{
    uint64_t seed;

    must(getrandom(&seed, sizeof(seed), 0) == sizeof(seed));
    return seed;
}

void script_init(struct script *script, const struct options *options)
{
    *script = (struct script){ .cards = options->cards,
                               .known_percent = options->known_percent,
                               .seed = random_seed(),
                               .dice = random_seed() };
}

struct script script_fork(const struct script *script)
{
    struct script fork = *script;

    fork.seed = random_seed();
    fork.dice = random_seed();
    return fork;
}

static void add_card(struct script *script, struct buf *out)
{
    char *digits = (char *)buf_reserve(out, CARD_DIGITS);

    if (digits == NULL)
        return;
    if (script->known_percent > 0 && dice_throw(&script->dice) % HUNDRED < script->known_percent)
        card_make(KNOWN_SEED, dice_throw(&script->dice) % script->cards, digits);
    else
        card_make(script->seed, script->drawn++, digits);
    buf_grown(out, CARD_DIGITS);
}

static void ask_card(struct script *script, const struct part *part, struct buf *out)
{
    buf_add(out, bytes_of(part->before, part->before_size));
    add_card(script, out);
    buf_add(out, bytes_of(part->after, part->after_size));
}

static void ask_token(struct script *script, const struct part *part, struct buf *out)
{
    const uint64_t chosen = dice_throw(&script->dice) % script->tokens->count;

    buf_add(out, bytes_of(part->before, part->before_size));
    buf_add(out, bytes_of(script->tokens->texts[chosen], TOKEN_SIZE));
    buf_add(out, bytes_of(part->after, part->after_size));
}

static void ask_batch(struct script *script, const struct part *part, struct buf *out)
{
    buf_add(out, bytes_of(part->before, part->before_size));
    for (unsigned i = 0; i < part->items; i++) {
        buf_add(out, bytes_lit("{\"card\":{\"number\":\""));
        add_card(script, out);
        buf_add_str(out, i + 1 < part->items ? "\"}}," : "\"}}");
    }
    buf_add(out, bytes_of(part->after, part->after_size));
}

static void ask_constant(struct script *script, const struct part *part, struct buf *out)
{
    (void)script;
    buf_add(out, bytes_of(part->before, part->before_size));
}

static struct part *script_part(struct script *script, const struct dialect *dialect)
{
    struct part *part = &script->parts[script->part_count++];

    must(script->part_count <= SCRIPT_PARTS_MAX);
    *part = (struct part){ .dialect = dialect, .weight = 1, .items = 1 };
    script->weight++;
    return part;
}

/* How long the body is once its "$" is filled. */
static size_t body_size(const struct part *part)
{
    const char *body = part->work->body;

    if (part->ask == ask_batch)
        return strlen(body) - 1 + (size_t)part->items * ITEM_SIZE - 1;
    return strlen(body) - 1 + (part->work->wants_token ? (size_t)TOKEN_SIZE : CARD_DIGITS);
}

/* Cut the request in two where the card or the token goes. */
static void part_split(struct part *part, const char *text)
{
    const char *gap = strchrnul(text, '$');

    part->before_size = (size_t)(gap - text);
    memcpy(part->before, text, part->before_size);
    part->after_size = *gap == '\0' ? 0 : strlen(gap + 1);
    memcpy(part->after, gap + 1, part->after_size);
}

static void part_write(struct part *part, const char *path, const char *authority)
{
    const struct work *work = part->work;
    char text[SCRIPT_TEXT_SIZE], length[64] = "";

    if (work->body != NULL)
        (void)snprintf(length, sizeof(length),
                       "Content-Type: application/json\r\nContent-Length: %zu\r\n",
                       body_size(part));
    must(snprintf(text, sizeof(text), "%s %s HTTP/1.1\r\nHost: %s\r\n%s\r\n%s", work->method, path,
                  authority, length, work->body == NULL ? "" : work->body) < (int)sizeof(text));
    part_split(part, text);
}

void script_add(struct script *script, const struct work *work, const struct options *options,
                const char *authority)
{
    const bool is_head = work->method != NULL && strcmp(work->method, "HEAD") == 0;
    struct part *part = script_part(script, is_head ? &dialect_http_head : &dialect_http);

    part->work = work;
    if (work->method == NULL)
        return;
    part->ask = work->wants_token ? ask_token : work->body != NULL ? ask_card : ask_constant;
    if (strcmp(work->name, "batch") == 0) {
        part->ask = ask_batch;
        part->items = options->batch;
    }
    part_write(part, work->path[0] == '\0' ? options->path : work->path, authority);
}

void script_weigh_last(struct script *script, unsigned weight)
{
    struct part *last = &script->parts[script->part_count - 1];

    script->weight += weight - last->weight;
    last->weight = weight;
}

enum { RECORD_SIZE = 200, INDEX_SIZE = 32, ROW_TOKEN_SIZE = 16 };

/* A token of sixteen characters, a keyed index and a sealed record, all of the gateway's sizes. */
struct row {
    char token[ROW_TOKEN_SIZE];
    char index[INDEX_SIZE];
    char record[RECORD_SIZE];
};

static void row_draw(struct script *script, struct row *ret_row)
{
    uint64_t words[(sizeof(struct row) + 7) / 8];

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        words[i] = dice_throw(&script->dice);
    memcpy(ret_row, words, sizeof(*ret_row));
    for (size_t i = 0; i < ROW_TOKEN_SIZE; i++)
        ret_row->token[i] = (char)('a' + (unsigned char)ret_row->token[i] % 26);
}

static void add_resp(struct buf *out, struct bytes word)
{
    buf_format(out, "$%zu\r\n", word.size);
    buf_add(out, word);
    buf_add(out, bytes_lit("\r\n"));
}

/* Both keys or neither, as the gateway decides it. */
static void ask_redis(struct script *script, const struct part *part, struct buf *out)
{
    struct row row;

    (void)part;
    row_draw(script, &row);
    buf_add(out, bytes_lit("*5\r\n$6\r\nMSETNX\r\n"));
    add_resp(out, bytes_of(row.token, sizeof(row.token)));
    add_resp(out, bytes_of(row.record, sizeof(row.record)));
    add_resp(out, bytes_of(row.index, sizeof(row.index)));
    add_resp(out, bytes_of(row.token, sizeof(row.token)));
}

void script_add_redis(struct script *script)
{
    script_part(script, &dialect_redis)->ask = ask_redis;
}

static void add_column(struct buf *out, struct bytes value)
{
    buf_add_u32(out, (uint32_t)value.size);
    buf_add(out, value);
}

/* Bind of the statement "i" with three binary values, Execute, Sync. */
static void ask_postgres(struct script *script, const struct part *part, struct buf *out)
{
    const struct bytes bind = bytes_lit("\0i\0\0\1\0\1\0\3");
    const struct bytes results = bytes_lit("\0\0");
    struct row row;

    (void)part;
    row_draw(script, &row);
    buf_add_u8(out, 'B');
    buf_add_u32(out, (uint32_t)(4 + bind.size + 3 * 4 + sizeof(row) + results.size));
    buf_add(out, bind);
    add_column(out, bytes_of(row.token, sizeof(row.token)));
    add_column(out, bytes_of(row.index, sizeof(row.index)));
    add_column(out, bytes_of(row.record, sizeof(row.record)));
    buf_add(out, results);
    buf_add(out, bytes_lit("E\0\0\0\x09\0\0\0\0\0"
                           "S\0\0\0\4"));
}

void script_add_postgres(struct script *script)
{
    script_part(script, &dialect_postgres)->ask = ask_postgres;
}

void script_ask(struct script *script, struct buf *out)
{
    const struct part *part = script->parts;
    uint64_t place = 0;

    if (script->part_count > 1)
        place = dice_throw(&script->dice) % script->weight;
    while (place >= part->weight) {
        place -= part->weight;
        part++;
    }
    part->ask(script, part, out);
}
