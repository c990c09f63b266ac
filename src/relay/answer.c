#include "relay/answer.h"

#include "base/secret.h"

enum { NUMBER_HELD_MAX = 64 };

void answer_init(struct answer *answer, enum content content, const struct answer_rules *rules)
{
    *answer = (struct answer){ .rules = rules, .content = content };
    answer->known = content != CONTENT_TEXT;
}

void answer_done(struct answer *answer)
{
    wipe(answer, sizeof(*answer));
}

static bool watches_codes(const struct answer *answer)
{
    return answer->rules->codes != NULL && answer->rules->codes->count > 0;
}

static bool is_digit(uint8_t character)
{
    return character >= '0' && character <= '9';
}

/* Numbers of JSON (RFC 8259, section 6) by their characters; nothing else has them outside of
 * strings, but for the e in true and false. */
static void track_number(struct answer *answer, struct glyph glyph)
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
static void settle(struct answer *answer, struct buf *out)
{
    struct held *held = &answer->held;
    uint64_t end = pan_finder_open_from(&answer->finder), settled;

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

static void take_glyph(struct answer *answer, struct glyph glyph, struct buf *out)
{
    pan_finder_read(&answer->finder, glyph.character, &answer->matches);
    for (size_t i = 0; i < answer->matches.count; i++)
        held_add_match(&answer->held, &answer->matches.list[i]);
    if (watches_codes(answer))
        held_add_code(&answer->held,
                      echo_read(&answer->echo, answer->rules->codes, glyph.character));
    if (glyph.character == '"' && !glyph.escaped)
        answer->in_string = !answer->in_string;
    track_number(answer, glyph);
    held_add(&answer->held, glyph, answer->carry, answer->place);
    settle(answer, out);
}

static void drain_carry(struct answer *answer, bool is_last, struct buf *out)
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

static bool is_plain(enum content content, uint8_t byte)
{
    if (is_digit(byte) || byte == '"' || byte == '-')
        return false;
    return byte != '\\' && byte != '&' && byte != '%' && (byte != '+' || content == CONTENT_TEXT);
}

/* How many bytes at the front are neither part of anything nor the beginning of something. */
static size_t plain_size(const struct answer *answer, struct bytes piece)
{
    const struct pan_finder *finder = &answer->finder;
    size_t size = 0;

    if (answer->carry_size > 0 || answer->held.count > 0 || finder->in_group ||
        answer->place != HELD_TEXT || watches_codes(answer))
        return 0;
    while (size < piece.size && is_plain(answer->content, piece.data[size]))
        size++;
    return size;
}

/* Look at the first character of a text whose kind nobody said. */
static void guess(struct answer *answer, struct bytes piece)
{
    for (size_t i = 0; i < piece.size && !answer->known; i++) {
        uint8_t c = piece.data[i];
        answer->known = c != ' ' && c != '\t' && c != '\r' && c != '\n';
        if (answer->known)
            answer->content = content_guess(bytes_of(&c, 1));
    }
}

enum err answer_feed(struct answer *answer, struct bytes piece, struct buf *out)
{
    guess(answer, piece);
    while (piece.size > 0) {
        size_t plain = plain_size(answer, piece);
        if (plain > 0) {
            buf_add(out, bytes_of(piece.data, plain));
            pan_finder_skip(&answer->finder, plain);
            answer->held.first += plain;
            piece = bytes_from(piece, plain);
            continue;
        }
        answer->carry[answer->carry_size++] = piece.data[0];
        drain_carry(answer, false, out);
        piece = bytes_from(piece, 1);
    }
    return buf_check(out);
}

enum err answer_end(struct answer *answer, struct buf *out)
{
    const struct glyph end = { PAN_NO_CHARACTER, 0, true };

    drain_carry(answer, true, out);
    take_glyph(answer, end, out);
    return buf_check(out);
}

enum err answer_text(struct bytes text, enum content content, const struct answer_rules *rules,
                     struct buf *out)
{
    struct answer answer AUTO(answer_done);

    answer_init(&answer, content, rules);
    TRY(answer_feed(&answer, text, out));
    return answer_end(&answer, out);
}
