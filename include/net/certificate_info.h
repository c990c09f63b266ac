/*
 * What metrics and status say of a certificate file.
 */
#ifndef PANGATE_NET_CERTIFICATE_INFO_H
#define PANGATE_NET_CERTIFICATE_INFO_H

#include <stdint.h>

#include "base/err.h"

/* When the first certificate of a PEM file expires, in milliseconds since 1970. ERR_NOT_FOUND,
 * ERR_IO, ERR_CERTIFICATE. */
enum err certificate_not_after(const char *path, int64_t *ret_ms);

#endif
