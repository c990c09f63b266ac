#include "relay/echo.h"

#include "base/ct.h"
#include "base/secret.h"
#include "card/pan_find.h"

enum err echo_codes_add(struct echo_codes *codes, struct bytes code)
{
    struct echo_code *next = &codes->list[codes->count];

    if (codes->count == MARKS_MAX || code.size < CODE_DIGITS_MIN || code.size > CODE_DIGITS_MAX)
        return ERR_LIMIT;
    memcpy(next->digits, code.data, code.size);
    next->count = (uint8_t)code.size;
    codes->count++;
    return OK;
}

void echo_codes_wipe(struct echo_codes *codes)
{
    wipe(codes->list, codes->count * sizeof(codes->list[0]));
    codes->count = 0;
}

static bool is_digit(uint8_t character)
{
    return character >= '0' && character <= '9';
}

static void read_digit(struct echo *echo, uint8_t character)
{
    if (echo->group_size < CODE_DIGITS_MAX)
        echo->group[echo->group_size] = character;
    if (echo->group_size <= CODE_DIGITS_MAX)
        echo->group_size++;
}

static bool is_code(const struct echo *echo, const struct echo_codes *codes)
{
    bool found = false;

    for (size_t i = 0; i < codes->count; i++) {
        const struct echo_code *code = &codes->list[i];
        if (code->count == echo->group_size)
            found |= ct_equal(code->digits, echo->group, code->count);
    }
    return found;
}

enum { WORD_MAX = 24, ECHO_END = PAN_NO_CHARACTER };

/* What the last words before a group say of it. */
enum says { SAYS_NOTHING, SAYS_VALUE, SAYS_CODE, SAYS_AMOUNT, SAYS_ELSE };

struct reader {
    enum says says;
    char word[WORD_MAX];
    size_t size;
};

static bool word_holds(const struct reader *reader, const char *part)
{
    return memmem(reader->word, reader->size, part, strlen(part)) != NULL;
}

static bool word_is(const struct reader *reader, const char *word)
{
    return bytes_equal(bytes_of(reader->word, reader->size), bytes_str(word));
}

/* A list of parts of words, or of whole ones, ends with NULL. */
static bool word_is_among(const struct reader *reader, const char *const *parts,
                          const char *const *words)
{
    for (; *parts != NULL; parts++) {
        if (word_holds(reader, *parts))
            return true;
    }
    for (; *words != NULL; words++) {
        if (word_is(reader, *words))
            return true;
    }
    return false;
}

/* What payment APIs call the code. */
static bool names_code(const struct reader *reader)
{
    static const char *const parts[] = { "cvc",       "cvv",      "securit", "verificat",
                                         "card_code", "cardcode", NULL };
    static const char *const words[] = { "cid", "csc", "cvd", "cve", "cvn", "cvp", "cav", NULL };

    return word_is_among(reader, parts, words);
}

/* What has three or four digits by its nature. */
static bool names_amount(const struct reader *reader)
{
    static const char *const parts[] = { "amount",   "total",    "price",   "balance",
                                         "currency", "quantity", "country", "status",
                                         "response", "error",    "month",   "remaining",
                                         "retry",    "duration", "year",    NULL };
    static const char *const words[] = {
        "count", "day", "fee", "limit", "port", "sum", "tax", NULL
    };

    return word_is_among(reader, parts, words);
}

/* These may stand between the name and the code: "cvc": { "value": "123" } */
static bool says_nothing(const struct reader *reader)
{
    static const char *const words[] = { "code", "data", "is", "number", "text", "val", "value" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (word_is(reader, words[i]))
            return true;
    }
    return reader->size == 1; /* the B of %5B, too */
}

static void end_word(struct reader *reader)
{
    if (reader->size == 0)
        return;
    if (names_code(reader))
        reader->says = SAYS_CODE;
    else if (names_amount(reader))
        reader->says = SAYS_AMOUNT;
    else if (!says_nothing(reader))
        reader->says = SAYS_ELSE;
    else if (reader->says == SAYS_NOTHING)
        reader->says = word_holds(reader, "val") ? SAYS_VALUE : SAYS_ELSE;
    reader->size = 0;
}

static void read_before(struct reader *reader, uint8_t character)
{
    uint8_t lower = character | 0x20;

    if (character == '_' || (lower >= 'a' && lower <= 'z')) {
        if (reader->size < WORD_MAX)
            reader->word[reader->size++] = character == '_' ? '_' : (char)lower;
        return;
    }
    end_word(reader);
    if (character == ',' || character == '&' || character == ';')
        reader->says = SAYS_NOTHING;
}

static enum says what_is_said(const struct echo *echo)
{
    struct reader reader = { 0 };
    size_t from = echo->place < ECHO_BEFORE_MAX ? 0 : echo->place - ECHO_BEFORE_MAX;

    for (size_t i = from; i < echo->place; i++)
        read_before(&reader, echo->before[i % ECHO_BEFORE_MAX]);
    return reader.says;
}

static bool is_edge(uint8_t character)
{
    return character == '"' || character == '\'' || character == '\r' || character == '\n';
}

/* Whether a group in a text is all of a value: what stands right before and behind it ends one. */
static bool is_whole(const struct echo *echo, uint8_t behind)
{
    uint8_t before = '\n';

    if (echo->place > echo->group_size)
        before = echo->before[(echo->place - echo->group_size - 1) % ECHO_BEFORE_MAX];
    return (is_edge(before) || before == '>' || before == '=') &&
           (is_edge(behind) || behind == '<' || behind == '&' || behind == ECHO_END);
}

/* A group that equals a code. */
static bool comes_back(const struct echo *echo, uint8_t behind, enum echo_place place)
{
    enum says says = what_is_said(echo);

    if (says == SAYS_CODE)
        return true;
    if (says == SAYS_AMOUNT)
        return false;
    return place == ECHO_IS_NUMBER ? says != SAYS_VALUE : is_whole(echo, behind);
}

size_t echo_read(struct echo *echo, const struct echo_codes *codes, uint8_t character,
                 enum echo_place place)
{
    size_t found = 0;

    if (is_digit(character)) {
        read_digit(echo, character);
    } else {
        if (echo->group_size > 0 && is_code(echo, codes) && comes_back(echo, character, place))
            found = echo->group_size;
        echo->group_size = 0;
    }
    echo->before[echo->place++ % ECHO_BEFORE_MAX] = character;
    return found;
}

void echo_skip(struct echo *echo, struct bytes characters)
{
    if (characters.size > ECHO_BEFORE_MAX)
        characters = bytes_from(characters, characters.size - ECHO_BEFORE_MAX);
    for (size_t i = 0; i < characters.size; i++)
        echo->before[echo->place++ % ECHO_BEFORE_MAX] = characters.data[i];
}
