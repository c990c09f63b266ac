#include "relay/own_pan.h"

#include <string.h>

#include "base/secret.h"

static bool is_digit(uint8_t character)
{
    return character >= '0' && character <= '9';
}

/* One digit further, by Knuth, Morris and Pratt: how many digits match now. */
static uint8_t step(const struct own_pan *own, uint8_t matched, uint8_t digit)
{
    while (matched > 0 && (matched == own->pan.count || own->pan.digits[matched] != digit))
        matched = own->shorter[matched - 1];
    return own->pan.digits[matched] == digit ? matched + 1 : 0;
}

void own_pans_add(struct own_pans *pans, const struct pan *pan)
{
    struct own_pan *own = &pans->list[pans->count];

    for (size_t i = 0; i < pans->count; i++) {
        if (pan_equal(&pans->list[i].pan, pan))
            return;
    }
    if (pans->count == OWN_PANS_MAX || pan->count == 0)
        return;
    *own = (struct own_pan){ .pan = *pan };
    for (uint8_t i = 1; i < pan->count; i++)
        own->shorter[i] = step(own, own->shorter[i - 1], pan->digits[i]);
    pans->count++;
}

void own_pans_wipe(struct own_pans *pans)
{
    wipe(pans->list, pans->count * sizeof(pans->list[0]));
    pans->count = 0;
}

/* What people and programs put between digits, and any character that is not ASCII: they have
 * spaces and dashes of their own. */
static bool may_part(uint8_t character)
{
    return character == PAN_NO_CHARACTER || memchr(" -._,:/\t\r\n", character, 10) != NULL;
}

static uint64_t place_of(const struct own_finder *finder, unsigned digits_ago)
{
    return finder->places[(finder->digits - 1 - digits_ago) % PAN_DIGITS_MAX];
}

static void forget(struct own_finder *finder, const struct own_pans *pans)
{
    memset(finder->matched, 0, pans->count);
    finder->gap = 0;
}

static bool read_digit(struct own_finder *finder, const struct own_pans *pans,
                       struct own_character here, struct pan_match *ret_match)
{
    const struct pan *found = NULL;

    finder->gap = 0;
    finder->places[finder->digits++ % PAN_DIGITS_MAX] = here.place;
    for (size_t i = 0; i < pans->count; i++) {
        const struct own_pan *own = &pans->list[i];
        finder->matched[i] = step(own, finder->matched[i], (uint8_t)(here.character - '0'));
        if (finder->matched[i] == own->pan.count &&
            (found == NULL || own->pan.count > found->count))
            found = &own->pan;
    }
    if (found == NULL)
        return false;
    ret_match->pan = *found;
    ret_match->start = place_of(finder, found->count - 1u);
    ret_match->size = (size_t)(here.place - ret_match->start) + 1;
    return true;
}

bool own_finder_read(struct own_finder *finder, const struct own_pans *pans,
                     struct own_character here, struct pan_match *ret_match)
{
    if (is_digit(here.character))
        return read_digit(finder, pans, here, ret_match);
    if (++finder->gap > OWN_PAN_GAP_MAX || !may_part(here.character))
        forget(finder, pans);
    return false;
}

uint64_t own_finder_open_from(const struct own_finder *finder, const struct own_pans *pans)
{
    unsigned longest = 0;

    for (size_t i = 0; i < pans->count; i++) {
        unsigned matched = finder->matched[i];
        if (matched == pans->list[i].pan.count)
            matched = pans->list[i].shorter[matched - 1];
        longest = matched > longest ? matched : longest;
    }
    return longest == 0 ? UINT64_MAX : place_of(finder, longest - 1);
}
