/*
 * What a connection would make of some bytes, and that cutting them up makes no difference.
 *
 * The bytes are fed in pieces, as a session feeds them; what was not used yet is copied to a place
 * of exactly its size before every call, so that readers which keep pointers or look past the end
 * are found out.
 */
#ifndef PANGATE_TESTS_WIRE_FEED_H
#define PANGATE_TESTS_WIRE_FEED_H

#include "test.h"

#include "wire/http_body.h"
#include "wire/http_head.h"

enum { FEED_BODY_MAX = 4096, FEED_HEAD_MAX = 8192 };

struct verdict {
    enum err err;      /* OK: nothing was refused */
    unsigned messages; /* read whole, before that */
    size_t content;    /* of their bodies together */
    size_t left;       /* bytes of a message that is not complete */
};

struct feed {
    struct http_head head;
    struct http_body body;
    struct buf content;
    struct verdict verdict;
    bool in_body;
    size_t at;
};

/* One call of a reader on what there is; true if there may be another. */
static inline bool feed_step(struct feed *feed, struct bytes text)
{
    enum http_step step;
    size_t used = 0;

    if (!feed->in_body) {
        step = http_head_read(&feed->head, text);
        feed->verdict.err = step == HTTP_BAD ? feed->head.err : OK;
        if (step != HTTP_DONE)
            return false;
        feed->at += feed->head.size;
        feed->in_body = true;
        feed->verdict.err = http_body_start(&feed->body, &feed->head.fields, FEED_BODY_MAX);
        return feed->verdict.err == OK;
    }
    step = http_body_read(&feed->body, text, &feed->content, &used);
    feed->at += used;
    feed->verdict.err = step == HTTP_BAD ? feed->body.err : OK;
    if (step != HTTP_DONE)
        return false;
    feed->in_body = false;
    feed->verdict.messages++;
    http_head_start(&feed->head, FEED_HEAD_MAX);
    return true;
}

/* Everything up to `size`, as long as a reader moves. */
static inline void feed_up_to(struct feed *feed, struct bytes text, size_t size)
{
    bool again = true;

    while (again) {
        size_t there = size - feed->at;
        uint8_t *copy = malloc(there + (there == 0));
        assert_non_null(copy);
        memcpy(copy, text.data + feed->at, there);
        again = feed_step(feed, bytes_of(copy, there));
        free(copy);
    }
}

static inline struct verdict feed_all(struct bytes text, size_t piece)
{
    struct feed feed = { .content.max = 64 * FEED_BODY_MAX };

    http_head_start(&feed.head, FEED_HEAD_MAX);
    for (size_t size = 0; size < text.size && feed.verdict.err == OK;) {
        size = text.size - size < piece ? text.size : size + piece;
        feed_up_to(&feed, text, size);
    }
    feed.verdict.content = feed.content.size;
    feed.verdict.left = feed.verdict.err == OK ? text.size - feed.at : 0;
    if (feed.verdict.left == 0 && feed.in_body && feed.verdict.err == OK)
        feed.verdict.left = 1;
    buf_done(&feed.content);
    return feed.verdict;
}

static inline void print_text(struct bytes text)
{
    for (size_t i = 0; i < text.size && i < 400; i++) {
        bool plain = text.data[i] >= 0x20 && text.data[i] < 0x7F;
        print_error(plain ? "%c" : "\\x%02x", text.data[i]);
    }
    print_error("\n");
}

/* The verdict on the whole, after it was found to be the same for pieces of 1, 2, 3, 7 and 64. */
static inline struct verdict feed_verdict(struct bytes text)
{
    static const size_t pieces[] = { 1, 2, 3, 7, 64 };
    struct verdict whole = feed_all(text, SIZE_MAX);

    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct verdict cut = feed_all(text, pieces[i]);
        if (cut.err != whole.err || cut.messages != whole.messages || cut.left != whole.left ||
            cut.content != whole.content) {
            print_text(text);
            fail_msg("in pieces of %zu: %s, not %s", pieces[i], err_name(cut.err),
                     err_name(whole.err));
        }
    }
    return whole;
}

static inline void assert_refused(enum err expected, struct bytes text)
{
    struct verdict verdict = feed_verdict(text);

    if (verdict.err == expected && verdict.messages == 0)
        return;
    print_text(text);
    fail_msg("%s after %u messages, not %s", err_name(verdict.err), verdict.messages,
             err_name(expected));
}

static inline void assert_accepted(unsigned messages, struct bytes text)
{
    struct verdict verdict = feed_verdict(text);

    if (verdict.err == OK && verdict.messages == messages && verdict.left == 0)
        return;
    print_text(text);
    fail_msg("%s, %u messages, %zu bytes left", err_name(verdict.err), verdict.messages,
             verdict.left);
}

#endif
