/*
 * Security codes on their way to a processor: in locked memory, for minutes, nowhere else.
 *
 * PCI DSS 3.3.1 forbids to keep a code after authorisation, so none is ever written: it lies here
 * until its time is over or the processor has said yes, and is gone after a restart. One box is
 * shared by all threads. Bounded; a box that is full takes no more.
 */
#ifndef PANGATE_SERVICE_CVC_BOX_H
#define PANGATE_SERVICE_CVC_BOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "vault/record.h"

enum { CVC_DIGITS_MIN = 3, CVC_DIGITS_MAX = 4, CVC_BOX_MAX = 8192 };

struct cvc {                        /* SECRET: AUTO(cvc_wipe) */
    uint8_t digits[CVC_DIGITS_MAX]; /* ASCII */
    uint8_t count;                  /* 0: none */
};

void cvc_wipe(struct cvc *cvc);

/* Three or four ASCII digits; ERR_BAD_REQUEST. */
enum err cvc_parse(struct bytes text, struct cvc *ret_cvc);

struct cvc_box;

/* Codes live for ttl_ms. ERR_MEMORY also if memory cannot be locked. */
enum err cvc_box_new(int64_t ttl_ms, struct cvc_box **ret_box);
void cvc_box_free(struct cvc_box *box); /* accepts NULL */

/* Times are monotonic, in milliseconds. A code that is there already is replaced, with a new life.
 * ERR_OVERLOADED if the box is full. */
enum err cvc_box_put(struct cvc_box *box, const struct record_place *place, const struct cvc *cvc,
                     int64_t now_ms);

/* False if there is none, or none put at or after `oldest_ms`. */
bool cvc_box_get(struct cvc_box *box, const struct record_place *place, int64_t oldest_ms,
                 struct cvc *ret_cvc);

/* False if there was none. */
bool cvc_box_destroy(struct cvc_box *box, const struct record_place *place);

/* Destroy one whose life is over and say whose it was; false if there is none. */
bool cvc_box_destroy_old(struct cvc_box *box, int64_t now_ms, struct record_place *ret_place);

#endif
