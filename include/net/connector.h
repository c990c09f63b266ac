/*
 * Connecting to whichever of several addresses answers first, without waiting for any of them.
 *
 * The next address is tried when the one before fails, and at the latest after a quarter of a
 * second (RFC 8305, section 5). Embedded in its owner.
 */
#ifndef PANGATE_NET_CONNECTOR_H
#define PANGATE_NET_CONNECTOR_H

#include <stddef.h>

#include "net/endpoint.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/timer.h"

struct connector;

struct connector_attempt {
    struct connector *connector;
    const struct endpoint *address;
    int fd; /* -1: over */
    struct watch *watch;
};

struct connector {
    struct loop *loop;
    const struct endpoint *addresses; /* the owner's; they stay until it ends */
    size_t count, tried;
    struct connector_attempt attempts[RESOLVER_ADDRESSES_MAX];
    struct timer next;
    struct task begin;
    /* Once, and the connector is over: a connected socket, or -1. Never from connector_start(). */
    void (*on_end)(void *owner, int fd, const struct endpoint *address);
    void *owner;
};

void connector_start(struct connector *connector, struct loop *loop,
                     const struct endpoint *addresses, size_t count);

/* Give up; on_end is not called. Also for one that has ended. */
void connector_stop(struct connector *connector);

#endif
