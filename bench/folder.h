/*
 * Whole folders: what they take on disk, and their end.
 */
#ifndef PANGATE_BENCH_FOLDER_H
#define PANGATE_BENCH_FOLDER_H

#include <stdint.h>

/* Of a file or of everything below a folder, as the disk allots it; 0 if it is not there. */
int64_t folder_bytes(const char *path);

/* It and everything below it, as far as that can be removed. */
void folder_remove(const char *path);

#endif
