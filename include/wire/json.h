/*
 * Reading JSON strictly (RFC 8259), and walking what was read without ever touching the library.
 *
 * A document is refused as a whole (ERR_BAD_JSON) if it is not one JSON text in UTF-8, holds a
 * doubled member or a NUL (\u0000), or nests deeper than 16. Its memory wipes itself when freed.
 *
 * A struct json_reader takes the members of an object one by one. Its error is sticky, and shared
 * by the readers of the objects within: take everything, then ask once. What nobody took is
 * ERR_UNKNOWN_FIELD; a wrong type or a missing member is ERR_BAD_REQUEST. The fault names the field
 * by our own names, dotted; a caller's member names never appear in it.
 *
 *     struct json_doc doc AUTO(json_doc_done) = { 0 };
 *     struct json_fault fault = { 0 };
 *     struct json_reader body, card;
 *     struct bytes number, format;
 *
 *     TRY(json_doc_read(text, &doc));
 *     body = json_reader_on(json_doc_root(&doc), &fault);
 *     json_need_object(&body, "card", &card);
 *     json_need_text(&card, "number", &number);
 *     json_reader_end(&card);
 *     if (json_take_text(&body, "format", &format)) ...
 *     json_reader_end(&body);
 *     return fault.err;
 *
 * For RFC 7396, json_take_null() first: true if the member is there and null.
 */
#ifndef PANGATE_WIRE_JSON_H
#define PANGATE_WIRE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

enum { JSON_DEPTH_MAX = 16, JSON_FIELD_SIZE = 80 };

/* Make the library use memory that wipes itself. Once, before the first document and any thread. */
void json_library_start(void);

struct json_node; /* a value in a document; lives as long as it */

struct json_doc { /* SECRET: declare with AUTO(json_doc_done) */
    struct json_node *root;
};

/* ERR_BAD_JSON; *ret_doc is then untouched. The text may go away afterwards. */
enum err json_doc_read(struct bytes text, struct json_doc *ret_doc);
void json_doc_done(struct json_doc *doc);

static inline const struct json_node *json_doc_root(const struct json_doc *doc)
{
    return doc->root;
}

/* The first thing that was wrong; zeroes: nothing. */
struct json_fault {
    enum err err;
    char field[JSON_FIELD_SIZE]; /* "card.number"; "" if no field is to blame */
};

struct json_reader {
    const struct json_node *object; /* NULL: everything in it is absent */
    struct json_fault *fault;
    const struct json_reader *parent; /* NULL: the fields of this object are named without a dot */
    const char *name;
    size_t taken;
    void *pair; /* json_next_pair() is here */
};

/* On the members of a node, which must be an object: else ERR_BAD_REQUEST without a field. */
struct json_reader json_reader_on(const struct json_node *node, struct json_fault *fault);

/*
 * Optional members: true, and the value written, if the member is there. Absent: false. Of another
 * type (null, too): false, and a fault. Texts are lent from the document.
 *
 * A reader of an object within is always written: if there is none, everything in it is absent
 * without being missed, so that the caller needs no branch. It must not outlive its parent.
 */
bool json_take_text(struct json_reader *reader, const char *name, struct bytes *ret_text);
bool json_take_integer(struct json_reader *reader, const char *name, int64_t *ret_value);
bool json_take_bool(struct json_reader *reader, const char *name, bool *ret_value);
bool json_take_object(struct json_reader *reader, const char *name, struct json_reader *ret_object);

/* True if the member is there and null; it is then taken. */
bool json_take_null(struct json_reader *reader, const char *name);

/* Whether the member is there, whatever it is; it is not taken. */
bool json_has(const struct json_reader *reader, const char *name);

/* Members that must be there: ERR_BAD_REQUEST with their field if not. *ret_ is untouched then. */
void json_need_text(struct json_reader *reader, const char *name, struct bytes *ret_text);
void json_need_object(struct json_reader *reader, const char *name, struct json_reader *ret_object);

/* An array, element by element. */
struct json_items {
    const struct json_node *array; /* NULL: none */
    size_t count, next;
};

void json_need_items(struct json_reader *reader, const char *name, struct json_items *ret_items);
bool json_take_items(struct json_reader *reader, const char *name, struct json_items *ret_items);

/* The next element, or NULL at the end. */
const struct json_node *json_items_next(struct json_items *items);

/* False unless the node is a string. */
bool json_node_text(const struct json_node *node, struct bytes *ret_text);

/* Objects whose member names are the caller's: metadata. */
struct json_pair {
    struct bytes name;
    struct bytes text;
    bool is_null;
};

/* The next pair, in the order of the text; false at the end. A value that is neither a string nor
 * null is a fault of the object as a whole, and ends it. Pairs count as taken. */
bool json_next_pair(struct json_reader *reader, struct json_pair *ret_pair);

/* A fault found by the caller; the first one stays. `name` NULL: the object itself. */
void json_reader_fail(struct json_reader *reader, enum err err, const char *name);

/* Nothing may be left that was not taken: ERR_UNKNOWN_FIELD, and the field is what holds it.
 * Returns the first fault. */
enum err json_reader_end(struct json_reader *reader);

#endif
