/*
 * Security codes on their way to a processor: in locked memory, for minutes, nowhere else.
 *
 * PCI DSS 3.3.1 forbids to keep a code after authorisation, so none is ever written: it lies here
 * until its time is over, the processor has said yes or its token has ended, and is gone after a
 * restart. One box is shared by all threads.
 *
 * Bounded, and divided evenly among the tenants, so that none can fill it for the others. Room is
 * reserved before anything is decided; what has room is always taken.
 */
#ifndef PANGATE_SERVICE_CVC_BOX_H
#define PANGATE_SERVICE_CVC_BOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "vault/record.h"

enum { CVC_DIGITS_MIN = 3, CVC_DIGITS_MAX = 4 };

struct cvc {                        /* SECRET: AUTO(cvc_wipe) */
    uint8_t digits[CVC_DIGITS_MAX]; /* ASCII */
    uint8_t count;                  /* 0: none */
};

void cvc_wipe(struct cvc *cvc);

/* Three or four ASCII digits; ERR_BAD_REQUEST. */
enum err cvc_parse(struct bytes text, struct cvc *ret_cvc);

struct cvc_box;

struct cvc_box_options {
    int64_t ttl_ms;     /* how long a code lives */
    uint32_t count_max; /* codes, of all tenants */
    size_t tenants;     /* each may hold its part of count_max, at least one */
};

/* ERR_MEMORY also if memory cannot be locked. */
enum err cvc_box_new(const struct cvc_box_options *options, struct cvc_box **ret_box);
void cvc_box_free(struct cvc_box *box); /* accepts NULL */

/* Divide anew. Who holds more than its part keeps it, and gets no more. */
void cvc_box_divide(struct cvc_box *box, size_t tenants);

/* Room for one code. ERR_OVERLOADED if the tenant's part, or the box, is full. */
enum err cvc_box_reserve(struct cvc_box *box, uint32_t tenant);
void cvc_box_give_back(struct cvc_box *box, uint32_t tenant);

/* Into room that was reserved and is now used up. Times are monotonic, in milliseconds. A code that
 * is there already is replaced, with a new life. */
void cvc_box_put(struct cvc_box *box, const struct record_place *place, const struct cvc *cvc,
                 int64_t now_ms);

/* False if there is none, or none put at or after `oldest_ms`. */
bool cvc_box_get(struct cvc_box *box, const struct record_place *place, int64_t oldest_ms,
                 struct cvc *ret_cvc);

bool cvc_box_has(struct cvc_box *box, const struct record_place *place);

/* False if there was none. */
bool cvc_box_destroy(struct cvc_box *box, const struct record_place *place);

/* Destroy one whose life is over and say whose it was; false if there is none. */
bool cvc_box_destroy_old(struct cvc_box *box, int64_t now_ms, struct record_place *ret_place);

#endif
