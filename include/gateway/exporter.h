/*
 * The sinks of the configuration: made ready, running, and looked after. Main thread only.
 */
#ifndef PANGATE_GATEWAY_EXPORTER_H
#define PANGATE_GATEWAY_EXPORTER_H

#include "gateway/config.h"
#include "gateway/route.h"
#include "sink/sink.h"

struct keyring;
struct vault;

/* One sink. What it is told of stands here, so an exporter does not move while it runs. */
struct exporter {
    struct config_sink config;
    char position[PATH_SIZE];
    struct route route; /* host, port, authority and path of an address */
    struct tls_client *tls;
    struct buf fields;          /* SECRET: the headers to add */
    struct sink *sink;          /* NULL: not started */
    bool was_failing, was_late; /* when it was looked at last */
};

struct exporters {
    char folder[PATH_SIZE];  /* the log */
    char archive[PATH_SIZE]; /* "": none */
    size_t count;
    struct exporter *list;
};

/* Read everything that they need, and start nothing. The log is that of `gateway`, whatever a
 * configuration says that was read since. `why` names section and option. */
enum err exporters_open(const struct config *config, const struct config_gateway *gateway,
                        struct exporters **ret_exporters, struct why *why);

/* For a reload: ERR_ROLLED_BACK if a revocation list is older than the one of that sink before. */
enum err exporters_compare(const struct exporters *exporters, const struct exporters *before,
                           struct why *why);

/* Start them all; on failure some may run. */
enum err exporters_start(struct exporters *exporters, struct vault *vault,
                         const struct keyring *keyring, struct why *why);

/* At the end: wait a little for the sinks that work to get everything, the stop itself included. */
void exporters_finish(const struct exporters *exporters, struct vault *vault);

/* Stop those that run, and free. One that hangs in the kernel is left behind. Accepts NULL. */
void exporters_close(struct exporters *exporters);

struct exporter_health {
    struct sink_stats stats;
    bool late;
};
void exporter_health(const struct exporter *exporter, struct exporter_health *ret_health);

/* Log what has changed since the last time, and enter an alarm for each that has become late: for
 * once a second. */
void exporters_watch(struct exporters *exporters, struct vault *vault);

#endif
