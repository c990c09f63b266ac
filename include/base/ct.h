/*
 * Constant-time helpers for secrets: neither branch nor index depends on the bytes.
 */
#ifndef PANGATE_BASE_CT_H
#define PANGATE_BASE_CT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CT: only size and the result may leak. */
bool ct_equal(const void *a, const void *b, size_t size);

#endif
