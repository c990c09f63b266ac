/*
 * Every way in which something can fail, said once.
 *
 * The table holds, per error: its name, the `code` that a caller sees, a text that never repeats
 * input, the HTTP status (RFC 9110, section 15) and the ISO 8583 response code (field 39). The
 * errors at the end of the table belong to the inside; a caller sees them as `internal`.
 */
#ifndef PANGATE_BASE_ERR_H
#define PANGATE_BASE_ERR_H

#define ERR_TABLE(X)                                                                               \
    X(OK, "ok", "ok", 200, "00")                                                                   \
    X(ERR_BAD_REQUEST, "bad_request", "the request is malformed", 400, "30")                       \
    X(ERR_BAD_JSON, "bad_json", "the body is not acceptable JSON", 400, "30")                      \
    X(ERR_UNKNOWN_FIELD, "unknown_field", "the body has a member that is not known", 400, "30")    \
    X(ERR_UNKNOWN_CLIENT, "unknown_client", "this client is no longer configured", 401, "58")      \
    X(ERR_DENIED, "not_allowed", "the client has no right to do this", 403, "58")                  \
    X(ERR_NO_TOKEN, "no_such_token", "there is no such token", 404, "56")                          \
    X(ERR_NO_ROUTE, "no_such_route", "there is nothing at this path", 404, "12")                   \
    X(ERR_BAD_METHOD, "method_not_allowed", "this path has no such method", 405, "12")             \
    X(ERR_REQUEST_TIMEOUT, "request_timeout", "the request took too long to arrive", 408, "68")    \
    X(ERR_KEY_CONFLICT, "idempotency_conflict", "the idempotency key was used for another body",   \
      409, "94")                                                                                   \
    X(ERR_KEY_IN_FLIGHT, "idempotency_in_flight", "the first request with this key still runs",    \
      409, "94")                                                                                   \
    X(ERR_TOO_LARGE, "too_large", "the body is larger than allowed", 413, "30")                    \
    X(ERR_MEDIA_TYPE, "unsupported_media_type", "the body must be application/json", 415, "30")    \
    X(ERR_EXPECTATION, "expectation_failed", "this expectation cannot be met", 417, "30")          \
    X(ERR_BAD_PAN, "bad_card_number", "this is not a card number", 422, "14")                      \
    X(ERR_BAD_EXPIRY, "bad_expiry", "this is not an acceptable expiry", 422, "54")                 \
    X(ERR_BAD_FORMAT, "bad_format", "there is no such token format for this card", 422, "12")      \
    X(ERR_FORMAT_SMALL, "format_too_small", "the format has too few values for this card", 422,    \
      "12")                                                                                        \
    X(ERR_PAN_IN_TEXT, "card_number_in_text", "a card number stands where none belongs", 422,      \
      "14")                                                                                        \
    X(ERR_BAD_MARK, "bad_mark", "a mark in the request cannot be replaced", 422, "12")             \
    X(ERR_CVC_GONE, "cvc_gone", "the security code is no longer held", 422, "12")                  \
    X(ERR_RATE, "too_many_requests", "the client's rate is spent", 429, "61")                      \
    X(ERR_HEAD_TOO_LARGE, "head_too_large", "the request head is larger than allowed", 431, "30")  \
    X(ERR_INTERNAL, "internal", "the gateway failed", 500, "96")                                   \
    X(ERR_VAULT_DAMAGED, "vault_damaged", "a stored record is damaged", 500, "96")                 \
    X(ERR_NOT_IMPLEMENTED, "not_implemented", "HTTP knows no such method", 501, "12")              \
    X(ERR_UNREACHABLE, "processor_unreachable", "the processor could not be reached", 502, "91")   \
    X(ERR_OUTCOME_UNKNOWN, "outcome_unknown", "whether the processor acted is not known", 502,     \
      "91")                                                                                        \
    X(ERR_SEALED, "sealed", "the vault's keys are not loaded", 503, "96")                          \
    X(ERR_JOURNAL, "journal_unavailable", "the journal cannot be written", 503, "96")              \
    X(ERR_OVERLOADED, "overloaded", "the gateway is at its bounds", 503, "96")                     \
    X(ERR_PROCESSOR_TIMEOUT, "processor_timeout", "the processor took too long", 504, "68")        \
    X(ERR_BAD_VERSION, "bad_version", "this version of HTTP is not spoken here", 505, "30")        \
    X(ERR_FORMAT_EXHAUSTED, "format_exhausted", "the format has no free value left", 507, "96")    \
    X(ERR_VAULT_FULL, "vault_full", "the vault has no room left", 507, "96")                       \
    /* the inside */                                                                               \
    X(ERR_IO, "internal", "reading or writing failed", 500, "96")                                  \
    X(ERR_NO_SPACE, "internal", "the disk is full", 500, "96")                                     \
    X(ERR_MEMORY, "internal", "memory ran out", 500, "96")                                         \
    X(ERR_LIMIT, "internal", "a bound was reached", 500, "96")                                     \
    X(ERR_CORRUPT, "internal", "stored bytes are damaged", 500, "96")                              \
    X(ERR_FORGED, "internal", "an authentication tag does not match", 500, "96")                   \
    X(ERR_NEWER, "internal", "stored bytes are of a newer version", 500, "96")                     \
    X(ERR_ROLLED_BACK, "internal", "stored bytes are older than they must be", 500, "96")          \
    X(ERR_NOT_FOUND, "internal", "it is not there", 500, "96")                                     \
    X(ERR_EXISTS, "internal", "it is there already", 500, "96")                                    \
    X(ERR_IN_USE, "internal", "another process has it", 500, "96")                                 \
    X(ERR_MODE, "internal", "a key file can be read by others", 500, "96")                         \
    X(ERR_CONFIG, "internal", "the configuration is wrong", 500, "96")                             \
    X(ERR_CRYPTO, "internal", "a cryptographic operation failed", 500, "96")                       \
    X(ERR_TLS, "internal", "the TLS library failed", 500, "96")                                    \
    X(ERR_CERTIFICATE, "internal", "a certificate is not acceptable", 500, "96")                   \
    X(ERR_CLOSED, "internal", "the other side closed", 500, "96")

#define ERR_ENUM(name, code, text, http, iso) name,
enum [[nodiscard]] err{ ERR_TABLE(ERR_ENUM) ERR_COUNT };

/* Hand an error up at once; the only macro that returns. */
#define TRY(expr)                                                                                  \
    do {                                                                                           \
        enum err try_err_ = (expr);                                                                \
        if (try_err_ != OK)                                                                        \
            return try_err_;                                                                       \
    } while (0)

/* Run fn(&variable) on every way out of the variable's scope. */
#define AUTO(fn) __attribute__((cleanup(fn)))

/* An error that is of no use to anybody here, let go in the open. */
static inline void err_ignore(enum err err)
{
    (void)err;
}

const char *err_name(enum err err); /* "ERR_NO_TOKEN", for logs of the inside */
const char *err_code(enum err err); /* "no_such_token", for callers */
const char *err_text(enum err err); /* a sentence without a full stop */
int err_http(enum err err);
const char *err_iso(enum err err);

#endif
