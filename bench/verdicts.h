/*
 * What a report says in the end: figures beside the bars that they were held against.
 */
#ifndef PANGATE_BENCH_VERDICTS_H
#define PANGATE_BENCH_VERDICTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/why.h"

enum { VERDICTS_MAX = 256, VERDICT_TEXT_SIZE = 224 };

struct verdict {
    char work[VERDICT_TEXT_SIZE];   /* what was done */
    char figure[VERDICT_TEXT_SIZE]; /* what was looked at, and against whom */
    char behind[VERDICT_TEXT_SIZE]; /* the measured figures behind it; "" */
    double value, noise;            /* noise: in the same unit; 0: not known */
    double bar, stretch;            /* NAN: none */
    bool is_least;                  /* they are to be reached; else not to be exceeded */
};

struct verdicts { /* zeroed: empty */
    struct verdict list[VERDICTS_MAX];
    size_t count;
};

void verdicts_add(struct verdicts *verdicts, const struct verdict *verdict);

/* "stretch", "bar", "missed", or "" where there is none. */
const char *verdict_word(const struct verdict *verdict);

/* A line for a person. */
void verdict_print(const struct verdict *verdict);

/* Append a table, with what machine it was, and when. */
void verdicts_markdown(const struct verdicts *verdicts, struct buf *text);

/* The same into a file; path NULL: nowhere. `why` says. */
enum err verdicts_write(const struct verdicts *verdicts, const char *path, struct why *why);

#endif
