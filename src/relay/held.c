#include "relay/held.h"

#include "base/must.h"
#include "base/secret.h"
#include "card/mask.h"

void held_init(struct held *held)
{
    held->first = 0;
    held->count = held->match_count = 0;
}

/* What has left was wiped then. */
void held_done(struct held *held)
{
    wipe(held->glyphs, held->count * sizeof(held->glyphs[0]));
    wipe(held->matches, held->match_count * sizeof(held->matches[0]));
    held_init(held);
}

static bool is_digit(const struct held_glyph *glyph)
{
    return glyph->character >= '0' && glyph->character <= '9';
}

static struct held_glyph *glyph_at(struct held *held, uint64_t place)
{
    must(place >= held->first && place < held->first + held->count);
    return &held->glyphs[place - held->first];
}

void held_add(struct held *held, struct glyph glyph, const uint8_t *raw, enum held_place place)
{
    struct held_glyph *next = &held->glyphs[held->count];

    must(!held_is_full(held) && glyph.size <= GLYPH_SIZE_MAX);
    *next = (struct held_glyph){ .raw_size = glyph.size,
                                 .character = glyph.character,
                                 .fate = HELD_KEEP,
                                 .place = (uint8_t)place };
    memcpy(next->raw, raw, glyph.size);
    held->count++;
}

/* Hide the digits that nothing else has become of. */
static void star(struct held *held, uint64_t start, size_t size)
{
    for (uint64_t place = start; place < start + size; place++) {
        struct held_glyph *glyph = glyph_at(held, place);
        if (glyph->fate == HELD_KEEP && is_digit(glyph))
            glyph->fate = HELD_STAR;
    }
}

void held_add_match(struct held *held, const struct pan_match *match)
{
    struct held_match *next = &held->matches[held->match_count];

    for (size_t i = 0; i < held->match_count; i++) {
        if (held->matches[i].start == match->start && held->matches[i].size == match->size)
            return;
    }
    if (held->match_count == HELD_MATCHES_MAX) {
        star(held, match->start, match->size);
        return;
    }
    *next = (struct held_match){ .start = match->start, .size = match->size, .pan = match->pan };
    held->match_count++;
}

void held_add_code(struct held *held, size_t size)
{
    uint64_t end = held->first + held->count;

    for (uint64_t place = end - size; place < end; place++)
        glyph_at(held, place)->fate = HELD_CODE;
}

void held_give_up_number(struct held *held, uint64_t start)
{
    for (uint64_t place = start; place < held->first + held->count; place++)
        glyph_at(held, place)->place = HELD_LONG_NUMBER;
}

static bool reaches_over(const struct held_match *match, uint64_t end)
{
    return match->start < end && end < match->start + match->size;
}

static bool splits_number(const struct held *held, uint64_t end)
{
    size_t index = (size_t)(end - held->first);

    return index > 0 && index < held->count && held->glyphs[index].place == HELD_NUMBER &&
           held->glyphs[index - 1].place == HELD_NUMBER;
}

uint64_t held_settled(const struct held *held, uint64_t end)
{
    uint64_t before;

    do {
        before = end;
        for (size_t i = 0; i < held->match_count; i++) {
            if (reaches_over(&held->matches[i], end))
                end = held->matches[i].start;
        }
        while (splits_number(held, end))
            end--;
    } while (end != before);
    return end;
}

static void remove_match(struct held *held, size_t index)
{
    size_t behind = held->match_count - index - 1;

    memmove(&held->matches[index], &held->matches[index + 1], behind * sizeof(held->matches[0]));
    held->match_count--;
    wipe(&held->matches[held->match_count], sizeof(held->matches[0]));
}

void held_cut(struct held *held, uint64_t end)
{
    for (size_t i = 0; i < held->match_count;) {
        struct held_match *match = &held->matches[i];
        if (reaches_over(match, end)) {
            star(held, match->start, match->size);
            remove_match(held, i);
        } else {
            i++;
        }
    }
}

static bool is_untouched(struct held *held, const struct held_match *match)
{
    for (uint64_t place = match->start; place < match->start + match->size; place++) {
        if (glyph_at(held, place)->fate != HELD_KEEP)
            return false;
    }
    return true;
}

/* Every other match that shares a digit with this one lies within it. */
static bool is_outermost(const struct held *held, const struct held_match *match)
{
    uint64_t end = match->start + match->size;

    for (size_t i = 0; i < held->match_count; i++) {
        const struct held_match *other = &held->matches[i];
        uint64_t other_end = other->start + other->size;
        bool overlaps = other->start < end && match->start < other_end;
        if (overlaps && (other->start < match->start || other_end > end))
            return false;
    }
    return true;
}

