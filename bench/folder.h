/*
 * Folders: their beginning, what they take on disk, their end, and what lies side by side in them.
 */
#ifndef PANGATE_BENCH_FOLDER_H
#define PANGATE_BENCH_FOLDER_H

#include <stdint.h>

#include "base/file.h"
#include "base/why.h"

/* A new one below `folder`, for us alone. Errors of file_err(); `why` says. */
enum err folder_new(const char *folder, struct why *why, char ret_path[PATH_SIZE]);

/* Of a file or of everything below a folder, as the disk allots it; 0 if it is not there. */
int64_t folder_bytes(const char *path);

/* It and everything below it, as far as that can be removed. */
void folder_remove(const char *path);

/* The path of `name` in the folder where `path` lies. */
void file_beside(const char *path, const char *name, char ret_path[PATH_SIZE]);

#endif
