#include "card/pan_find.h"

#include "base/must.h"
#include "base/secret.h"
#include "card/brand.h"
#include "card/check_digit.h"

static bool is_digit(uint8_t character)
{
    return character >= '0' && character <= '9';
}

static bool is_joint(uint8_t character)
{
    return character == ' ' || character == '-';
}

static void drop_first_group(struct pan_finder *finder)
{
    uint8_t size = finder->groups[0].size;

    finder->digit_count = (uint8_t)(finder->digit_count - size);
    memmove(finder->digits, finder->digits + size, finder->digit_count);
    finder->group_count--;
    memmove(finder->groups, finder->groups + 1, finder->group_count * sizeof(finder->groups[0]));
}

static void forget(struct pan_finder *finder)
{
    finder->digit_count = 0;
    finder->group_count = 0;
}

/* No coming match begins with a group that leaves no room for this digit. */
static void read_digit(struct pan_finder *finder, uint8_t digit)
{
    uint8_t groups_kept = finder->in_group ? 1 : 0;

    while (finder->digit_count == PAN_DIGITS_MAX && finder->group_count > groups_kept)
        drop_first_group(finder);
    if (finder->digit_count == PAN_DIGITS_MAX) {
        forget(finder);
        finder->too_long = true;
    }
    if (finder->too_long)
        return;
    if (!finder->in_group)
        finder->groups[finder->group_count++] = (struct pan_group){ .start = finder->place };
    finder->groups[finder->group_count - 1].size++;
    finder->digits[finder->digit_count++] = digit;
}

static bool is_card(const struct pan *pan)
{
    return check_digit_remainder(pan->digits, pan->count) == 0 && brand_of(pan) != BRAND_UNKNOWN;
}

/* Try every series that ends with the group that just ended. */
static void end_group(const struct pan_finder *finder, struct pan_matches *matches)
{
    uint8_t from = 0;

    for (size_t i = 0; i < finder->group_count; i++) {
        struct pan_match *match = &matches->list[matches->count];
        uint8_t count = (uint8_t)(finder->digit_count - from);
        if (count < PAN_DIGITS_MIN)
            return;
        match->pan = (struct pan){ .count = count };
        memcpy(match->pan.digits, finder->digits + from, count);
        if (is_card(&match->pan)) {
            match->start = finder->groups[i].start;
            match->size = (size_t)(finder->place - match->start);
            matches->count++;
        }
        from = (uint8_t)(from + finder->groups[i].size);
    }
}

void pan_finder_read(struct pan_finder *finder, uint8_t character, struct pan_matches *ret_matches)
{
    ret_matches->count = 0;
    if (is_digit(character)) {
        read_digit(finder, character & 15);
    } else {
        if (finder->in_group)
            end_group(finder, ret_matches);
        if (!finder->in_group || !is_joint(character))
            forget(finder);
        finder->too_long = false;
    }
    finder->in_group = is_digit(character);
    finder->place++;
}

void pan_finder_skip(struct pan_finder *finder, size_t count)
{
    must(finder->group_count == 0 && !finder->in_group);
    finder->place += count;
}

uint64_t pan_finder_open_from(const struct pan_finder *finder)
{
    return finder->group_count > 0 ? finder->groups[0].start : finder->place;
}

void pan_finder_wipe(struct pan_finder *finder)
{
    wipe(finder, sizeof(*finder));
}

void pan_matches_wipe(struct pan_matches *matches)
{
    wipe(matches, sizeof(*matches));
}

static bool find(struct bytes text, size_t *from, struct bytes *ret_match)
{
    struct pan_finder finder AUTO(pan_finder_wipe) = { .place = *from };
    struct pan_matches matches AUTO(pan_matches_wipe) = { .count = 0 };

    for (size_t i = *from; i <= text.size; i++) {
        pan_finder_read(&finder, i < text.size ? text.data[i] : PAN_NO_CHARACTER, &matches);
        if (matches.count > 0) {
            *ret_match = bytes_of(text.data + matches.list[0].start, matches.list[0].size);
            *from = i;
            return true;
        }
    }
    return false;
}

/* Most texts hold fewer digits than any card number. */
static bool has_enough_digits(struct bytes text)
{
    size_t digits = 0;

    for (size_t i = 0; i < text.size; i++)
        digits += is_digit(text.data[i]);
    return digits >= PAN_DIGITS_MIN;
}

bool pan_find(struct bytes text, size_t *from, struct bytes *ret_match)
{
    return has_enough_digits(bytes_from(text, *from)) && find(text, from, ret_match);
}

bool text_holds_pan(struct bytes text)
{
    struct bytes match;
    size_t from = 0;

    return pan_find(text, &from, &match);
}
