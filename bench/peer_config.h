/*
 * How each peer is configured and started. `prepare` writes its files; `start` leaves it running.
 */
#ifndef PANGATE_BENCH_PEER_CONFIG_H
#define PANGATE_BENCH_PEER_CONFIG_H

#include "bench/peer.h"

struct peer_setting {
    const struct peer_options *options;
    const char *program;
    const char *folder; /* it exists */
    unsigned port;
};

enum err nginx_prepare(const struct peer_setting *setting, struct why *why);
enum err nginx_start(const struct peer_setting *setting, pid_t *ret_pid);

enum err redis_prepare(const struct peer_setting *setting, struct why *why);
enum err redis_start(const struct peer_setting *setting, pid_t *ret_pid);

enum err postgres_prepare(const struct peer_setting *setting, struct why *why);
enum err postgres_start(const struct peer_setting *setting, pid_t *ret_pid);

#endif
