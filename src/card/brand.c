#include "card/brand.h"

#include "base/must.h"

enum { IIN_DIGITS = 8 };

struct range {
    uint32_t digits; /* of first and last */
    uint32_t first, last;
    enum brand brand;
};

/*
 * Which numbers begin like whose cards: facts that the brands publish, gathered from
 * credit-card-type (Braintree, commit fbd8ed80, src/lib/card-types.ts), where nothing else is
 * named. Neighbouring ranges of one brand are joined.
 */
static const struct range ranges[] = {
    { 1, 4, 4, BRAND_VISA },

    /* 2221 to 2720 since 2017 */
    { 2, 23, 26, BRAND_MASTERCARD },
    { 2, 51, 55, BRAND_MASTERCARD },
    { 3, 223, 229, BRAND_MASTERCARD },
    { 3, 270, 271, BRAND_MASTERCARD },
    { 4, 2221, 2229, BRAND_MASTERCARD },
    { 4, 2720, 2720, BRAND_MASTERCARD },

    { 2, 34, 34, BRAND_AMEX },
    { 2, 37, 37, BRAND_AMEX },

    { 2, 36, 36, BRAND_DINERS },
    { 2, 38, 39, BRAND_DINERS },
    { 3, 300, 305, BRAND_DINERS },

    /* 9792: 9 and the country code of Turkey, ISO/IEC 7812-1; within Discover's 65 by agreement */
    { 4, 9792, 9792, BRAND_TROY },
    { 6, 650052, 650052, BRAND_TROY },
    { 6, 650082, 650083, BRAND_TROY },
    { 6, 650092, 650092, BRAND_TROY },
    { 6, 650161, 650161, BRAND_TROY },
    { 6, 650170, 650170, BRAND_TROY },
    { 6, 650173, 650173, BRAND_TROY },
    { 6, 650175, 650175, BRAND_TROY },
    { 6, 650268, 650268, BRAND_TROY },
    { 6, 650271, 650271, BRAND_TROY },
    { 6, 650273, 650274, BRAND_TROY },
    { 6, 650456, 650457, BRAND_TROY },
    { 6, 650836, 650836, BRAND_TROY },
    { 6, 650846, 650850, BRAND_TROY },
    { 6, 650923, 650923, BRAND_TROY },
    { 6, 650987, 650987, BRAND_TROY },
    { 6, 650990, 650990, BRAND_TROY },
    { 6, 654997, 654997, BRAND_TROY },
    { 6, 657366, 657366, BRAND_TROY },
    { 6, 657998, 657998, BRAND_TROY },
    { 6, 658758, 658758, BRAND_TROY },
    { 6, 658767, 658768, BRAND_TROY },
    { 8, 65083700, 65083704, BRAND_TROY },
    { 8, 65085800, 65085804, BRAND_TROY },
    { 8, 65085900, 65085901, BRAND_TROY },
    { 8, 65086000, 65086000, BRAND_TROY },
    { 8, 65086100, 65086105, BRAND_TROY },
    { 8, 65086200, 65086203, BRAND_TROY },
    { 8, 65875000, 65875003, BRAND_TROY },
    { 8, 65875009, 65875009, BRAND_TROY },
    { 8, 65875101, 65875104, BRAND_TROY },
    { 8, 65875200, 65875200, BRAND_TROY },
    { 8, 65875501, 65875501, BRAND_TROY },
    { 8, 65875601, 65875601, BRAND_TROY },
    { 8, 65875900, 65875900, BRAND_TROY },
    { 8, 65876000, 65876002, BRAND_TROY },
    { 8, 65876100, 65876103, BRAND_TROY },
    { 8, 65876110, 65876110, BRAND_TROY },
    { 8, 65876115, 65876116, BRAND_TROY },
    { 8, 65876200, 65876201, BRAND_TROY },
    { 8, 65876500, 65876500, BRAND_TROY },
    { 8, 65876504, 65876505, BRAND_TROY },
    { 8, 65876600, 65876602, BRAND_TROY },
    { 8, 65877100, 65877101, BRAND_TROY },
    { 8, 65877600, 65877602, BRAND_TROY },
    { 8, 65877700, 65877700, BRAND_TROY },
    { 8, 65877801, 65877802, BRAND_TROY },
    { 8, 65878200, 65878202, BRAND_TROY },
    { 8, 65878300, 65878311, BRAND_TROY },
    { 8, 65878400, 65878405, BRAND_TROY },
    { 8, 65878500, 65878505, BRAND_TROY },
    { 8, 65878600, 65878601, BRAND_TROY },
    { 8, 65879800, 65879800, BRAND_TROY },
    { 8, 65880800, 65880800, BRAND_TROY },
    { 8, 65880900, 65880900, BRAND_TROY },

    { 2, 65, 65, BRAND_DISCOVER },
    { 3, 644, 649, BRAND_DISCOVER },
    { 4, 6011, 6011, BRAND_DISCOVER },

    /* 3088: still given out as a test number in Authorize.Net's testing guide */
    { 4, 1800, 1800, BRAND_JCB },
    { 4, 2131, 2131, BRAND_JCB },
    { 4, 3088, 3088, BRAND_JCB },
    { 4, 3528, 3589, BRAND_JCB },

    { 3, 620, 620, BRAND_UNIONPAY },
    { 3, 623, 626, BRAND_UNIONPAY },
    { 3, 810, 810, BRAND_UNIONPAY },
    { 4, 6270, 6270, BRAND_UNIONPAY },
    { 4, 6272, 6272, BRAND_UNIONPAY },
    { 4, 6276, 6276, BRAND_UNIONPAY },
    { 4, 6282, 6289, BRAND_UNIONPAY },
    { 4, 6291, 6292, BRAND_UNIONPAY },
    { 4, 8110, 8171, BRAND_UNIONPAY },
    { 5, 62100, 62182, BRAND_UNIONPAY },
    { 5, 62184, 62197, BRAND_UNIONPAY },
    { 5, 62200, 62205, BRAND_UNIONPAY },
    { 5, 62207, 62209, BRAND_UNIONPAY },
    { 6, 622010, 622999, BRAND_UNIONPAY },
    { 6, 627700, 627779, BRAND_UNIONPAY },
    { 6, 627781, 627799, BRAND_UNIONPAY },

    /* 6: whatever of it is nobody else's */
    { 1, 6, 6, BRAND_MAESTRO },
    { 2, 56, 59, BRAND_MAESTRO },
    { 2, 63, 63, BRAND_MAESTRO },
    { 2, 67, 67, BRAND_MAESTRO },
    { 6, 493698, 493698, BRAND_MAESTRO },
    { 6, 500000, 504174, BRAND_MAESTRO },
    { 6, 504176, 506698, BRAND_MAESTRO },
    { 6, 506779, 508999, BRAND_MAESTRO },

    { 6, 401178, 401179, BRAND_ELO },
    { 6, 431274, 431274, BRAND_ELO },
    { 6, 438935, 438935, BRAND_ELO },
    { 6, 451416, 451416, BRAND_ELO },
    { 6, 457393, 457393, BRAND_ELO },
    { 6, 457631, 457632, BRAND_ELO },
    { 6, 504175, 504175, BRAND_ELO },
    { 6, 506699, 506778, BRAND_ELO },
    { 6, 509000, 509999, BRAND_ELO },
    { 6, 627780, 627780, BRAND_ELO },
    { 6, 636297, 636297, BRAND_ELO },
    { 6, 636368, 636368, BRAND_ELO },
    { 6, 650031, 650033, BRAND_ELO },
    { 6, 650035, 650051, BRAND_ELO },
    { 6, 650405, 650439, BRAND_ELO },
    { 6, 650485, 650538, BRAND_ELO },
    { 6, 650541, 650598, BRAND_ELO },
    { 6, 650700, 650718, BRAND_ELO },
    { 6, 650720, 650727, BRAND_ELO },
    { 6, 650901, 650978, BRAND_ELO },
    { 6, 651652, 651679, BRAND_ELO },
    { 6, 655000, 655019, BRAND_ELO },
    { 6, 655021, 655058, BRAND_ELO },

    { 4, 2200, 2204, BRAND_MIR },

    { 6, 637095, 637095, BRAND_HIPER },
    { 6, 637568, 637568, BRAND_HIPER },
    { 6, 637599, 637599, BRAND_HIPER },
    { 6, 637609, 637609, BRAND_HIPER },
    { 6, 637612, 637612, BRAND_HIPER },
    { 8, 63737423, 63737423, BRAND_HIPER },
    { 8, 63743358, 63743358, BRAND_HIPER },

    { 6, 606282, 606282, BRAND_HIPERCARD },

    { 6, 402918, 402918, BRAND_NARANJA },
    { 6, 527572, 527572, BRAND_NARANJA },
    { 6, 589562, 589562, BRAND_NARANJA },

    { 6, 506099, 506127, BRAND_VERVE },
    { 6, 506129, 506129, BRAND_VERVE },
    { 6, 506133, 506150, BRAND_VERVE },
    { 6, 506158, 506163, BRAND_VERVE },
    { 6, 506166, 506166, BRAND_VERVE },
    { 6, 506168, 506168, BRAND_VERVE },
    { 6, 506170, 506170, BRAND_VERVE },
    { 6, 506173, 506173, BRAND_VERVE },
    { 6, 506176, 506180, BRAND_VERVE },
    { 6, 506184, 506184, BRAND_VERVE },
    { 6, 506187, 506188, BRAND_VERVE },
    { 6, 506191, 506191, BRAND_VERVE },
    { 6, 506195, 506195, BRAND_VERVE },
    { 6, 506197, 506197, BRAND_VERVE },
    { 6, 507865, 507866, BRAND_VERVE },
    { 6, 507868, 507877, BRAND_VERVE },
    { 6, 507880, 507888, BRAND_VERVE },
    { 6, 507900, 507900, BRAND_VERVE },
    { 6, 507941, 507941, BRAND_VERVE },
};

static bool is_better(const struct range *range, const struct range *best)
{
    if (range->digits != best->digits)
        return range->digits > best->digits;
    return range->last - range->first < best->last - best->first;
}

enum brand brand_of(const struct pan *pan)
{
    static const struct range none = { 0, 0, 0, BRAND_UNKNOWN };
    const struct range *best = &none;
    uint32_t prefix[IIN_DIGITS + 1] = { 0 };

    must(pan->count >= IIN_DIGITS);
    for (size_t i = 0; i < IIN_DIGITS; i++)
        prefix[i + 1] = prefix[i] * 10 + pan->digits[i];
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        const struct range *range = &ranges[i];
        uint32_t value = prefix[range->digits];
        if (value >= range->first && value <= range->last && is_better(range, best))
            best = range;
    }
    return best->brand;
}

#define BRAND_NAME(name, text) [name] = text,

const char *brand_name(enum brand brand)
{
    static const char *const names[BRANDS] = { BRAND_TABLE(BRAND_NAME) };

    must(brand < BRANDS);
    return names[brand];
}
