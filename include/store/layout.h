/*
 * What LMDB's file must look like before LMDB may map it.
 *
 * LMDB makes a new database of an empty file, and a page that the file does not have kills the
 * process when it is touched (SIGBUS). So both meta pages are read first, with pread(2).
 */
#ifndef PANGATE_STORE_LAYOUT_H
#define PANGATE_STORE_LAYOUT_H

#include <stdint.h>

#include "base/err.h"

struct layout {
    uint64_t page_size;
    uint64_t page_count; /* that the newest meta page speaks of */
    uint64_t file_pages; /* whole ones that are there; may be fewer, if the rest is free */
};

/* ERR_CORRUPT: not LMDB's, or damaged; ERR_NEWER: another format of LMDB's; ERR_IO. */
enum err layout_read(int fd, struct layout *ret_layout);

#endif
