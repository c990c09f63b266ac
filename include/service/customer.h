/*
 * How the audit log names a customer: by a keyed tag, since a log cannot forget.
 */
#ifndef PANGATE_SERVICE_CUSTOMER_H
#define PANGATE_SERVICE_CUSTOMER_H

#include "service/caller.h"
#include "service/worker.h"

/* HMAC-SHA-256 under the tenant's log key, cut to 16 bytes. */
enum err customer_tag(const struct caller *caller, struct bytes customer,
                      uint8_t ret_tag[AUDIT_TAG_SIZE]);

/* Name the record's customer, if it has one, in a proposal and its entry. */
enum err proposal_set_customer(const struct caller *caller, const struct about *about,
                               struct proposal *proposal);

#endif
