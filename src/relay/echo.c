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

static bool word_holds(const struct echo *echo, const char *part)
{
    return memmem(echo->word, echo->word_size, part, strlen(part)) != NULL;
}

static bool word_is(const struct echo *echo, const char *word)
{
    return bytes_equal(bytes_of(echo->word, echo->word_size), bytes_str(word));
}

/* What payment APIs call the code, in whole words or within longer ones. */
static bool names_code(const struct echo *echo)
{
    static const char *const parts[] = { "cvc",       "cvv",       "securit",
                                         "verificat", "card_code", "cardcode" };
    static const char *const words[] = { "cid", "csc", "cvd", "cve", "cvn", "cvp", "cav" };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (word_holds(echo, parts[i]))
            return true;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (word_is(echo, words[i]))
            return true;
    }
    return false;
}

/* These may stand between the name and the code: "cvc": { "value": "123" } */
static bool says_nothing(const struct echo *echo)
{
    static const char *const words[] = { "code", "data", "is", "number", "text", "val", "value" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (word_is(echo, words[i]))
            return true;
    }
    return echo->word_size == 1; /* the B of %5B, too */
}

static void end_word(struct echo *echo)
{
    if (echo->word_size == 0)
        return;
    if (names_code(echo))
        echo->named = true;
    else if (!says_nothing(echo))
        echo->named = false;
    echo->word_size = 0;
}

size_t echo_read(struct echo *echo, const struct echo_codes *codes, uint8_t character)
{
    uint8_t lower = character | 0x20;
    size_t found = 0;

    if (is_digit(character)) {
        end_word(echo);
        read_digit(echo, character);
        return 0;
    }
    if (echo->named && is_code(echo, codes))
        found = echo->group_size;
    echo->group_size = 0;
    if ((lower >= 'a' && lower <= 'z') || character == '_') {
        if (echo->word_size < ECHO_WORD_MAX)
            echo->word[echo->word_size++] = character == '_' ? '_' : (char)lower;
        return found;
    }
    end_word(echo);
    if (character == ',' || character == '&' || character == ';')
        echo->named = false;
    return found;
}
