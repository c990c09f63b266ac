/*
 * One parcel after the other over verified TLS, each until the other side has shown that it has it.
 *
 * HTTPS: a POST of JSON lines, and a 2xx answer. Syslog (RFC 5425) knows no answers: a parcel is a
 * connection of its own, which we close (section 4.4) and the receiver closes after it has read to
 * the end. A receiver that dies before resets the connection, and then the parcel counts as lost.
 * On the loop's thread.
 */
#ifndef PANGATE_SINK_TALK_H
#define PANGATE_SINK_TALK_H

#include <netinet/in.h>

#include "base/bytes.h"
#include "base/why.h"
#include "net/loop.h"

struct resolver;
struct talk;
struct tls_client;

/* Whom to talk to; all lent. */
struct talk_peer {
    struct tls_client *tls;
    const char *host;
    in_port_t port;
    bool syslog; /* else HTTPS, with ... */
    struct bytes authority, path;
    struct bytes fields; /* SECRET: further field lines, with a key */
    unsigned timeout_ms; /* for connecting, and then for sending and being answered */
    size_t size_max;     /* of a parcel */
};

struct talk_options {
    const struct talk_peer *peer;
    struct loop *loop;
    struct resolver *resolver;
    struct why *why;                         /* why a parcel has not arrived */
    void (*done)(void *owner, enum err err); /* never from talk_send() */
    void *owner;
};

enum err talk_new(const struct talk_options *options, struct talk **ret_talk);
void talk_free(struct talk *talk); /* gives up what is under way; accepts NULL */

/* done() comes once for each, and only then the next. The text is lent until then. */
void talk_send(struct talk *talk, struct bytes text);

#endif
