#include "relay/answer.h"

#include "base/secret.h"

enum { NUMBER_HELD_MAX = 64 };

void answer_init(struct answer_filter *answer, enum content content,
                 const struct answer_rules *rules)
{
    memset(answer, 0, offsetof(struct answer_filter, matches));
    answer->rules = rules;
    answer->content = content;
    answer->known = content != CONTENT_TEXT;
    answer->matches.count = 0;
    held_init(&answer->held);
}

void answer_done(struct answer_filter *answer)
{
    if (answer->rules == NULL)
        return;
    wipe(answer, offsetof(struct answer_filter, held));
    held_done(&answer->held);
}

static bool watches_codes(const struct answer_filter *answer)
{
    return answer->rules->codes != NULL && answer->rules->codes->count > 0;
}

static bool watches_own(const struct answer_filter *answer)
{
    return answer->rules->own != NULL && answer->rules->own->count > 0;
}

static bool is_digit(uint8_t character)
{
    return character >= '0' && character <= '9';
}

/* Numbers of JSON (RFC 8259, section 6) by their characters; nothing else has them outside of
 * strings, but for the e in true and false. */
static void track_number(struct answer_filter *answer, struct glyph glyph)
{
    uint8_t c = glyph.character;
    bool begins = is_digit(c) || c == '-';
    bool goes_on = begins || c == '+' || c == '.' || c == 'e' || c == 'E';
    uint64_t here = answer->finder.place - 1;

    if (answer->content != CONTENT_JSON || answer->in_string ||
        !(answer->place == HELD_TEXT ? begins : goes_on)) {
        answer->place = HELD_TEXT;
        return;
    }
    if (answer->place == HELD_TEXT) {
        answer->place = HELD_NUMBER;
        answer->number_start = here;
    }
    if (answer->place == HELD_NUMBER && here - answer->number_start >= NUMBER_HELD_MAX) {
        answer->place = HELD_LONG_NUMBER;
        held_give_up_number(&answer->held, answer->number_start);
    }
}

/* Write out what nothing that comes can change. */
static void settle(struct answer_filter *answer, struct buf *out)
{
    struct held *held = &answer->held;
    uint64_t end = pan_finder_open_from(&answer->finder), own = UINT64_MAX, settled;

    if (watches_own(answer))
        own = own_finder_open_from(&answer->own, answer->rules->own);
    end = own < end ? own : end;
    if (answer->place == HELD_NUMBER && answer->number_start < end)
        end = answer->number_start;
    settled = held_settled(held, end);
    if (settled == held->first && held_is_full(held)) {
        held_cut(held, end);
        settled = end;
    }
    if (settled > held->first)
        held_flush(held, settled, &answer->rules->vault, out);
}

/* What the digits right before a character are. */
static enum echo_place echo_place(const struct answer_filter *answer, uint8_t character)
{
    uint64_t start = answer->finder.place - 1 - answer->echo.group_size;
    bool goes_on = character == '.' || character == 'e' || character == 'E';
    bool is_whole = answer->place == HELD_NUMBER && answer->number_start == start && !goes_on;

    return is_whole ? ECHO_IS_NUMBER : ECHO_IN_TEXT;
}

static void read_own(struct answer_filter *answer, uint8_t character)
{
    const struct own_character here = { character, answer->finder.place - 1 };
    struct pan_match match;

    if (watches_own(answer) && own_finder_read(&answer->own, answer->rules->own, here, &match))
        held_add_match(&answer->held, &match);
}

static void take_glyph(struct answer_filter *answer, struct glyph glyph, struct buf *out)
{
    pan_finder_read(&answer->finder, glyph.character, &answer->matches);
    for (size_t i = 0; i < answer->matches.count; i++)
        held_add_match(&answer->held, &answer->matches.list[i]);
    if (watches_codes(answer))
        held_add_code(&answer->held, echo_read(&answer->echo, answer->rules->codes, glyph.character,
                                               echo_place(answer, glyph.character)));
    if (glyph.character == '"' && !glyph.escaped)
        answer->in_string = !answer->in_string;
    track_number(answer, glyph);
    held_add(&answer->held, glyph, answer->carry, answer->place);
    read_own(answer, glyph.character);
    settle(answer, out);
}

