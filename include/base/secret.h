/*
 * Memory for secrets.
 *
 * wipe() cannot be optimised away. secret_new() gives pages that are locked into memory, left out
 * of core dumps and wiped when freed: for keys and pools. wiping_*() is a malloc family that
 * wipes what it frees, for libraries that handle card numbers.
 */
#ifndef PANGATE_BASE_SECRET_H
#define PANGATE_BASE_SECRET_H

#include <stddef.h>

void wipe(void *data, size_t size);

/* Zeroed, locked, not dumped, not shared with children (MADV_DONTDUMP, MADV_WIPEONFORK). NULL if
 * there is no memory or the limit on locked memory (RLIMIT_MEMLOCK) is reached. */
void *secret_new(size_t size);
void secret_free(void *data, size_t size);

void *wiping_malloc(size_t size);
void *wiping_realloc(void *data, size_t size);
void wiping_free(void *data);

/* Overwrite `size` bytes of stack below the caller. */
void stack_wipe(void);

#endif
