/*
 * What is asked of a server: requests written in advance, but for the card or the token in them.
 */
#ifndef PANGATE_BENCH_SCRIPT_H
#define PANGATE_BENCH_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "bench/cards.h"
#include "bench/dialect.h"

struct options;
struct script;

enum { SCRIPT_TEXT_SIZE = 512, SCRIPT_PARTS_MAX = 8 };

enum habit {
    HABIT_KEEP,  /* one connection, request after request */
    HABIT_RENEW, /* a connection for every request */
    HABIT_SHAKE, /* connect, shake hands, close: no request at all */
    HABIT_HOLD,  /* connect and be silent */
};

struct work {
    const char *name, *summary;
    enum habit habit;
    const char *method, *path; /* NULL: it asks nothing over HTTP */
    const char *body;          /* "$" is where the card or the token goes; NULL: none */
    bool wants_token;          /* else, where it has a "$", a card */
};

const struct work *work_find(const char *name); /* NULL: there is none */
const struct work *work_at(size_t index);       /* NULL: after the last */

struct part { /* of a script: one kind of request */
    const struct work *work;
    const struct dialect *dialect;
    void (*ask)(struct script *script, const struct part *part, struct buf *out);
    unsigned weight; /* among the parts */
    unsigned items;  /* of a batch; else 1 */
    char before[SCRIPT_TEXT_SIZE], after[SCRIPT_TEXT_SIZE];
    size_t before_size, after_size;
};

struct script {
    struct part parts[SCRIPT_PARTS_MAX];
    size_t part_count;
    unsigned weight; /* of all parts */
    const struct tokens *tokens;
    uint64_t cards;         /* known ones */
    unsigned known_percent; /* of what is tokenized */
    uint64_t seed, drawn;   /* of new cards */
    uint64_t dice;
};

/* No parts yet; new cards and dice of its own. */
void script_init(struct script *script, const struct options *options);

/* A script of another thread: the same requests, other cards. */
struct script script_fork(const struct script *script);

/* One more kind of HTTP request to `authority`. */
void script_add(struct script *script, const struct work *work, const struct options *options,
                const char *authority);

/* Let the part that was added last have so many shares instead of one. */
void script_weigh_last(struct script *script, unsigned weight);

/* A row of a token table: two keys that must not be there, and a record. */
void script_add_redis(struct script *script);
void script_add_postgres(struct script *script);

/* Append the next request. */
void script_ask(struct script *script, struct buf *out);

#endif
