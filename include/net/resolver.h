/*
 * Names to addresses without stopping a loop: one thread that waits for the system's resolver.
 *
 * A question is asked by one loop and comes back through that loop's mailbox.
 */
#ifndef PANGATE_NET_RESOLVER_H
#define PANGATE_NET_RESOLVER_H

#include <netinet/in.h>
#include <stddef.h>

#include "base/err.h"
#include "base/list.h"
#include "net/endpoint.h"

struct mailbox;
struct resolver;

enum { HOST_SIZE = 256, RESOLVER_ADDRESSES_MAX = 8 };

struct resolver_question {
    struct list node; /* in the mailbox when it is answered */
    char host[HOST_SIZE];
    in_port_t port;
    struct mailbox *answers;
    enum err err; /* ERR_NOT_FOUND: no address; ERR_UNREACHABLE: nobody could say */
    struct endpoint addresses[RESOLVER_ADDRESSES_MAX]; /* IPv6 and IPv4 by turns */
    size_t count;
};

enum err resolver_new(struct resolver **ret_resolver);

/* Questions that are out must have been given up or answered. Does not wait for the name server. */
void resolver_free(struct resolver *resolver); /* accepts NULL */

/* The question is of the heap; until it comes back it is the resolver's. Any thread. */
void resolver_ask(struct resolver *resolver, struct resolver_question *question);

/* The asker goes: the question is freed, now or when it is answered. False: it was answered and
 * is, or was, in the mailbox. */
bool resolver_give_up(struct resolver *resolver, struct resolver_question *question);

#endif
