/*
 * The clients that may do nothing until somebody lets them: shared by all threads.
 *
 * A client is held at once, and stays held. That the vault remembers it over a restart is owed
 * until a thread has submitted the entry that says so.
 */
#ifndef PANGATE_SERVICE_QUARANTINE_H
#define PANGATE_SERVICE_QUARANTINE_H

#include <stdbool.h>
#include <stddef.h>

#include "audit/entry.h"

struct quarantine;

enum err quarantine_new(struct quarantine **ret_quarantine);
void quarantine_free(struct quarantine *quarantine); /* accepts NULL */

/* Costs nothing while nobody is held. */
bool quarantine_holds(struct quarantine *quarantine, const char *client);
size_t quarantine_count(const struct quarantine *quarantine);

/* Hold the entry's client, and owe the vault the entry. No more if it is held already. ERR_MEMORY.
 */
enum err quarantine_add(struct quarantine *quarantine, const struct audit_entry *entry);

/* Hold a client of whom the vault knows. ERR_MEMORY. */
enum err quarantine_recall(struct quarantine *quarantine, const char *client);
void quarantine_remove(struct quarantine *quarantine, const char *client);

/* Take over an entry that is owed, if there is one; if it cannot be submitted, owe it again. */
bool quarantine_take_owed(struct quarantine *quarantine, struct audit_entry *ret_entry);
void quarantine_owe(struct quarantine *quarantine, const char *client);

/* The names in turn, for whoever shows them; false behind the last. `at` begins as 0. */
bool quarantine_next(struct quarantine *quarantine, size_t *at, char ret_client[AUDIT_NAME_SIZE]);

#endif
