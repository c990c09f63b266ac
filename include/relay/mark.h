/*
 * Marks: the places in a request where a caller wants a part of a card.
 *
 *   {{TOKEN}}  {{TOKEN.number}}  {{TOKEN.exp_month}}  {{TOKEN.exp_year}}  {{TOKEN.exp_yy}}
 *   {{TOKEN.name}}  {{TOKEN.cvc}}
 *
 * Spaces inside the braces are read over. The braces may be escaped as the content allows, as
 * %7B%7B in a form. In JSON a mark stands within a string, or in place of a value.
 */
#ifndef PANGATE_RELAY_MARK_H
#define PANGATE_RELAY_MARK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/err.h"
#include "card/token.h"
#include "relay/content.h"

enum { MARKS_MAX = 64 };

#define MARK_PART_TABLE(X)                                                                         \
    X(MARK_NUMBER, "number")                                                                       \
    X(MARK_EXP_MONTH, "exp_month")                                                                 \
    X(MARK_EXP_YEAR, "exp_year")                                                                   \
    X(MARK_EXP_YY, "exp_yy")                                                                       \
    X(MARK_NAME, "name")                                                                           \
    X(MARK_CVC, "cvc")

#define MARK_PART_ENUM(name, text) name,
enum mark_part { MARK_PART_TABLE(MARK_PART_ENUM) MARK_PARTS };

/* What a value must be escaped for. */
enum landing {
    LANDING_TEXT,        /* as it is, without control characters */
    LANDING_JSON_STRING, /* between quotes that stand there */
    LANDING_JSON_VALUE,  /* no quotes there: a number if it can be one, else with quotes */
    LANDING_XML,
    LANDING_CDATA,
    LANDING_PERCENT, /* forms and queries */
};

struct mark {
    size_t at, size; /* the bytes that the value replaces */
    enum mark_part part;
    enum landing landing;
    bool has_form;      /* what is marked has the form of a token; if not, there is no such token */
    struct token token; /* empty without that */
};

struct marks {                   /* begins zeroed */
    struct mark list[MARKS_MAX]; /* in the order of the text, none within another */
    size_t count;
};

/*
 * Find all marks of one text in one pass. ERR_BAD_MARK for an unknown part, for a mark that is cut
 * in half (not closed where its string, value, element or line ends), for a number or a code with
 * a digit or another mark right beside it, and for more than MARKS_MAX; *ret_marks is then
 * untouched.
 */
enum err marks_find(struct bytes text, enum content content, struct marks *ret_marks);

/* Put a mark where it belongs in the order. One that overlaps a mark already there is left out.
 * ERR_BAD_MARK if there are MARKS_MAX. */
enum err marks_insert(struct marks *marks, const struct mark *mark);

#endif
