#include "net/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"

enum { BACKLOG = 1024 };

static enum err say_bind(struct why *why, const struct endpoint *endpoint)
{
    const int error = errno;
    char text[ENDPOINT_TEXT_SIZE];

    endpoint_write(endpoint, text);
    return why_say(why,
                   error == EADDRINUSE                 ? ERR_IN_USE
                   : error == EACCES || error == EPERM ? ERR_DENIED
                                                       : ERR_IO,
                   "cannot listen at %s: %s", text, strerror(error));
}

static bool is_tcp(const struct endpoint *endpoint)
{
    return endpoint->address.ss_family != AF_UNIX;
}

/* What connections inherit is set here, once. An IPv6 address listens to IPv6 only. */
static bool socket_prepare(int fd, const struct endpoint *endpoint)
{
    const int yes = 1;

    if (!is_tcp(endpoint))
        return true;
    if (endpoint->address.ss_family == AF_INET6 &&
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) != 0)
        return false;
    return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes)) == 0 &&
           setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) == 0;
}

/* With SO_REUSEPORT a second gateway of the same user could bind, too, and take half of the
 * connections. Binding once without it tells. */
static bool is_taken(const struct endpoint *endpoint)
{
    const int yes = 1;
    int fd AUTO(fd_close) = socket(endpoint->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    return fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
           bind(fd, (const struct sockaddr *)&endpoint->address, endpoint->size) != 0 &&
           errno == EADDRINUSE;
}

/* A socket that nobody answers at is left over from a process that died. */
static void remove_dead_socket(const struct endpoint *endpoint)
{
    struct sockaddr_un path;
    struct stat status;
    int fd AUTO(fd_close) = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memcpy(&path, &endpoint->address, sizeof(path));
    if (fd < 0 || lstat(path.sun_path, &status) != 0 || !S_ISSOCK(status.st_mode))
        return;
    if (connect(fd, (const struct sockaddr *)&path, sizeof(path)) != 0 && errno == ECONNREFUSED)
        (void)unlink(path.sun_path);
}

static bool socket_bind(int fd, const struct endpoint *endpoint)
{
    struct sockaddr_un path;

    if (bind(fd, (const struct sockaddr *)&endpoint->address, endpoint->size) != 0)
        return false;
    if (is_tcp(endpoint))
        return true;
    memcpy(&path, &endpoint->address, sizeof(path));
    return chmod(path.sun_path, S_IRUSR | S_IWUSR) == 0; /* nobody can connect before listen() */
}

static enum err bind_one(struct endpoint *endpoint, int *ret_fd, struct why *why)
{
    const int kind = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    int fd AUTO(fd_close) = socket(endpoint->address.ss_family, kind, 0);

    if (fd < 0 || !socket_prepare(fd, endpoint) || !socket_bind(fd, endpoint) ||
        listen(fd, BACKLOG) != 0)
        return say_bind(why, endpoint);
    if (is_tcp(endpoint) &&
        getsockname(fd, (struct sockaddr *)&endpoint->address, &endpoint->size) != 0)
        return say_bind(why, endpoint);
    *ret_fd = fd;
    fd = -1;
    return OK;
}

enum err listener_bind(struct endpoint *endpoint, unsigned count, int *ret_fds, struct why *why)
{
    enum err err = OK;
    unsigned bound = 0;

    if (!is_tcp(endpoint)) {
        remove_dead_socket(endpoint);
    } else if (is_taken(endpoint)) {
        errno = EADDRINUSE;
        return say_bind(why, endpoint);
    }
    while (bound < count && err == OK) {
        err = bind_one(endpoint, &ret_fds[bound], why);
        bound += err == OK;
    }
    for (unsigned i = 0; err != OK && i < bound; i++)
        fd_close(&ret_fds[i]);
    return err;
}