static void replace(struct held *held, size_t index, struct bytes text)
{
    struct held_match *match = &held->matches[index];

    must(text.size <= sizeof(match->text));
    memcpy(match->text, text.data, text.size);
    match->text_size = (uint8_t)text.size;
    for (uint64_t place = match->start; place < match->start + match->size; place++)
        glyph_at(held, place)->fate = HELD_GONE;
    glyph_at(held, match->start)->fate = HELD_REPLACE;
    glyph_at(held, match->start)->match = (uint8_t)index;
}

/* Numbers that the vault knows come first: of several readings they are the true one. */
static void replace_known(struct held *held, uint64_t end, const struct held_vault *vault)
{
    for (size_t i = 0; i < held->match_count; i++) {
        const struct held_match *match = &held->matches[i];
        struct token token;
        if (match->start < end && is_untouched(held, match) &&
            vault->find(vault->context, &match->pan, &token))
            replace(held, i, token_bytes(&token));
    }
}

static void mask_unknown(struct held *held, uint64_t end)
{
    for (size_t i = 0; i < held->match_count; i++) {
        const struct held_match *match = &held->matches[i];
        uint8_t storage[PAN_DIGITS_MAX];
        struct mask mask;
        struct buf text;
        if (match->start >= end || !is_untouched(held, match) || !is_outermost(held, match))
            continue;
        mask = mask_of(&match->pan);
        buf_init_fixed(&text, storage, sizeof(storage));
        mask_write(&mask, &text);
        replace(held, i, buf_bytes(&text));
    }
}

static void star_rest(struct held *held, uint64_t end)
{
    for (size_t i = 0; i < held->match_count; i++) {
        if (held->matches[i].start < end)
            star(held, held->matches[i].start, held->matches[i].size);
    }
}

static struct bytes match_text(const struct held *held, const struct held_glyph *glyph)
{
    const struct held_match *match = &held->matches[glyph->match];

    return bytes_of(match->text, match->text_size);
}

static void emit(const struct held *held, const struct held_glyph *glyph, struct buf *out)
{
    switch ((enum held_fate)glyph->fate) {
    case HELD_KEEP: buf_add(out, bytes_of(glyph->raw, glyph->raw_size)); break;
    case HELD_STAR: buf_add_u8(out, '*'); break;
    case HELD_REPLACE: buf_add(out, match_text(held, glyph)); break;
    case HELD_GONE:
    case HELD_CODE: break;
    }
}

/* Its quotes could not be set any more, and a zero might stand in front. */
static void emit_long_number(const struct held_glyph *glyph, struct buf *out)
{
    if (glyph->fate == HELD_KEEP)
        buf_add(out, bytes_of(glyph->raw, glyph->raw_size));
    else
        buf_add_u8(out, '1');
}

static bool needs_quotes(const struct held *held, const struct held_glyph *glyph)
{
    struct bytes text = match_text(held, glyph);

    if (glyph->fate != HELD_REPLACE)
        return glyph->fate == HELD_STAR;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return true;
    }
    return false;
}

/* Characters from `at` that are one number; gives how many. */
static size_t emit_number(const struct held *held, size_t at, size_t end, struct buf *out)
{
    bool is_code = false, quotes = false;
    size_t behind = at;

    for (; behind < end && held->glyphs[behind].place == HELD_NUMBER; behind++) {
        is_code |= held->glyphs[behind].fate == HELD_CODE;
        quotes |= needs_quotes(held, &held->glyphs[behind]);
    }
    if (is_code) {
        buf_add_str(out, "null");
        return behind - at;
    }
    if (quotes)
        buf_add_u8(out, '"');
    for (size_t i = at; i < behind; i++)
        emit(held, &held->glyphs[i], out);
    if (quotes)
        buf_add_u8(out, '"');
    return behind - at;
}

static void emit_all(const struct held *held, size_t end, struct buf *out)
{
    for (size_t at = 0; at < end;) {
        const struct held_glyph *glyph = &held->glyphs[at];
        if (glyph->place == HELD_NUMBER) {
            at += emit_number(held, at, end, out);
            continue;
        }
        if (glyph->place == HELD_LONG_NUMBER)
            emit_long_number(glyph, out);
        else
            emit(held, glyph, out);
        at++;
    }
}

void held_flush(struct held *held, uint64_t end, const struct held_vault *vault, struct buf *out)
{
    size_t count = (size_t)(end - held->first);

    must(end >= held->first && count <= held->count);
    replace_known(held, end, vault);
    mask_unknown(held, end);
    star_rest(held, end);
    emit_all(held, count, out);
    for (size_t i = 0; i < held->match_count;) {
        if (held->matches[i].start < end)
            remove_match(held, i);
        else
            i++;
    }
    held->count -= count;
    memmove(held->glyphs, held->glyphs + count, held->count * sizeof(held->glyphs[0]));
    wipe(held->glyphs + held->count, count * sizeof(held->glyphs[0]));
    held->first = end;
}