static void drain_carry(struct answer_filter *answer, bool is_last, struct buf *out)
{
    while (answer->carry_size > 0) {
        struct bytes text = bytes_of(answer->carry, answer->carry_size);
        struct glyph glyph = glyph_read(text, answer->content, is_last);
        if (glyph.size == 0)
            return;
        take_glyph(answer, glyph, out);
        answer->carry_size = (uint8_t)(answer->carry_size - glyph.size);
        memmove(answer->carry, answer->carry + glyph.size, answer->carry_size);
    }
}

#define IN(content) (1u << (content))

/* In which contents a byte is a digit or begins an escape, a number or a string: there reading
 * must slow down. */
static const uint8_t stops[256] = {
    ['0' ... '9'] = UINT8_MAX, ['"'] = IN(CONTENT_JSON),
    ['\\'] = IN(CONTENT_JSON), ['-'] = IN(CONTENT_JSON),
    ['&'] = IN(CONTENT_XML),   ['%'] = IN(CONTENT_FORM) | IN(CONTENT_QUERY),
};

/* How many bytes at the front go through as they are: nothing is under way, and nothing begins.
 * Quotes of JSON are among them, and dashes within. */
static size_t take_plain(struct answer_filter *answer, struct bytes piece)
{
    size_t size = 0;

    if (answer->carry_size > 0 || answer->held.count > 0 || answer->finder.in_group ||
        answer->place != HELD_TEXT)
        return 0;
    for (; size < piece.size; size++) {
        uint8_t byte = piece.data[size];
        if ((stops[byte] & IN(answer->content)) == 0)
            continue;
        if (byte == '"')
            answer->in_string = !answer->in_string;
        else if (byte != '-' || !answer->in_string)
            break;
    }
    return size;
}

/* Bytes that go through leave their mark only as a context. */
static void pass(struct answer_filter *answer, struct bytes plain, struct buf *out)
{
    buf_add(out, plain);
    pan_finder_skip(&answer->finder, plain.size);
    answer->held.first += plain.size;
    if (watches_codes(answer))
        echo_skip(&answer->echo, plain);
}

/* Look at the first character of a text whose kind nobody said. */
static void guess(struct answer_filter *answer, struct bytes piece)
{
    for (size_t i = 0; i < piece.size && !answer->known; i++) {
        uint8_t c = piece.data[i];
        answer->known = c != ' ' && c != '\t' && c != '\r' && c != '\n';
        if (answer->known)
            answer->content = content_guess(bytes_of(&c, 1));
    }
}

enum err answer_feed(struct answer_filter *answer, struct bytes piece, struct buf *out)
{
    guess(answer, piece);
    while (piece.size > 0) {
        size_t plain = take_plain(answer, piece);
        if (plain > 0) {
            pass(answer, bytes_of(piece.data, plain), out);
            piece = bytes_from(piece, plain);
            continue;
        }
        answer->carry[answer->carry_size++] = piece.data[0];
        drain_carry(answer, false, out);
        piece = bytes_from(piece, 1);
    }
    return buf_check(out);
}

enum err answer_end(struct answer_filter *answer, struct buf *out)
{
    const struct glyph end = { PAN_NO_CHARACTER, 0, true };

    drain_carry(answer, true, out);
    answer->own = (struct own_finder){ 0 }; /* nothing goes on */
    take_glyph(answer, end, out);
    return buf_check(out);
}

/* Without a digit there is nothing to clean: escapes of digits are written with digits, too. */
static bool has_digit(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (is_digit(text.data[i]))
            return true;
    }
    return false;
}

static enum err clean_text(struct bytes text, enum content content,
                           const struct answer_rules *rules, struct buf *out)
{
    struct answer_filter answer AUTO(answer_done);

    answer_init(&answer, content, rules);
    TRY(answer_feed(&answer, text, out));
    return answer_end(&answer, out);
}

enum err answer_text(struct bytes text, enum content content, const struct answer_rules *rules,
                     struct buf *out)
{
    if (has_digit(text))
        return clean_text(text, content, rules, out);
    buf_add(out, text);
    return buf_check(out);
}
