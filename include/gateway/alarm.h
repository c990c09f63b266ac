/*
 * Alarms about clients: an entry of the audit log, a line in the log, a count. And what follows
 * from the worst of them: a client in quarantine.
 */
#ifndef PANGATE_GATEWAY_ALARM_H
#define PANGATE_GATEWAY_ALARM_H

#include "gateway/worker.h"
#include "service/caller.h"

struct alarm {
    const char *detail;        /* our own words */
    const struct token *token; /* NULL: it is about none */
};

void alarm_raise(struct worker *worker, const struct caller *caller, const struct alarm *alarm);

/* Let the worker's use cases say when a canary is used. */
void alarm_watch_canaries(struct worker *worker);

/* Hand the vault what it is owed: that a client is in quarantine. */
void alarm_settle(struct worker *worker);

#endif
