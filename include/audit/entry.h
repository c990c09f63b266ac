/*
 * One entry of the audit log: what was decided, for whom, about which token.
 *
 * The number of an entry is its leaf index and the receipt in an answer; it is not part of the
 * leaf. A leaf carries 16 random bytes, so that nobody can guess a neighbour from a sibling hash,
 * and names a customer only by a keyed tag. It holds no PAN and no text that was not checked.
 */
#ifndef PANGATE_AUDIT_ENTRY_H
#define PANGATE_AUDIT_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

/* name, the word in an export, the number on disk (never reused) */
#define AUDIT_KIND_TABLE(X)                                                                        \
    X(AUDIT_INIT, "init", 1)                                                                       \
    X(AUDIT_START, "start", 2)                                                                     \
    X(AUDIT_STOP, "stop", 3)                                                                       \
    X(AUDIT_RELOAD, "reload", 4)                                                                   \
    X(AUDIT_CLOCK_JUMP, "clock_jump", 5)                                                           \
    X(AUDIT_KEY, "key", 6)                                                                         \
    X(AUDIT_TOKENIZE, "tokenize", 7)                                                               \
    X(AUDIT_DETOKENIZE, "detokenize", 8)                                                           \
    X(AUDIT_INSPECT, "inspect", 9)                                                                 \
    X(AUDIT_LOOKUP, "lookup", 10)                                                                  \
    X(AUDIT_UPDATE, "update", 11)                                                                  \
    X(AUDIT_ERASE, "erase", 12)                                                                    \
    X(AUDIT_EXPIRE, "expire", 13)                                                                  \
    X(AUDIT_REPLAY, "replay", 14)                                                                  \
    X(AUDIT_FORWARD, "forward", 15)                                                                \
    X(AUDIT_FORWARD_OUTCOME, "forward_outcome", 16)                                                \
    X(AUDIT_HANDSHAKE, "handshake", 17)                                                            \
    X(AUDIT_REFUSED, "refused", 18)                                                                \
    X(AUDIT_READ, "audit_read", 19)                                                                \
    X(AUDIT_ALARM, "alarm", 20)                                                                    \
    X(AUDIT_CANARY, "canary", 21)                                                                  \
    X(AUDIT_QUARANTINE, "quarantine", 22)

#define AUDIT_KIND_ENUM(name, word, number) name = number,
enum audit_kind { AUDIT_KIND_TABLE(AUDIT_KIND_ENUM) };

/* Details that others look for: of a tokenize, that the token's first reveal ends it; of an erase
 * or expire, that the token stays and only the security code with it is gone. */
#define AUDIT_SINGLE         "single"
#define AUDIT_CODE_DESTROYED "security code destroyed"

enum audit_outcome { AUDIT_OK = 1, AUDIT_WAS_REFUSED, AUDIT_FAILED, AUDIT_UNKNOWN };

enum {
    AUDIT_NAME_SIZE = 65,    /* client, tenant, route, purpose: up to 64 bytes and NUL */
    AUDIT_ADDRESS_SIZE = 48, /* without port */
    AUDIT_TOKEN_SIZE = 32,
    AUDIT_MORE_SIZE = 2048, /* the further tokens of one forward, separated by spaces */
    AUDIT_CODE_SIZE = 32,
    AUDIT_REQUEST_ID_SIZE = 40,
    AUDIT_TAG_SIZE = 16,
    AUDIT_SALT_SIZE = 16,
    AUDIT_LEAF_SIZE_MAX = 3072,
};

/* Empty texts, zero numbers and unset flags mean "does not apply". */
struct audit_entry {
    int64_t time_ms;
    enum audit_kind kind;
    enum audit_outcome outcome;
    uint16_t status;
    char code[AUDIT_CODE_SIZE]; /* err_code() of a refusal */
    char client[AUDIT_NAME_SIZE];
    char tenant[AUDIT_NAME_SIZE];
    char address[AUDIT_ADDRESS_SIZE];
    char token[AUDIT_TOKEN_SIZE];
    char more_tokens[AUDIT_MORE_SIZE];
    char purpose[AUDIT_NAME_SIZE];
    char route[AUDIT_NAME_SIZE];
    char request_id[AUDIT_REQUEST_ID_SIZE];
    char detail[AUDIT_NAME_SIZE]; /* our own words; of a replay: the word of the kind that it
                                     replays */
    uint64_t count;               /* of aggregated entries */
    bool has_customer;
    uint8_t customer_tag[AUDIT_TAG_SIZE]; /* HMAC under the tenant's log key */
    bool has_record;
    uint8_t record_sha256[32]; /* the record that this entry wrote */
    uint8_t salt[AUDIT_SALT_SIZE];
};

/* As exports and filters write them. Static text. */
const char *audit_kind_word(enum audit_kind kind);
const char *audit_outcome_word(enum audit_outcome outcome);

/* Find a kind or an outcome by its word; ERR_NOT_FOUND. */
enum err audit_kind_parse(struct bytes word, enum audit_kind *ret_kind);
enum err audit_outcome_parse(struct bytes word, enum audit_outcome *ret_outcome);

/* Append the leaf: magic, version, then only the members that apply. An entry has exactly one
 * leaf: what audit_entry_read() accepts, this writes again byte for byte. */
void audit_entry_write(const struct audit_entry *entry, struct buf *leaf);

/* ERR_CORRUPT, or ERR_NEWER for a later version. */
enum err audit_entry_read(struct bytes leaf, struct audit_entry *ret_entry);

/* One JSON object and a newline, members in the order of the manual. */
void audit_entry_export(const struct audit_entry *entry, uint64_t number, struct buf *line);

#endif
