/*
 * What `pangate status` shows: one JSON object about the running gateway.
 */
#ifndef PANGATE_GATEWAY_STATUS_PAGE_H
#define PANGATE_GATEWAY_STATUS_PAGE_H

#include "gateway/server.h"

void status_page_write(struct server *server, struct buf *body);

/* The certificate files of the configuration in force, one after the other; false at the end. */
struct certificate_file {
    char path[PATH_SIZE];
    int64_t not_after_ms;
};
bool certificate_file_next(const struct server *server, size_t *at,
                           struct certificate_file *ret_file);

#endif
