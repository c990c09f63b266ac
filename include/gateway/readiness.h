/*
 * Is the gateway fit to serve, and if not, why? For readyz, status and the `ready` metric.
 */
#ifndef PANGATE_GATEWAY_READINESS_H
#define PANGATE_GATEWAY_READINESS_H

#include <stdbool.h>
#include <stddef.h>

struct server;

enum { READINESS_REASONS_MAX = 8, READINESS_REASON_SIZE = 320 };

enum readiness_state { STATE_READY, STATE_SEALED, STATE_FAILED, STATE_DRAINING };

struct readiness {
    enum readiness_state state;
    size_t count; /* reasons why not; may be some although the state is ready: alarms */
    char reasons[READINESS_REASONS_MAX][READINESS_REASON_SIZE];
};

const char *readiness_state_name(enum readiness_state state);
void readiness_judge(struct server *server, struct readiness *ret_readiness);

#endif
