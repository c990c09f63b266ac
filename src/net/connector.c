#include "net/connector.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/file.h"
#include "base/must.h"

enum { STAGGER_MS = 250 };

static void attempt_end(struct connector_attempt *attempt)
{
    watch_free(attempt->watch);
    attempt->watch = NULL;
    fd_close(&attempt->fd);
}

void connector_stop(struct connector *connector)
{
    for (size_t i = 0; i < connector->tried; i++)
        attempt_end(&connector->attempts[i]);
    connector->tried = 0;
    connector->count = 0;
    if (connector->loop == NULL)
        return;
    timer_stop(&connector->next);
    task_cancel(&connector->begin);
}

static void connector_end(struct connector *connector, int fd, const struct endpoint *address)
{
    connector_stop(connector);
    connector->on_end(connector->owner, fd, address);
}

static bool some_attempt_is_left(const struct connector *connector)
{
    for (size_t i = 0; i < connector->tried; i++)
        if (connector->attempts[i].fd >= 0)
            return true;
    return false;
}

/* At the end of the round: the next attempt, or the end if there is none and none is under way. */
static void connector_go_on(struct connector *connector)
{
    timer_stop(&connector->next);
    if (connector->tried < connector->count)
        loop_later(connector->loop, &connector->begin);
    else if (!some_attempt_is_left(connector))
        connector_end(connector, -1, NULL);
}

static void on_next(void *owner)
{
    connector_go_on(owner);
}

static void on_connected(void *owner, unsigned ready)
{
    struct connector_attempt *attempt = owner;
    const struct endpoint *address = attempt->address;
    socklen_t size = sizeof(int);
    int error = 0, fd;

    (void)ready;
    if (getsockopt(attempt->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        attempt_end(attempt);
        connector_go_on(attempt->connector);
        return;
    }
    fd = attempt->fd;
    attempt->fd = -1; /* the owner's from here on */
    connector_end(attempt->connector, fd, address);
}

static bool attempt_begin(struct connector_attempt *attempt)
{
    const struct sockaddr *address = (const struct sockaddr *)&attempt->address->address;
    const int yes = 1;

    attempt->fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (attempt->fd < 0)
        return false;
    (void)setsockopt(attempt->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    if (connect(attempt->fd, address, attempt->address->size) != 0 && errno != EINPROGRESS)
        return false;
    attempt->watch = watch_new(attempt->connector->loop, attempt->fd, on_connected, attempt);
    return attempt->watch != NULL && watch_set(attempt->watch, WATCH_WRITE);
}

static void on_begin(void *owner)
{
    struct connector *connector = owner;
    struct connector_attempt *attempt = &connector->attempts[connector->tried];

    *attempt = (struct connector_attempt){ .connector = connector,
                                           .address = &connector->addresses[connector->tried],
                                           .fd = -1 };
    connector->tried++;
    if (!attempt_begin(attempt)) {
        attempt_end(attempt);
        connector_go_on(connector);
    } else if (connector->tried < connector->count) {
        timer_set(&connector->next, STAGGER_MS);
    }
}

void connector_start(struct connector *connector, struct loop *loop,
                     const struct endpoint *addresses, size_t count)
{
    must(count > 0 && count <= RESOLVER_ADDRESSES_MAX);
    connector->loop = loop;
    connector->addresses = addresses;
    connector->count = count;
    connector->tried = 0;
    timer_init(&connector->next, loop, on_next, connector);
    task_init(&connector->begin, on_begin, connector);
    loop_later(loop, &connector->begin);
}
