/*
 * Files that must survive: whole reads, atomic replacement, exact writes, locks.
 *
 * Every call that fails leaves errno as the kernel set it; ERR_NO_SPACE for a full disk or quota,
 * ERR_NOT_FOUND, ERR_EXISTS, ERR_IN_USE, ERR_MODE, ERR_LIMIT, ERR_MEMORY, else ERR_IO.
 */
#ifndef PANGATE_BASE_FILE_H
#define PANGATE_BASE_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

/* Translate errno. */
enum err file_err(int error_number);

/* Close if open, and mark as closed: for AUTO() on an int that starts as -1. */
void fd_close(int *fd);

/* The whole file; ERR_LIMIT beyond the buffer's maximum. */
enum err file_read(const char *path, struct buf *ret_text);

/* As file_read(), but ERR_MODE if group or others may read it or another user owns it. */
enum err file_read_private(const char *path, struct buf *ret_text);

/* ERR_MODE as above, for a file that somebody else will read. */
enum err file_check_private(const char *path);

/* Replace or create: write beside it, sync, rename, sync the folder. `mode` as in open(2). */
enum err file_replace(const char *path, struct bytes text, unsigned mode);

/* Create, write, sync it and its folder; ERR_EXISTS if it is there. */
enum err file_create(const char *path, struct bytes text, unsigned mode);

/* Exactly size bytes at an offset, going on after short counts and EINTR. A read past the end is
 * ERR_CORRUPT. */
enum err file_write_at(int fd, struct bytes text, uint64_t offset);
enum err file_read_at(int fd, void *ret_data, size_t size, uint64_t offset);

enum err file_sync(int fd);                            /* fdatasync */
enum err folder_sync(const char *path);                /* so that its names are durable */
enum err folder_make(const char *path, unsigned mode); /* and syncs its parent; ERR_EXISTS */

/* An exclusive lock that ends with the process or fd_close(); ERR_IN_USE. Creates the file. */
enum err file_lock(const char *path, int *ret_fd);

/* base and name joined, name itself if it is absolute; ERR_LIMIT if it does not fit. */
enum err path_join(const char *base, const char *name, char *ret_path, size_t size);

enum { PATH_SIZE = 512 };

#endif
