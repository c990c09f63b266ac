/*
 * What the kernel says of this process, for the usual process_* metrics.
 */
#ifndef PANGATE_GATEWAY_PROCESS_INFO_H
#define PANGATE_GATEWAY_PROCESS_INFO_H

#include <stdint.h>

struct process_info {
    double cpu_s;
    uint64_t resident_bytes, virtual_bytes, open_fds, max_fds;
};

/* Zeroes where the kernel does not say. */
void process_info_read(struct process_info *ret_info);

#endif
