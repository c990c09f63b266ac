/*
 * A server to measure, and the TLS context with which one client calls it.
 */
#ifndef PANGATE_BENCH_TARGET_H
#define PANGATE_BENCH_TARGET_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/why.h"

struct ssl_ctx_st;
struct ssl_st;
struct ssl_session_st;

enum { TARGET_HOST_SIZE = 256 };

struct client { /* what a certificate stands for */
    const char *ca, *cert, *key;
};

struct target {
    char host[TARGET_HOST_SIZE]; /* without brackets */
    char authority[TARGET_HOST_SIZE + 8];
    struct sockaddr_storage address;
    socklen_t address_size;
    struct ssl_ctx_st *context;
};

/* `url` is https://HOST:PORT. ERR_CONFIG, ERR_NOT_FOUND, ERR_CERTIFICATE and others; `why` says. */
enum err target_open(const char *url, const struct client *client, struct why *why,
                     struct target *ret_target);
void target_close(struct target *target); /* accepts zeroes */

/* A non-blocking socket that is connecting, or -1 (errno says why). */
int target_connect(const struct target *target);

/* The TLS side of a connected socket, in the state to begin; NULL: no memory. */
struct ssl_st *target_tls(const struct target *target, int fd);

#endif
