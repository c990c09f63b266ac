/*
 * One connection of the generator, from connect to close.
 *
 * Owned by an engine and its thread. Its owner hears of three things: it may be asked, an answer
 * has come, it is broken.
 */
#ifndef PANGATE_BENCH_LINE_H
#define PANGATE_BENCH_LINE_H

#include "base/buf.h"
#include "base/list.h"
#include "bench/script.h"
#include "net/loop.h"
#include "net/transport.h"

struct target;
struct line;

enum { LINE_PIPELINE_MAX = 64, LINE_SCRATCH_SIZE = 128 * 1024 };

struct line_host { /* what the lines of a thread share */
    struct loop *loop;
    uint8_t scratch[LINE_SCRATCH_SIZE];
    struct ssl_session_st *session; /* the newest, for HABIT_SHAKE with tickets; may be NULL */
    bool resumes;
    void (*ready)(void *owner, struct line *line);
    /* asked_ns is what line_ask() was given; code is "" for a good answer. */
    void (*answered)(void *owner, int64_t asked_ns, const char *code);
    void (*broken)(void *owner, struct line *line, const char *code);
    void *owner;
};

enum line_state {
    LINE_CLOSED,
    LINE_CONNECTING,
    LINE_SHAKING,
    LINE_GREETING,
    LINE_OPEN,
    LINE_ENDING, /* nothing more is sent; the server's end is awaited */
};

struct line {
    struct list node; /* in a list of the owner's */
    struct line_host *host;
    const struct target *target;
    struct script *script;
    enum habit habit;
    enum line_state state;
    struct transport transport;
    struct watch *watch;
    struct task again;
    struct buf input, output;
    size_t sent;
    int64_t due_ns;                      /* of the next line_open() */
    int64_t began_ns;                    /* when it began to connect */
    bool asked;                          /* something, since it was opened */
    int64_t asked_ns[LINE_PIPELINE_MAX]; /* a ring */
    unsigned first, outstanding;
};

void line_init(struct line *line, struct line_host *host, struct script *script,
               const struct target *target);
void line_done(struct line *line);

void line_open(struct line *line); /* a closed one */
void line_close(struct line *line);

/* Close it and open it once more, when the stack has unwound. It counts as begun at due_ns; 0: when
 * it is opened. */
void line_renew(struct line *line, int64_t due_ns);

/* Write the next request; it goes out with line_flush(), or when the answers at hand are read. */
void line_ask(struct line *line, int64_t asked_ns);
void line_flush(struct line *line);

/* Make sessions of the target reach the hosts of its lines. */
void line_keep_sessions(const struct target *target);

#endif
