#include "relay/echo.h"

#include "base/ct.h"
#include "base/secret.h"

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
    wipe(codes, sizeof(*codes));
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

enum { WORD_MAX = 24 };

/* What the text before a group says, word by word. */
struct reader {
    bool named; /* the last word that says anything names a security code */
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

/* What payment APIs call the code, in whole words or within longer ones. */
static bool names_code(const struct reader *reader)
{
    static const char *const parts[] = { "cvc",       "cvv",       "securit",
                                         "verificat", "card_code", "cardcode" };
    static const char *const words[] = { "cid", "csc", "cvd", "cve", "cvn", "cvp", "cav" };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (word_holds(reader, parts[i]))
            return true;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (word_is(reader, words[i]))
            return true;
    }
    return false;
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
        reader->named = true;
    else if (!says_nothing(reader))
        reader->named = false;
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
        reader->named = false;
}

static bool is_named(const struct echo *echo)
{
    struct reader reader = { 0 };
    size_t from = echo->place < ECHO_BEFORE_MAX ? 0 : echo->place - ECHO_BEFORE_MAX;

    for (size_t i = from; i < echo->place; i++)
        read_before(&reader, echo->before[i % ECHO_BEFORE_MAX]);
    return reader.named;
}

size_t echo_read(struct echo *echo, const struct echo_codes *codes, uint8_t character)
{
    size_t found = 0;

    if (is_digit(character)) {
        read_digit(echo, character);
    } else {
        if (echo->group_size > 0 && is_code(echo, codes) && is_named(echo))
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
