/*
 * What the vault holds on a customer, for a customer who asks: as far as `inspect` goes, with the
 * names of its metadata. It comes from the vault's files with the keyring; no PAN is opened.
 */
#ifndef PANGATE_CLI_HELD_CARDS_H
#define PANGATE_CLI_HELD_CARDS_H

#include "audit/filter.h"
#include "cli/audit_access.h"

/* Print a JSON line for each card of the filter's customer and tenant. Of a record that does not
 * open the line has the token and `unreadable`. */
enum err held_cards_print(const struct audit_access *access, const struct audit_filter *filter,
                          struct why *why);

#endif
