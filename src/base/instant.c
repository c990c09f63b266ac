#include "base/instant.h"

#include "base/cursor.h"

#define MARCH_0_MS     (INT64_C(719468) * 86400000) /* from 0000-03-01 to 1970-01-01 */
#define INSTANT_MAX_MS INT64_C(253402300799999)     /* 9999-12-31T23:59:59.999Z */

/* A number of exactly `count` digits within least..most. */
static int64_t read_digits(struct cursor *text, int count, int64_t least, int64_t most)
{
    int64_t value = 0;

    for (int i = 0; i < count; i++) {
        uint8_t digit = cursor_u8(text);
        if (digit < '0' || digit > '9')
            cursor_fail(text);
        value = value * 10 + (digit - '0');
    }
    if (value < least || value > most)
        cursor_fail(text);
    return value;
}

static void read_literal(struct cursor *text, char upper)
{
    uint8_t byte = cursor_u8(text);

    if (byte != upper && byte != (upper | 0x20))
        cursor_fail(text);
}

static int64_t read_fraction_ms(struct cursor *text)
{
    int64_t value = 0, unit = 100;
    size_t digits = 0;

    if (text->rest.size == 0 || text->rest.data[0] != '.')
        return 0;
    (void)cursor_u8(text);
    for (; text->rest.size > 0 && text->rest.data[0] >= '0' && text->rest.data[0] <= '9';
         digits++) {
        value += unit * (cursor_u8(text) - '0');
        unit /= 10;
    }
    if (digits == 0)
        cursor_fail(text);
    return value;
}

static int64_t read_offset_ms(struct cursor *text)
{
    uint8_t sign = cursor_u8(text);
    int64_t minutes;

    if (sign == 'Z' || sign == 'z')
        return 0;
    minutes = 60 * read_digits(text, 2, 0, 23);
    read_literal(text, ':');
    minutes += read_digits(text, 2, 0, 59);
    if (sign != '+' && sign != '-')
        cursor_fail(text);
    return (sign == '-' ? -minutes : minutes) * 60000;
}

static int64_t days_in_month(int64_t year, int64_t month)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01, for a month of 1 to 12. */
static int64_t days_before(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t shifted = (month + 9) % 12; /* March is 0, so the leap day ends the year */

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * shifted + 2) / 5 + day - 1 - 719468;
}

enum err instant_read(struct bytes bytes, int64_t *ret_ms)
{
    struct cursor text = cursor_on(bytes);
    int64_t year = read_digits(&text, 4, 1970, 9999), month, day, ms;

    read_literal(&text, '-');
    month = read_digits(&text, 2, 1, 12);
    read_literal(&text, '-');
    day = read_digits(&text, 2, 1, 31);
    read_literal(&text, 'T');
    ms = 3600000 * read_digits(&text, 2, 0, 23);
    read_literal(&text, ':');
    ms += 60000 * read_digits(&text, 2, 0, 59);
    read_literal(&text, ':');
    ms += 1000 * read_digits(&text, 2, 0, 60);
    ms += read_fraction_ms(&text);
    ms -= read_offset_ms(&text);
    if (cursor_end(&text) != OK || day > days_in_month(year, month))
        return ERR_BAD_EXPIRY;
    ms += 86400000 * days_before(year, month, day);
    if (ms < 0 || ms > INSTANT_MAX_MS)
        return ERR_BAD_EXPIRY;
    *ret_ms = ms;
    return OK;
}

struct date {
    int64_t year, month, day;
};

/* The inverse of days_before(), for days counted from 1 March of the year 0: whole 400-year spans
 * are alike, and within one a leap day is always the last day of its year. */
static struct date date_of(int64_t days)
{
    int64_t span = days / 146097, rest = days % 146097;
    int64_t year = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
    int64_t day = rest - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * day + 2) / 153;

    return (struct date){ .year = 400 * span + year + (month >= 10),
                          .month = month < 10 ? month + 3 : month - 9,
                          .day = day - (153 * month + 2) / 5 + 1 };
}

static char *write_digits(char *to, int64_t value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + count;
}

/* "2026-11-24T10:00:00", without an end; milliseconds from 1 March of the year 0. */
static char *write_seconds(char *to, int64_t ms)
{
    int64_t seconds = ms / 1000;
    struct date date = date_of(seconds / 86400);
    const struct {
        int64_t value;
        int digits;
        char behind;
    } parts[] = {
        { date.year, 4, '-' },           { date.month, 2, '-' },        { date.day, 2, 'T' },
        { seconds / 3600 % 24, 2, ':' }, { seconds / 60 % 60, 2, ':' }, { seconds % 60, 2, '\0' },
    };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        to = write_digits(to, parts[i].value, parts[i].digits);
        *to++ = parts[i].behind;
    }
    return to - 1;
}

/* From 1970 to 1 March of the year 0, where nothing is negative; what lies beyond is cut. */
static int64_t shift_ms(int64_t ms)
{
    int64_t within = ms > INSTANT_MAX_MS ? INSTANT_MAX_MS : ms;

    return within < -MARCH_0_MS ? 0 : within + MARCH_0_MS;
}

void instant_write(int64_t ms, char ret_text[INSTANT_TEXT_SIZE])
{
    char *end = write_seconds(ret_text, shift_ms(ms));

    memcpy(end, "Z", sizeof("Z"));
}

void instant_write_ms(int64_t ms, char ret_text[INSTANT_TEXT_SIZE])
{
    char *end = write_seconds(ret_text, shift_ms(ms));

    *end++ = '.';
    end = write_digits(end, shift_ms(ms) % 1000, 3);
    memcpy(end, "Z", sizeof("Z"));
}
